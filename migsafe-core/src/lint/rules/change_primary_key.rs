//! ## What it detects
//!
//! A primary key is dropped and another is added to the same table in one script.
//!
//! ## Why it hurts
//!
//! Every foreign key that refers to the old one has to go first, code that finds rows by it breaks at once, and
//! unless the new key uses an index that stands already, its index is built under an `ACCESS EXCLUSIVE` lock.
//!
//! ## What to do
//!
//! Add the new column, fill it, build a unique index with `CONCURRENTLY`, move the references, and swap the
//! keys last with `USING INDEX`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE logs (id bigint PRIMARY KEY, number bigint NOT NULL);
//! ```
//!
//! ```sql runs
//! ALTER TABLE logs DROP CONSTRAINT logs_pkey;
//! ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY (number); -- found
//! -- also: add-primary-key
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE logs (id bigint PRIMARY KEY, number bigint NOT NULL);
//! ```
//!
//! ```sql
//! CREATE UNIQUE INDEX CONCURRENTLY logs_number_key ON logs (number);
//! ```

use crate::Dialect::Postgres;
use crate::lint::constraints::{Dropped, dropped};
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a table gets another primary key",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AddConstraint { table, constraint } = &site.action.kind else {
            continue;
        };
        if !matches!(constraint.kind, ConstraintKind::PrimaryKey { .. }) || site.is_new(table) {
            continue;
        }
        let replaces = site.earlier_on(table).any(|earlier| match &earlier.action.kind {
            ActionKind::DropConstraint { table: on, constraint, .. } => {
                on.may_be(table) && dropped(&earlier, on, constraint) == Dropped::PrimaryKey
            }
            _ => false,
        });
        if replaces {
            findings.report_site(
                &site,
                format!("{table} changes what identifies its rows, at once for old and new code"),
                "build the new key beside the old one and swap them last, with USING INDEX",
            );
        }
    }
}
