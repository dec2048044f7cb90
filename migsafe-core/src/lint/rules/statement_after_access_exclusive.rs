//! ## What it detects
//!
//! A statement that takes long (an index build, a validation, rows that are changed) after an `ALTER TABLE` of
//! another table in the same transaction.
//!
//! ## Why it hurts
//!
//! The lock of the `ALTER TABLE` lasts to the end of the transaction: nobody can read or write that table while
//! the later statement works on another one.
//!
//! ## What to do
//!
//! Put what takes long first, or into a migration of its own.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE a (id bigint PRIMARY KEY);
//! CREATE TABLE b (id bigint PRIMARY KEY, n int);
//! ```
//!
//! ```sql runs
//! ALTER TABLE a ADD COLUMN n int;
//! UPDATE b SET n = 0 WHERE n IS NULL; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE a (id bigint PRIMARY KEY);
//! CREATE TABLE b (id bigint PRIMARY KEY, n int);
//! ```
//!
//! ```sql
//! UPDATE b SET n = 0 WHERE n IS NULL;
//! ALTER TABLE a ADD COLUMN n int;
//! ```

use crate::Dialect::Postgres;
use crate::lint::locked::altered;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a table stays locked while another is worked on",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let table = match &site.action.kind {
            ActionKind::Update { table, .. }
            | ActionKind::Delete { table, .. }
            | ActionKind::ValidateConstraint { table, .. } => table,
            ActionKind::CreateIndex(index) => &index.table,
            ActionKind::RefreshMaterializedView { name, .. } => name,
            _ => continue,
        };
        if site.is_new(table) || !facts.runs_in_transaction(site.script) {
            continue;
        }
        let locked = site.earlier().find_map(|earlier| {
            altered(&earlier.action.kind)
                .filter(|other| !other.may_be(table) && !earlier.is_new(other))
        });
        if let Some(locked) = locked {
            findings.report_site(
                &site,
                format!("nobody can read or write {locked} while {table} is worked on"),
                "put it first, or into a migration of its own",
            );
        }
    }
}
