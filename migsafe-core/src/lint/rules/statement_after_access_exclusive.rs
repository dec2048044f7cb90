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
use crate::lint::locked::Window;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a table stays locked while another is worked on",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut window = Window::default();
    for site in sites(facts, Postgres) {
        window.enter(&site);
        let table = match &site.action.kind {
            ActionKind::Update { table, .. }
            | ActionKind::Delete { table, .. }
            | ActionKind::ValidateConstraint { table, .. } => Some(table),
            ActionKind::CreateIndex(index) => Some(&index.table),
            ActionKind::RefreshMaterializedView { name, .. } => Some(name),
            _ => None,
        };
        if let Some(table) = table
            && let Some(locked) = window.tables().iter().find(|locked| !locked.may_be(table))
            && !site.is_new(table)
            && facts.runs_in_transaction(site.script)
        {
            findings.report_site(
                &site,
                format!("nobody can read or write {locked} while {table} is worked on"),
                "put it first, or into a migration of its own",
            );
        }
        window.leave(&site);
    }
}
