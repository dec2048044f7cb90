//! ## What it detects
//!
//! `SET ACCESS METHOD` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! The whole table is written anew under an `ACCESS EXCLUSIVE` lock, unless it has that method already
//! (PostgreSQL manual, ALTER TABLE).
//!
//! ## What to do
//!
//! Make a new table with the method, copy the rows in batches and swap the two.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql server:150000 skip
//! ALTER TABLE users SET ACCESS METHOD heap; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY) USING heap;
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
        if let ActionKind::SetAccessMethod { table } = &site.action.kind
            && !site.is_new(table)
        {
            findings.report_site(
                &site,
                format!("{table} is written anew while nobody else can read or write it"),
                "fill a new table with that method in batches and swap the two",
            );
        }
    }
}
