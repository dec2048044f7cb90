//! ## What it detects
//!
//! `ALTER DOMAIN … ADD CONSTRAINT` without `NOT VALID`, and `SET NOT NULL`, of a domain that was not made by the
//! same deploy.
//!
//! ## Why it hurts
//!
//! The server reads every table that has a column of the domain, and holds a `SHARE` lock on all of them
//! meanwhile: nobody can write (measured on 15). A row that does not fit fails the migration.
//!
//! ## What to do
//!
//! Add the constraint with `NOT VALID` and validate it in a migration of its own. The check holds for new rows at
//! once, and takes no lock on the tables. `VALIDATE CONSTRAINT` then reads the same tables, before PostgreSQL 18
//! under the same lock (measured on 15): choose a calm time, or prefer checks on the tables.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE DOMAIN age AS int;
//! CREATE TABLE users (id bigint PRIMARY KEY, age age);
//! ```
//!
//! ```sql runs
//! ALTER DOMAIN age ADD CONSTRAINT age_positive CHECK (VALUE > 0); -- found
//! ```
//!
//! ```sql runs
//! ALTER DOMAIN age SET NOT NULL; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE DOMAIN age AS int;
//! CREATE TABLE users (id bigint PRIMARY KEY, age age);
//! ```
//!
//! ```sql
//! ALTER DOMAIN age ADD CONSTRAINT age_positive CHECK (VALUE > 0) NOT VALID;
//! -- next migration
//! ALTER DOMAIN age VALIDATE CONSTRAINT age_positive;
//! ```
//!
//! ```sql
//! CREATE DOMAIN size AS int;
//! ALTER DOMAIN size ADD CONSTRAINT size_positive CHECK (VALUE > 0);
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn, Suggestion};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "every table that uses the domain is read while nobody can write to it",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AlterDomainConstraint { name, constraint } = &site.action.kind else {
            continue;
        };
        if constraint.not_valid || site.is_new(name) {
            continue;
        }
        let message = format!("every table that uses {name} is read while nobody can write to it");
        let help = "add it with NOT VALID and validate it in the next migration, at a calm time";
        let (demand, word) = match &constraint.kind {
            ConstraintKind::Check(check) => (check.text.as_str(), "check"),
            ConstraintKind::NotNull { .. } => ("VALUE IS NOT NULL", "not_null"),
            _ => {
                findings.report_site(&site, message, help);
                continue;
            }
        };
        let own = constraint.name.clone().unwrap_or_else(|| format!("{}_{word}", name.name));
        let (domain, own) = (site.quote_name(name), site.quote(&own));
        let add = format!("ALTER DOMAIN {domain} ADD CONSTRAINT {own} CHECK ({demand}) NOT VALID;");
        let validate = format!("ALTER DOMAIN {domain} VALIDATE CONSTRAINT {own};");
        findings.report_site_with(&site, message, help, Suggestion::migrations([add, validate]));
    }
}
