//! ## What it detects
//!
//! `SET LOGGED` or `SET UNLOGGED` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! The whole table is written anew under an `ACCESS EXCLUSIVE` lock (measured). An unlogged table is empty
//! after a crash of the server, and is not on the replicas.
//!
//! ## What to do
//!
//! Make a new table of the wanted kind, copy the rows in batches and swap the two.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users SET UNLOGGED; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE UNLOGGED TABLE cache (id bigint PRIMARY KEY);
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a table is written anew, and may lose its rows in a crash",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::SetLogged { table, logged } = &site.action.kind else {
            continue;
        };
        if site.is_new(table) {
            continue;
        }
        let also = if *logged { "" } else { ", and is empty after a crash" };
        findings.report_site(
            &site,
            format!("{table} is written anew while nobody else can read or write it{also}"),
            "fill a new table of that kind in batches and swap the two",
        );
    }
}
