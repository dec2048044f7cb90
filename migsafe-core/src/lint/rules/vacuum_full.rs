//! ## What it detects
//!
//! `VACUUM FULL`.
//!
//! ## Why it hurts
//!
//! The whole table is written anew under an `ACCESS EXCLUSIVE` lock (measured), and needs its size once more on
//! the disk.
//!
//! ## What to do
//!
//! A plain `VACUUM` is what most want. To give space back while the table is used there are `pg_repack` and
//! `pg_squeeze`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! VACUUM FULL users; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! VACUUM users;
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
        if let ActionKind::Vacuum { full: true, .. } = &site.action.kind {
            findings.report_site(
                &site,
                "each table is written anew while nobody else can read or write it",
                "use a plain VACUUM, or pg_repack",
            );
        }
    }
}
