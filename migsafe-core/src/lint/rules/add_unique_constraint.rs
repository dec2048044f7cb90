//! ## What it detects
//!
//! `ADD CONSTRAINT … UNIQUE` without `USING INDEX` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! Its index is built under an `ACCESS EXCLUSIVE` lock (measured): nobody can read or write the table until the
//! build is through.
//!
//! ## What to do
//!
//! Build a unique index with `CONCURRENTLY` in one migration, and make it the constraint with `USING INDEX` in
//! the next, which takes a moment. `migsafe new --template add-unique` writes both.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! CREATE UNIQUE INDEX users_email_key ON users (email);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
//! ```

use crate::Dialect::Postgres;
use crate::lint::constraints::{by_index, is_partitioned};
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a unique constraint builds its index under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AddConstraint { table, constraint } = &site.action.kind else {
            continue;
        };
        let ConstraintKind::Unique { using_index: None, .. } = &constraint.kind else {
            continue;
        };
        if site.is_new(table) {
            continue;
        }
        let message = format!("nobody can read or write {table} while its index is built");
        if is_partitioned(&site, table) {
            let help = "add it with ALTER TABLE ONLY, make the same constraint on each partition by way of an index \
                        that is built concurrently, and attach those indexes to its own";
            findings.report_site(&site, message, help);
            continue;
        }
        let help = "build a unique index concurrently, then add the constraint with USING INDEX";
        // The index may fail on duplicates as the constraint may; that is another rule's matter.
        findings.report_site_with(&site, message, help, by_index(&site, table, constraint));
    }
}
