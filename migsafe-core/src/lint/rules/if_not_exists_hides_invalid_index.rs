//! ## What it detects
//!
//! `CREATE INDEX CONCURRENTLY IF NOT EXISTS`.
//!
//! ## Why it hurts
//!
//! A concurrent build that failed leaves an invalid index behind. On the next try `IF NOT EXISTS` finds a name,
//! skips the build and reports success (measured): the index stays unused, and a unique one does not hold.
//! migsafe looks at the index after the statement and fails the migration then; psql and Prisma do not.
//!
//! ## What to do
//!
//! Leave out `IF NOT EXISTS`. migsafe's journal knows whether the statement ran, and drops and rebuilds an
//! invalid index by itself.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql runs
//! CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email); -- found
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

use crate::Dialect::Postgres;
use crate::lint::indexes::concurrently;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn, Suggestion};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "IF NOT EXISTS takes an invalid index for the index",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::CreateIndex(index) = &site.action.kind else {
            continue;
        };
        if !(index.concurrently && index.if_not_exists) {
            continue;
        }
        let message = "an invalid index that a failed build left is taken for this one";
        let help = "leave out IF NOT EXISTS: the journal knows whether the statement ran";
        match concurrently(site.sql()) {
            Some(script) => {
                findings.report_site_with(&site, message, help, Suggestion::migrations([script]));
            }
            None => findings.report_site(&site, message, help),
        }
    }
}
