//! `ALTER TABLE` and `ALTER FOREIGN TABLE`: one action for each subcommand, at its own place.

use squawk_syntax::ast::{AlterTableAction as Sub, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::create_table::{column_ref, identity};
use super::names::{child, child_ident, child_object, has, has_token, ident, object, text, within};
use super::types::child_type;
use crate::sql::{ActionKind, ObjectKind, ObjectName};

impl Reader<'_> {
    /// `ALTER TABLE`; `kind` is that of the object it names.
    pub(super) fn alter_table(&mut self, node: &SyntaxNode, kind: ObjectKind) {
        if has(node, SyntaxKind::ALL_IN_TABLESPACE) {
            self.push(node, ActionKind::AlterOther { kind, name: None, text: text(node) });
            return;
        }
        let named = [SyntaxKind::TABLE_RELATION_NAME, SyntaxKind::VIEW_REF];
        let Some(table) = child_object(node, &named) else { return };
        for sub in node.children().filter_map(Sub::cast) {
            self.subcommand(&sub, &table, kind);
        }
    }

    fn subcommand(&mut self, sub: &Sub, table: &ObjectName, kind: ObjectKind) {
        let node = sub.syntax();
        let found = self.of_columns(sub, table).or_else(|| of_table(sub, table, kind));
        let other = || ActionKind::AlterTableOther { table: table.clone(), text: text(node) };
        self.push(node, found.unwrap_or_else(other));
    }

    /// Subcommands that are about columns and constraints.
    fn of_columns(&self, sub: &Sub, table: &ObjectName) -> Option<ActionKind> {
        let node = sub.syntax();
        let (table, if_exists) = (table.clone(), has(node, SyntaxKind::IF_EXISTS));
        let cascade = has(node, SyntaxKind::CASCADE);
        let constraint = || child_ident(node, SyntaxKind::CONSTRAINT_NAME_REF);
        Some(match sub {
            Sub::AddColumn(_) => ActionKind::AddColumn {
                table,
                column: self.column(node)?,
                if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
            },
            Sub::DropColumn(_) => {
                ActionKind::DropColumn { table, column: column_ref(node)?, if_exists, cascade }
            }
            Sub::AlterColumn(_) => return self.alter_column(node, table),
            Sub::AddConstraint(_) => ActionKind::AddConstraint {
                table,
                constraint: node.children().find_map(|child| self.constraint(&child, None))?,
            },
            Sub::DropConstraint(_) => {
                ActionKind::DropConstraint { table, constraint: constraint()?, if_exists, cascade }
            }
            Sub::ValidateConstraint(_) => {
                ActionKind::ValidateConstraint { table, constraint: constraint()? }
            }
            Sub::AlterConstraint(_) => {
                ActionKind::AlterConstraint { table, constraint: constraint()? }
            }
            Sub::RenameColumn(_) => ActionKind::Rename {
                kind: ObjectKind::Column,
                name: ObjectName::unqualified(column_ref(node)?),
                on: Some(table),
                to: child_ident(node, SyntaxKind::COLUMN_NAME)?,
            },
            Sub::RenameConstraint(_) => ActionKind::Rename {
                kind: ObjectKind::Constraint,
                name: ObjectName::unqualified(constraint()?),
                on: Some(table),
                to: child_ident(node, SyntaxKind::CONSTRAINT_NAME)?,
            },
            _ => return None,
        })
    }

    /// `ALTER COLUMN`.
    fn alter_column(&self, node: &SyntaxNode, table: ObjectName) -> Option<ActionKind> {
        let column = column_ref(node)?;
        let option = node.children().find(|part| part.kind() != SyntaxKind::COLUMN_NAME_REF)?;
        Some(match option.kind() {
            SyntaxKind::SET_TYPE => ActionKind::AlterColumnType {
                table,
                column,
                ty: child_type(&option)?,
                using: child(&option, &[SyntaxKind::USING_EXPR])
                    .and_then(|clause| self.child_expression(&clause)),
                collation: child(&option, &[SyntaxKind::COLLATE])
                    .and_then(|clause| child_object(&clause, &[SyntaxKind::COLLATION_REF])),
            },
            SyntaxKind::SET_DEFAULT => {
                ActionKind::SetDefault { table, column, default: self.child_expression(&option)? }
            }
            SyntaxKind::DROP_DEFAULT => ActionKind::DropDefault { table, column },
            SyntaxKind::SET_NOT_NULL => ActionKind::SetNotNull { table, column },
            SyntaxKind::DROP_NOT_NULL => ActionKind::DropNotNull { table, column },
            SyntaxKind::ADD_GENERATED => {
                ActionKind::AddIdentity { table, column, identity: identity(&option) }
            }
            SyntaxKind::DROP_IDENTITY => ActionKind::DropIdentity { table, column },
            SyntaxKind::SET_EXPRESSION => ActionKind::SetExpression {
                table,
                column,
                expression: self.child_expression(&option)?,
            },
            SyntaxKind::DROP_EXPRESSION => ActionKind::DropExpression { table, column },
            _ => return None,
        })
    }
}

