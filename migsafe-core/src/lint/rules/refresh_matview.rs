//! ## What it detects
//!
//! `REFRESH MATERIALIZED VIEW` without `CONCURRENTLY`.
//!
//! ## Why it hurts
//!
//! Nobody can read the view while its query runs (`ACCESS EXCLUSIVE`, measured), and the rest of the migration
//! waits for it.
//!
//! ## What to do
//!
//! Give the view a unique index and refresh it with `CONCURRENTLY`, outside migrations if its data has nothing
//! to do with the schema.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY);
//! CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS n FROM users;
//! CREATE UNIQUE INDEX counts_n_key ON counts (n);
//! ```
//!
//! ```sql runs
//! REFRESH MATERIALIZED VIEW counts; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY);
//! CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS n FROM users;
//! CREATE UNIQUE INDEX counts_n_key ON counts (n);
//! ```
//!
//! ```sql
//! REFRESH MATERIALIZED VIEW CONCURRENTLY counts;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a view cannot be read while it is filled",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::RefreshMaterializedView { name, concurrently: false, with_no_data: false } =
            &site.action.kind
        else {
            continue;
        };
        if !site.is_new(name) {
            findings.report_site(
                &site,
                format!("nobody can read {name} while it is filled"),
                "give it a unique index and refresh it with CONCURRENTLY",
            );
        }
    }
}
