//! ## What it detects
//!
//! A foreign key whose columns no index begins with, on a table whose definition is among the migrations.
//!
//! ## Why it hurts
//!
//! PostgreSQL and SQLite index the referenced side only. Each `DELETE` or key change of a parent row then reads
//! the whole referencing table to find its children, and joins along the key do too.
//!
//! ## What to do
//!
//! Index the referencing columns, the key's columns first.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql postgres runs
//! CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint);
//! ALTER TABLE users ADD CONSTRAINT users_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs (id); -- found
//! ```
//!
//! ```sql runs
//! CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint REFERENCES orgs (id)); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE orgs (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql
//! CREATE TABLE users (id bigint PRIMARY KEY, org_id bigint REFERENCES orgs (id));
//! CREATE INDEX users_org_id_idx ON users (org_id);
//! ```
//!
//! ```sql
//! CREATE TABLE members (org_id bigint REFERENCES orgs (id), name text, PRIMARY KEY (org_id, name));
//! ```

use std::collections::HashMap;

use crate::lint::{Site, all_sites};
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::{ActionKind, Constraint, ConstraintKind, IndexDefinition, IndexPart, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a foreign key without an index on its columns",
    severities: [Note, Note, Note],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let made = made(facts);
    for (at, site) in all_sites(facts).enumerate() {
        let (table, keys): (&ObjectName, Vec<&Constraint>) = match &site.action.kind {
            ActionKind::CreateTable(table) => (&table.name, table.all_constraints().collect()),
            ActionKind::AddConstraint { table, constraint } => (table, vec![constraint]),
            _ => continue,
        };
        for constraint in keys {
            let ConstraintKind::ForeignKey(key) = &constraint.kind else {
                continue;
            };
            let later = || made.after(at, &site, table);
            if key.columns.is_empty()
                || is_indexed(&site, table, &key.columns, later) != Some(false)
            {
                continue;
            }
            findings.report_site(
                &site,
                format!(
                    "deleting a row of {} reads all of {table}: no index begins with {}",
                    key.table,
                    key.columns.join(", ")
                ),
                "add an index on the referencing columns",
            );
        }
    }
}

/// What indexes and keys begin with, by migration and table. A large script has thousands of keys and of indexes:
/// looking through it for each key would take minutes.
struct Made<'a>(HashMap<String, Vec<Beginning<'a>>>);

/// Where it is made, its table, its columns.
type Beginning<'a> = (usize, &'a ObjectName, Vec<String>);

fn made<'a>(facts: &'a Facts<'_>) -> Made<'a> {
    let mut made: HashMap<_, Vec<_>> = HashMap::new();
    for (at, site) in all_sites(facts).enumerate() {
        let (table, columns) = match &site.action.kind {
            ActionKind::CreateIndex(index) => (&index.table, columns_of(index)),
            ActionKind::AddConstraint { table, constraint } => match &constraint.kind {
                ConstraintKind::PrimaryKey { columns, .. }
                | ConstraintKind::Unique { columns, .. } => (table, columns.clone()),
                _ => continue,
            },
            _ => continue,
        };
        made.entry(key(&site, table)).or_default().push((at, table, columns));
    }
    Made(made)
}

fn key(site: &Site<'_>, table: &ObjectName) -> String {
    format!("{}\0{}", site.migration, table.name.to_ascii_lowercase())
}

impl Made<'_> {
    /// Those on a table that the same script makes after a site.
    fn after<'b>(
        &'b self,
        at: usize,
        site: &Site<'_>,
        table: &ObjectName,
    ) -> impl Iterator<Item = &'b [String]> {
        let on_table = self.0.get(&key(site, table)).map(Vec::as_slice).unwrap_or_default();
        let later = on_table.iter().filter(move |(made, on, _)| *made > at && on.may_be(table));
        later.map(|(_, _, columns)| columns.as_slice())
    }
}

/// Whether an index or a key begins with the columns, in any order; `None` when that is not known.
fn is_indexed<'a, I: Iterator<Item = &'a [String]>>(
    site: &Site<'_>,
    table: &ObjectName,
    columns: &[String],
    later: impl FnOnce() -> I,
) -> Option<bool> {
    let begins = |found: &[String]| {
        found.len() >= columns.len() && found[..columns.len()].iter().all(|name| has(columns, name))
    };
    let kinds: Vec<&ConstraintKind> = match &site.action.kind {
        ActionKind::CreateTable(table) => {
            table.all_constraints().map(|constraint| &constraint.kind).collect()
        }
        _ => {
            let state = site.table(table).filter(|table| table.is_complete())?;
            if state.indexes().any(|index| begins(&columns_of(index))) {
                return Some(true);
            }
            state.constraints().map(|constraint| &constraint.kind).collect()
        }
    };
    let by_key = kinds.iter().any(|kind| match kind {
        ConstraintKind::PrimaryKey { columns, .. } | ConstraintKind::Unique { columns, .. } => {
            begins(columns)
        }
        _ => false,
    });
    Some(by_key || later().any(begins))
}

fn has(columns: &[String], name: &str) -> bool {
    columns.iter().any(|column| column.eq_ignore_ascii_case(name))
}

/// The columns that it begins with.
fn columns_of(index: &IndexDefinition) -> Vec<String> {
    let names = index.parts.iter().map_while(|part| match part {
        IndexPart::Column(name) => Some(name.clone()),
        _ => None,
    });
    names.collect()
}
