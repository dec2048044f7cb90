//! ## What it detects
//!
//! `ADD PRIMARY KEY` without `USING INDEX` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! Its index is built, and its columns are searched for NULLs, under an `ACCESS EXCLUSIVE` lock (measured).
//!
//! ## What to do
//!
//! Make the columns `NOT NULL` (`migsafe new --template set-not-null`), build a unique index with
//! `CONCURRENTLY`, and add the key with `USING INDEX`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE logs (id bigint NOT NULL, line text);
//! ```
//!
//! ```sql runs
//! ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY (id); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE logs (id bigint NOT NULL, line text);
//! CREATE UNIQUE INDEX logs_pkey ON logs (id);
//! ```
//!
//! ```sql
//! ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY USING INDEX logs_pkey;
//! ```

use crate::Dialect::Postgres;
use crate::lint::constraints::{by_index, is_partitioned};
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a primary key builds its index under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AddConstraint { table, constraint } = &site.action.kind else {
            continue;
        };
        let ConstraintKind::PrimaryKey { columns, using_index: None } = &constraint.kind else {
            continue;
        };
        if site.is_new(table) {
            continue;
        }
        let message = format!("nobody can read or write {table} while its index is built");
        let help = "build a unique index concurrently, then add the key with USING INDEX";
        let required = columns.iter().all(|name| {
            site.column(table, name).is_some_and(|column| column.not_null == Some(true))
        });
        if is_partitioned(&site, table) {
            let help = "add it with ALTER TABLE ONLY, make the same constraint on each partition by way of an index \
                        that is built concurrently, and attach those indexes to its own";
            findings.report_site(&site, message, help);
            continue;
        }
        let suggestion = by_index(&site, table, constraint).filter(|_| required);
        findings.report_site_with(&site, message, help, suggestion);
    }
}
