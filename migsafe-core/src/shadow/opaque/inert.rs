//! Actions that compute nothing, whatever they name.

use super::graph::Level;
use super::learn::Opaque;
use super::names::key;
use crate::sql::{Action, ActionKind, Column, ObjectKind, PartitionBound, TypeName, Words};

impl Opaque {
    /// Whether an action only writes down what is computed later, by others.
    pub(super) fn is_inert(&self, action: &Action, script: &str) -> bool {
        let text = script.get(action.range.clone()).unwrap_or_default();
        match &action.kind {
            ActionKind::CreateTable(table) => match &table.partition_of {
                // A bound is computed, and so are the rows of a default partition.
                Some((parent, bound)) => {
                    let bound = match bound {
                        PartitionBound::Values(text) => text.as_str(),
                        PartitionBound::Default => "",
                    };
                    !table.as_query && !self.is_used_up(&key(parent)) && !self.computes(bound)
                }
                None => !table.as_query,
            },
            ActionKind::CreateView(view) => !view.materialized,
            ActionKind::AddColumn { table, column, .. } => {
                let rewritten = writes_rows(column) && self.is_used_up(&key(table));
                !rewritten && !self.computes(text)
            }
            ActionKind::AddConstraint { constraint, .. }
            | ActionKind::AlterDomainConstraint { constraint, .. } => constraint.not_valid,
            // The value that it begins with is computed.
            ActionKind::CreateOther { kind: ObjectKind::Aggregate, .. } => {
                !Words::of(text, false).list.iter().any(|word| word.text.contains("initcond"))
            }
            ActionKind::CreateRoutine(_)
            | ActionKind::CreateOther { .. }
            | ActionKind::AlterOther { .. }
            | ActionKind::AlterRoutine { .. }
            | ActionKind::AlterSequence { .. }
            | ActionKind::CreateTrigger(_)
            | ActionKind::CreatePolicy { .. }
            | ActionKind::CreateEnum { .. }
            | ActionKind::AddEnumValue { .. }
            | ActionKind::RenameEnumValue { .. }
            | ActionKind::CreateDomain { .. }
            | ActionKind::SetDefault { .. }
            | ActionKind::DropDefault { .. }
            | ActionKind::DropNotNull { .. }
            | ActionKind::DropColumn { .. }
            | ActionKind::DropConstraint { .. }
            | ActionKind::DropIdentity { .. }
            | ActionKind::AddIdentity { .. }
            | ActionKind::DropExpression { .. }
            | ActionKind::AlterConstraint { .. }
            | ActionKind::DetachPartition { .. }
            | ActionKind::Inherit { .. }
            | ActionKind::SetLogged { .. }
            | ActionKind::SetTablespace { .. }
            | ActionKind::ReplicaIdentity { .. }
            | ActionKind::RowSecurity { .. }
            | ActionKind::SwitchTrigger { .. }
            | ActionKind::SwitchRule { .. }
            | ActionKind::AlterTableOther { .. }
            | ActionKind::Drop { .. }
            | ActionKind::Rename { .. }
            | ActionKind::SetSchema { .. }
            | ActionKind::OwnerTo { .. }
            | ActionKind::Comment { .. }
            | ActionKind::Grant { .. }
            | ActionKind::Role { .. }
            | ActionKind::Set { .. }
            | ActionKind::Lock { .. } => true,
            _ => false,
        }
    }

    /// Whether a text names something that must not be used.
    fn computes(&self, text: &str) -> bool {
        let mentions = self.mentions(text, false);
        mentions.reaches.is_some() || self.used(&mentions, &[]).is_some()
    }

    /// Whether a relation must not be used in any way.
    fn is_used_up(&self, name: &str) -> bool {
        self.graph.get(name).is_some_and(|tainted| tainted.level == Level::Used)
    }
}

/// Whether a new column has values, so that the table may be written anew.
fn writes_rows(column: &Column) -> bool {
    let is_serial = |ty: &TypeName| ty.name.name.contains("serial");
    column.default.is_some()
        || column.generated.is_some()
        || column.identity.is_some()
        || column.ty.as_ref().is_some_and(is_serial)
}
