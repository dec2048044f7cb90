//! ## What it detects
//!
//! A table, view or column that is dropped without `CASCADE` while a view of the migrations reads it.
//!
//! ## Why it hurts
//!
//! The server refuses it (SQLSTATE 2BP01), whatever the rows hold.
//!
//! ## What to do
//!
//! Drop the view before, or replace it by one that reads something else.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! CREATE VIEW emails AS SELECT email FROM users;
//! ```
//!
//! ```sql fails:2BP01
//! ALTER TABLE users DROP COLUMN email; -- found
//! -- also: drop-column, data-loss
//! ```
//!
//! ```sql fails:2BP01
//! DROP TABLE users; -- found
//! -- also: drop-table, data-loss
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! CREATE VIEW emails AS SELECT email FROM users;
//! ```
//!
//! ```sql
//! DROP VIEW emails;
//! -- migsafe: allow(drop-column) because no release reads it since the one before
//! ALTER TABLE users DROP COLUMN email;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::sql::{ActionKind, ObjectKind, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a view stands in the way of a drop",
    severities: [Error, Error, Error],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let (relation, column) = match &site.action.kind {
            ActionKind::Drop {
                kind: ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView,
                name,
                cascade: false,
                ..
            } => (name, None),
            ActionKind::DropColumn { table, column, cascade: false, .. } => (table, Some(column)),
            _ => continue,
        };
        let goes_too = |view: &ObjectName| {
            site.statement.actions().iter().any(
                |action| matches!(&action.kind, ActionKind::Drop { name, .. } if name.may_be(view)),
            )
        };
        let reader = site.readers(relation).find(|(name, view)| {
            // With a second relation the name may be that one's column.
            let reads = column.is_none_or(|column| {
                view.reads.len() == 1 && view.columns.iter().any(|name| name == column)
            });
            reads && !goes_too(name)
        });
        if let Some((view, _)) = reader {
            findings.report_site(
                &site,
                format!("the server refuses it: the view {view} reads {relation}"),
                "drop the view before, in the same script",
            );
        }
    }
}
