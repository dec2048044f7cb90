//! ## What it detects
//!
//! `SET NOT NULL` on a column of a table that was not made by the same deploy, where no validated check proves
//! that it holds no NULL.
//!
//! ## Why it hurts
//!
//! The server reads the whole table under an `ACCESS EXCLUSIVE` lock (measured), and one NULL fails the
//! migration (SQLSTATE 23502).
//!
//! ## What to do
//!
//! Add `CHECK (column IS NOT NULL) NOT VALID`, validate it in the next migration, and set `NOT NULL` in the one
//! after, together with dropping the check: since PostgreSQL 12 the validated check saves the scan. `migsafe
//! new --template set-not-null` writes all three. A check that was validated long ago is not seen when only
//! pending migrations are read.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ALTER COLUMN email SET NOT NULL; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD CONSTRAINT email_given CHECK (email IS NOT NULL) NOT VALID;
//! -- next migration
//! ALTER TABLE users VALIDATE CONSTRAINT email_given;
//! -- next migration
//! ALTER TABLE users ALTER COLUMN email SET NOT NULL, DROP CONSTRAINT email_given;
//! ```
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY, name text);
//! ALTER TABLE t ALTER COLUMN name SET NOT NULL;
//! ```

use crate::Dialect::Postgres;
use crate::lint::constraints::proves_not_null;
use crate::lint::expand::first_release;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;
use crate::template::Template;

pub(super) const META: Meta = Meta {
    summary: "SET NOT NULL reads the whole table under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::SetNotNull { table, column } = &site.action.kind else {
            continue;
        };
        let state = site.table(table);
        let proven = state.is_some_and(|table| {
            table.column(column).is_some_and(|column| column.not_null == Some(true))
                || table
                    .constraints()
                    .any(|known| known.validated && proves_not_null(&known.kind, column))
        });
        if proven || site.is_new(table) {
            continue;
        }
        let template = Template::SetNotNull { table: table.clone(), column: column.clone() };
        let message = format!("all of {table} is read while nobody else can read or write it");
        let help =
            "prove it before by a check that is validated: `migsafe new --template set-not-null`";
        match first_release(&site, &template) {
            Some(suggestion) => findings.report_site_with(&site, message, help, suggestion),
            None => findings.report_site(&site, message, help),
        }
    }
}
