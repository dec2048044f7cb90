//! ## What it detects
//!
//! `REFRESH MATERIALIZED VIEW CONCURRENTLY`.
//!
//! ## Why it hurts
//!
//! It takes an `EXCLUSIVE` lock (measured): readers go on, but a second refresh waits, and so does the
//! migration for one that is under way.
//!
//! ## What to do
//!
//! Refresh it outside migrations, if its data has nothing to do with the schema.
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
//! REFRESH MATERIALIZED VIEW CONCURRENTLY counts; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE MATERIALIZED VIEW now AS SELECT 1 AS n;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "two refreshes wait for each other",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::RefreshMaterializedView { name, concurrently: true, .. } =
            &site.action.kind
        {
            findings.report_site(
                &site,
                format!("the migration waits for a refresh of {name} that is under way"),
                "refresh it outside migrations",
            );
        }
    }
}
