//! ## What it detects
//!
//! A column of type `json`.
//!
//! ## Why it hurts
//!
//! `json` has no equality: `DISTINCT`, `GROUP BY` and `UNION` over it fail, no index finds a key in it, and
//! each use parses the text again.
//!
//! ## What to do
//!
//! Use `jsonb`, unless you have to keep the order of keys or white space.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN settings json; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN settings jsonb;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::{ActionKind, Column};

pub(super) const META: Meta = Meta {
    summary: "json has no equality; jsonb has",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let columns: &[Column] = match &site.action.kind {
            ActionKind::AddColumn { column, .. } => std::slice::from_ref(column),
            ActionKind::CreateTable(table) => &table.columns,
            _ => continue,
        };
        for column in columns {
            if column.ty.as_ref().is_some_and(|ty| ty.name.name == "json") {
                findings.report_site(
                    &site,
                    format!("values of {} cannot be compared: json has no equality", column.name),
                    "use jsonb",
                );
            }
        }
    }
}
