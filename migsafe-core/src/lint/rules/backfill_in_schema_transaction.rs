//! ## What it detects
//!
//! An `UPDATE`, `DELETE` or `INSERT … SELECT` on a table that the same script altered before, in one
//! transaction.
//!
//! ## Why it hurts
//!
//! The `ACCESS EXCLUSIVE` lock of the `ALTER TABLE` lasts to the end of the transaction: nobody can read or
//! write the table while the rows are changed.
//!
//! ## What to do
//!
//! Put the rows into the next migration, best [in batches](../no-transaction.md): `-- migsafe: no-transaction
//! because …` and `-- migsafe: repeat`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN name text;
//! UPDATE users SET name = email WHERE name IS NULL; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN name text;
//! -- next migration
//! -- migsafe: no-transaction because the rows are filled in batches
//! -- migsafe: repeat
//! UPDATE users SET name = email WHERE id IN (SELECT id FROM users WHERE name IS NULL AND email IS NOT NULL ORDER BY id LIMIT 5000);
//! ```

use crate::Dialect::Postgres;
use crate::lint::locked::Window;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, InsertSource};

pub(super) const META: Meta = Meta {
    summary: "rows are changed under the lock of an ALTER TABLE",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut window = Window::default();
    for site in sites(facts, Postgres) {
        window.enter(&site);
        let table = match &site.action.kind {
            ActionKind::Update { table, .. } | ActionKind::Delete { table, .. } => Some(table),
            ActionKind::Insert { table, source: InsertSource::Query, .. } => Some(table),
            _ => None,
        };
        if let Some(table) = table
            && window.has(table)
            && !site.is_new(table)
            && facts.runs_in_transaction(site.script)
        {
            findings.report_site(
                &site,
                format!("rows of {table} are changed while nobody else can read or write it"),
                "put it into the next migration, in batches",
            );
        }
        window.leave(&site);
    }
}
