//! ## What it detects
//!
//! `CLUSTER`.
//!
//! ## Why it hurts
//!
//! The whole table is written anew in the order of an index, under an `ACCESS EXCLUSIVE` lock (measured).
//!
//! ## What to do
//!
//! Use `pg_repack`, which does the same while the table is used.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! CLUSTER users USING users_pkey; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! ANALYZE users;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a table is written anew under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::Cluster { table } = &site.action.kind
            && !table.as_ref().is_some_and(|table| site.is_new(table))
        {
            findings.report_site(
                &site,
                "the table is written anew while nobody else can read or write it",
                "use pg_repack",
            );
        }
    }
}
