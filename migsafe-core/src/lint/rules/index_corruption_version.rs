//! ## What it detects
//!
//! `CREATE INDEX CONCURRENTLY` or `REINDEX … CONCURRENTLY` on a server of version 14.0 to 14.3.
//!
//! ## Why it hurts
//!
//! Those versions may leave rows out of the index without any error (release notes of PostgreSQL 14.4). Queries
//! by the index then miss rows, and a unique index lets duplicates in.
//!
//! ## What to do
//!
//! Update the server to 14.4 or newer first, or build without `CONCURRENTLY` at a quiet time.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql server:140002 skip
//! CREATE INDEX CONCURRENTLY users_email_idx ON users (email); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql server:140004
//! CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a concurrent build on a server that corrupts such indexes",
    severities: [Warn, Error, Error],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let concurrently = match &site.action.kind {
            ActionKind::CreateIndex(index) => index.concurrently,
            ActionKind::Reindex { concurrently, .. } => *concurrently,
            _ => false,
        };
        if concurrently && site.server_version().is_some_and(|v| (140_000..140_004).contains(&v)) {
            findings.report_site(
                &site,
                "this server version may leave rows out of an index that is built concurrently",
                "update the server to 14.4 or newer first",
            );
        }
    }
}
