//! ## What it detects
//!
//! `REINDEX` without `CONCURRENTLY`.
//!
//! ## Why it hurts
//!
//! It stops writes to the table for the whole rebuild (`SHARE` on the table, `ACCESS EXCLUSIVE` on each index,
//! measured), and queries wait too, because planning one looks at every index.
//!
//! ## What to do
//!
//! Use `REINDEX … CONCURRENTLY`, alone in a migration of its own. `REINDEX SYSTEM` has no such form and does
//! not belong into a migration.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql runs
//! REINDEX TABLE users; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql
//! REINDEX TABLE CONCURRENTLY users;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "an index is rebuilt while the table cannot be written",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::Reindex { name, concurrently: false, .. } = &site.action.kind else {
            continue;
        };
        if name.as_ref().is_some_and(|name| site.is_new(name)) {
            continue;
        }
        findings.report_site(
            &site,
            "the rebuild stops writes, and queries that are being planned",
            "write CONCURRENTLY, alone in a migration of its own",
        );
    }
}
