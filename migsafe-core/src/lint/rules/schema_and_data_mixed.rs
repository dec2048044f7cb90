//! ## What it detects
//!
//! A script in one transaction that changes a table that is in use and also writes rows of a table that is in
//! use. Off unless a team asks for it.
//!
//! ## Why it hurts
//!
//! The lock of the change is kept until the last row is written, and what went wrong in one half takes the other
//! with it.
//!
//! ## What to do
//!
//! Change the schema in one migration and the rows in the next, in batches where they are many (`-- migsafe:
//! repeat`).
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN email text;
//! UPDATE users SET email = '' WHERE id = 1; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN email text;
//! -- next migration
//! UPDATE users SET email = '' WHERE id = 1;
//! ```
//!
//! ```sql
//! CREATE TABLE kinds (name text PRIMARY KEY);
//! INSERT INTO kinds VALUES ('a');
//! ```

use crate::lint::{Site, all_sites};
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::{ActionKind, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a script changes tables and rows in one transaction",
    severities: [Off, Off, Off],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let (mut migration, mut changed, mut said) = (None, None, false);
    for site in all_sites(facts) {
        if migration != Some(site.migration) {
            (migration, changed, said) = (Some(site.migration), None, false);
        }
        if said || !facts.runs_in_transaction(site.script) {
            continue;
        }
        if let Some(table) = changes(&site) {
            changed.get_or_insert(table);
        }
        let (Some(changed), Some(written)) = (changed, writes(&site)) else {
            continue;
        };
        said = true;
        findings.report_site(
            &site,
            format!("{changed} stays locked while rows of {written} are written"),
            "write rows in a migration of their own",
        );
    }
}

/// The table that is in use and gets another shape.
fn changes<'a>(site: &Site<'a>) -> Option<&'a ObjectName> {
    use ActionKind as A;
    let table = match &site.action.kind {
        A::AddColumn { table, .. }
        | A::DropColumn { table, .. }
        | A::AlterColumnType { table, .. }
        | A::SetDefault { table, .. }
        | A::SetNotNull { table, .. }
        | A::AddConstraint { table, .. }
        | A::DropConstraint { table, .. } => table,
        A::CreateIndex(index) => &index.table,
        _ => return None,
    };
    (!site.is_new(table)).then_some(table)
}

/// The table that is in use and gets other rows.
fn writes<'a>(site: &Site<'a>) -> Option<&'a ObjectName> {
    use ActionKind as A;
    let (A::Insert { table, .. }
    | A::Update { table, .. }
    | A::Delete { table, .. }
    | A::Merge { table, .. }
    | A::CopyFrom { table }) = &site.action.kind
    else {
        return None;
    };
    (!site.is_new(table)).then_some(table)
}