/// Subcommands that are about the table itself.
fn of_table(sub: &Sub, table: &ObjectName, kind: ObjectKind) -> Option<ActionKind> {
    let node = sub.syntax();
    let table = table.clone();
    let other_table = || child_object(node, &[SyntaxKind::TABLE_NAME_REF]);
    Some(match sub {
        Sub::AttachPartition(_) => ActionKind::AttachPartition { table, partition: other_table()? },
        Sub::DetachPartition(_) => ActionKind::DetachPartition {
            table,
            partition: other_table()?,
            concurrently: has(node, SyntaxKind::DETACH_CONCURRENTLY),
            finalize: has(node, SyntaxKind::DETACH_FINALIZE),
        },
        Sub::InheritTable(_) => {
            ActionKind::Inherit { table, parent: other_table()?, inherit: true }
        }
        Sub::NoInheritTable(_) => {
            ActionKind::Inherit { table, parent: other_table()?, inherit: false }
        }
        Sub::SetLogged(_) => ActionKind::SetLogged { table, logged: true },
        Sub::SetUnlogged(_) => ActionKind::SetLogged { table, logged: false },
        Sub::SetAccessMethod(_) => ActionKind::SetAccessMethod { table },
        Sub::SetTablespace(_) => ActionKind::SetTablespace { kind, name: table },
        Sub::ReplicaIdentity(_) => ActionKind::ReplicaIdentity { table, text: text(node) },
        Sub::EnableRls(_) | Sub::ForceRls(_) => {
            ActionKind::RowSecurity { table, enable: true, text: text(node) }
        }
        Sub::DisableRls(_) | Sub::NoForceRls(_) => {
            ActionKind::RowSecurity { table, enable: false, text: text(node) }
        }
        Sub::EnableTrigger(_) | Sub::EnableReplicaTrigger(_) | Sub::EnableAlwaysTrigger(_) => {
            ActionKind::SwitchTrigger { table, trigger: trigger(node), enable: true }
        }
        Sub::DisableTrigger(_) => {
            ActionKind::SwitchTrigger { table, trigger: trigger(node), enable: false }
        }
        Sub::EnableRule(_) | Sub::EnableReplicaRule(_) | Sub::EnableAlwaysRule(_) => {
            let rule = child_ident(node, SyntaxKind::RULE_REF)?;
            ActionKind::SwitchRule { table, rule, enable: true }
        }
        Sub::DisableRule(_) => {
            let rule = child_ident(node, SyntaxKind::RULE_REF)?;
            ActionKind::SwitchRule { table, rule, enable: false }
        }
        Sub::OwnerTo(_) => ActionKind::OwnerTo { kind, name: table, owner: owner(node)? },
        Sub::SetSchema(_) => ActionKind::SetSchema {
            kind,
            name: table,
            schema: child_ident(node, SyntaxKind::SCHEMA_REF)?,
        },
        Sub::TableRenameTo(_) => ActionKind::Rename {
            kind,
            name: table,
            on: None,
            to: child_object(node, &[SyntaxKind::TABLE_NAME])?.name,
        },
        _ => return None,
    })
}

/// The role behind `OWNER TO`.
pub(super) fn owner(node: &SyntaxNode) -> Option<String> {
    ident(&child(node, &[SyntaxKind::ROLE_REF])?)
}

/// A trigger, or the word `all` or `user`.
fn trigger(node: &SyntaxNode) -> String {
    if within(node, &[SyntaxKind::ALL]).is_some() || has_token(node, SyntaxKind::ALL_KW) {
        return "all".to_owned();
    }
    child(node, &[SyntaxKind::TRIGGER_REF, SyntaxKind::USER])
        .and_then(|found| object(&found))
        .map_or_else(|| "user".to_owned(), |found| found.name)
}
