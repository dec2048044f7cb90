//! Which tables actions keep everybody else out of.

use std::collections::HashSet;

use super::Site;
use crate::migrations::MigrationName;
use crate::sql::{ActionKind, ObjectKind, ObjectName};

/// The tables that a script has altered so far and that were there before it, for rules that walk all sites in order.
#[derive(Debug, Default)]
pub(super) struct Window<'a> {
    migration: Option<&'a MigrationName>,
    tables: Vec<&'a ObjectName>,
    names: HashSet<String>,
}

impl<'a> Window<'a> {
    /// Forgets everything when the site is in another script. To be called for each site, first.
    pub(super) fn enter(&mut self, site: &Site<'a>) {
        if self.migration != Some(site.migration) {
            *self = Self { migration: Some(site.migration), ..Self::default() };
        }
    }

    /// Takes down what the site alters. To be called for each site, last.
    pub(super) fn leave(&mut self, site: &Site<'a>) {
        if let Some(table) = altered(&site.action.kind)
            && !self.has(table)
            && !site.is_new(table)
        {
            self.names.insert(table.name.to_ascii_lowercase());
            self.tables.push(table);
        }
    }

    /// The tables, each once, in order.
    pub(super) fn tables(&self) -> &[&'a ObjectName] {
        &self.tables
    }

    /// Whether a table of this name is among them, in whatever schema.
    pub(super) fn has(&self, table: &ObjectName) -> bool {
        self.names.contains(&table.name.to_ascii_lowercase())
    }
}

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
