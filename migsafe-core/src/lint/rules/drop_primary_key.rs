//! ## What it detects
//!
//! `DROP CONSTRAINT` of a primary key, one that the migrations made or whose name ends in `_pkey`, without a
//! new one in the same script.
//!
//! ## Why it hurts
//!
//! Rows have no identity then: logical replication refuses updates and deletes of the table, `ON CONFLICT` on
//! the key fails, and foreign keys that refer to it stand in the way or go with `CASCADE`.
//!
//! ## What to do
//!
//! Add the new key in the same script, best on a unique index that was built before with `CONCURRENTLY`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE logs (id bigint PRIMARY KEY, line text);
//! ```
//!
//! ```sql runs
//! ALTER TABLE logs DROP CONSTRAINT logs_pkey; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE logs (id bigint PRIMARY KEY, number bigint NOT NULL);
//! CREATE UNIQUE INDEX logs_number_key ON logs (number);
//! ```
//!
//! ```sql
//! ALTER TABLE logs DROP CONSTRAINT logs_pkey, ADD CONSTRAINT logs_pkey PRIMARY KEY USING INDEX logs_number_key;
//! -- also: change-primary-key
//! ```

use crate::Dialect::Postgres;
use crate::lint::constraints::{Dropped, dropped};
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a primary key is dropped and none takes its place",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::DropConstraint { table, constraint, .. } = &site.action.kind else {
            continue;
        };
        if dropped(&site, table, constraint) != Dropped::PrimaryKey || site.is_new(table) {
            continue;
        }
        let again = site.later_on(table).any(|later| match &later.action.kind {
            ActionKind::AddConstraint { table: on, constraint } => {
                on.may_be(table) && matches!(constraint.kind, ConstraintKind::PrimaryKey { .. })
            }
            ActionKind::Drop { name, .. } => name.may_be(table),
            _ => false,
        });
        if !again {
            findings.report_site(
                &site,
                format!("rows of {table} have no identity: replication and upserts break"),
                "add the new key in the same script",
            );
        }
    }
}
