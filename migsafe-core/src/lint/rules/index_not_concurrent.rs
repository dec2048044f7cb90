//! ## What it detects
//!
//! `CREATE INDEX` without `CONCURRENTLY` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! The build takes a `SHARE` lock: nobody can insert, update or delete a row of the table until the whole of it
//! is read and sorted, which is minutes on a table of some gigabytes (PostgreSQL manual, CREATE INDEX,
//! "Building Indexes Concurrently").
//!
//! ## What to do
//!
//! Write `CREATE INDEX CONCURRENTLY` alone into a migration of its own: migsafe runs it outside a transaction,
//! keeps a journal of it, and drops and rebuilds an index that a crash left invalid. On a partitioned table,
//! which takes no `CONCURRENTLY`, build the index on each partition concurrently, then `CREATE INDEX … ON ONLY`
//! the parent and attach them. A small table may do without; say so with a suppression.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql runs
//! CREATE INDEX users_email_idx ON users (email); -- found
//! ```
//!
//! ```sql runs
//! CREATE UNIQUE INDEX IF NOT EXISTS users_email_key ON users (email) WHERE org_id IS NULL; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql
//! CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
//! ```
//!
//! ```sql
//! CREATE TABLE posts (id bigint PRIMARY KEY, title text);
//! CREATE INDEX posts_title_idx ON posts (title);
//! ```

use crate::Dialect::Postgres;
use crate::lint::constraints::is_partitioned;
use crate::lint::indexes::concurrently;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn, Suggestion};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "an index is built while the table cannot be written",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::CreateIndex(index) = &site.action.kind else {
            continue;
        };
        if index.concurrently || site.is_new(&index.table) {
            continue;
        }
        let message = format!("nobody can write to {} while this index is built", index.table);
        match concurrently(site.sql()).filter(|_| !is_partitioned(&site, &index.table)) {
            Some(script) => findings.report_site_with(
                &site,
                message,
                "build it with CONCURRENTLY, alone in a migration of its own",
                Suggestion::migrations([script]),
            ),
            None => findings.report_site(
                &site,
                message,
                "build it concurrently on each partition, then on ONLY the parent, and attach them",
            ),
        }
    }
}
