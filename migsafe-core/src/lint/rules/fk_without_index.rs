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

use crate::lint::{Site, all_sites};
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::{ActionKind, Constraint, ConstraintKind, IndexDefinition, IndexPart, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a foreign key without an index on its columns",
    severities: [Note, Note, Note],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in all_sites(facts) {
        let (table, keys): (&ObjectName, Vec<&Constraint>) = match &site.action.kind {
            ActionKind::CreateTable(table) => (&table.name, table.all_constraints().collect()),
            ActionKind::AddConstraint { table, constraint } => (table, vec![constraint]),
            _ => continue,
        };
        for constraint in keys {
            let ConstraintKind::ForeignKey(key) = &constraint.kind else {
                continue;
            };
            if key.columns.is_empty() || is_indexed(&site, table, &key.columns) != Some(false) {
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

/// Whether an index or a key begins with the columns, in any order; `None` when that is not known.
fn is_indexed(site: &Site<'_>, table: &ObjectName, columns: &[String]) -> Option<bool> {
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
    let later = || {
        site.later().any(|later| match &later.action.kind {
            ActionKind::CreateIndex(index) => {
                index.table.may_be(table) && begins(&columns_of(index))
            }
            ActionKind::AddConstraint { table: on, constraint } => {
                let (ConstraintKind::PrimaryKey { columns, .. }
                | ConstraintKind::Unique { columns, .. }) = &constraint.kind
                else {
                    return false;
                };
                on.may_be(table) && begins(columns)
            }
            _ => false,
        })
    };
    Some(by_key || later())
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
