//! Which table an action keeps everybody else out of.

use crate::sql::{ActionKind, ObjectKind, ObjectName};

/// The table that an `ALTER TABLE` locks with `ACCESS EXCLUSIVE` until the transaction ends.
pub(super) fn altered(kind: &ActionKind) -> Option<&ObjectName> {
    match kind {
        ActionKind::AddColumn { table, .. }
        | ActionKind::DropColumn { table, .. }
        | ActionKind::AlterColumnType { table, .. }
        | ActionKind::SetDefault { table, .. }
        | ActionKind::DropDefault { table, .. }
        | ActionKind::SetNotNull { table, .. }
        | ActionKind::DropNotNull { table, .. }
        | ActionKind::AddIdentity { table, .. }
        | ActionKind::DropConstraint { table, .. }
        | ActionKind::SetLogged { table, .. }
        | ActionKind::RowSecurity { table, .. }
        | ActionKind::Truncate { table, .. } => Some(table),
        ActionKind::AddConstraint { table, constraint } => {
            // A foreign key takes a weaker lock, which still lets readers in.
            let key = matches!(constraint.kind, crate::sql::ConstraintKind::ForeignKey(_));
            (!key).then_some(table)
        }
        ActionKind::Rename { kind: ObjectKind::Column, on: Some(table), .. } => Some(table),
        ActionKind::Rename { kind: ObjectKind::Table, name, .. } => Some(name),
        _ => None,
    }
}
