//! ## What it detects
//!
//! A change of the type of a column that a view is known to read.
//!
//! ## Why it hurts
//!
//! The server refuses it (SQLSTATE 0A000, measured), whatever the rows hold.
//!
//! ## What to do
//!
//! Drop the view before and create it again after, in the same script.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100));
//! CREATE VIEW emails AS SELECT email FROM users;
//! ```
//!
//! ```sql fails:0A000
//! ALTER TABLE users ALTER COLUMN email TYPE text; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100));
//! CREATE VIEW emails AS SELECT email FROM users;
//! ```
//!
//! ```sql
//! DROP VIEW emails;
//! ALTER TABLE users ALTER COLUMN email TYPE text;
//! CREATE VIEW emails AS SELECT email FROM users;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a view stands in the way of a change of type",
    severities: [Error, Error, Error],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AlterColumnType { table, column, .. } = &site.action.kind else {
            continue;
        };
        let reader = site.readers(table).find(|(_, view)| {
            // With a second relation the name may be that one's column.
            view.reads.len() == 1 && view.columns.iter().any(|name| name == column)
        });
        if let Some((view, _)) = reader {
            findings.report_site(
                &site,
                format!("the server refuses it: the view {view} reads {table}.{column}"),
                "drop the view before and create it again after, in the same script",
            );
        }
    }
}
