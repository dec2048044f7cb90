//! ## What it detects
//!
//! A change of the type of a column that a check names, as far as the migrations say.
//!
//! ## Why it hurts
//!
//! The check is evaluated for every row again, under the `ACCESS EXCLUSIVE` lock of the change, also where the
//! rows stay as they are.
//!
//! ## What to do
//!
//! Drop the check, change the type, and add the check `NOT VALID`; validate it in the next migration.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100) CONSTRAINT users_email_check CHECK (email <> ''));
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ALTER COLUMN email TYPE text; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100) CONSTRAINT users_email_check CHECK (email <> ''));
//! ```
//!
//! ```sql
//! ALTER TABLE users DROP CONSTRAINT users_email_check;
//! ALTER TABLE users ALTER COLUMN email TYPE text;
//! ALTER TABLE users ADD CONSTRAINT users_email_check CHECK (email <> '') NOT VALID;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a change of type checks every row again",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AlterColumnType { table, column, .. } = &site.action.kind else {
            continue;
        };
        let Some(state) = site.table(table).filter(|_| !site.is_new(table)) else {
            continue;
        };
        let check = state.constraints().find(|constraint| {
            matches!(&constraint.kind, ConstraintKind::Check(check) if check.columns.contains(column))
        });
        if let Some(check) = check {
            let name = check.name.as_deref().unwrap_or("of it");
            findings.report_site(
                &site,
                format!("the check {name} reads all of {table} again under the strongest lock"),
                "drop the check first and add it NOT VALID after; validate it in the next migration",
            );
        }
    }
}
