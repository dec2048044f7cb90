//! ## What it detects
//!
//! `VALIDATE CONSTRAINT` in the same script, and so in the same transaction, as the `ADD CONSTRAINT … NOT
//! VALID` before it.
//!
//! ## Why it hurts
//!
//! The strong lock of `ADD CONSTRAINT` lasts to the end of the transaction, so the table is read under it after
//! all (measured): `NOT VALID` has won nothing.
//!
//! ## What to do
//!
//! Put `VALIDATE CONSTRAINT` into the next migration.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age >= 0) NOT VALID;
//! ALTER TABLE users VALIDATE CONSTRAINT users_age_check; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age >= 0) NOT VALID;
//! -- next migration
//! ALTER TABLE users VALIDATE CONSTRAINT users_age_check;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a constraint is validated under the lock that NOT VALID was to avoid",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::ValidateConstraint { table, constraint } = &site.action.kind else {
            continue;
        };
        if site.is_new(table) || !facts.runs_in_transaction(site.script) {
            continue;
        }
        let added = site.earlier_on(table).any(|earlier| match &earlier.action.kind {
            ActionKind::AddConstraint { table: on, constraint: added } => {
                on.may_be(table) && added.name.as_ref() == Some(constraint)
            }
            _ => false,
        });
        if added {
            findings.report_site(
                &site,
                format!("{table} is read under the lock that adding {constraint} took"),
                "put it into the next migration",
            );
        }
    }
}
