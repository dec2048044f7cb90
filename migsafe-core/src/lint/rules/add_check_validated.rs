//! ## What it detects
//!
//! `ADD CONSTRAINT … CHECK`, or a new column with a `CHECK`, without `NOT VALID` on a table that was not made
//! by the same deploy.
//!
//! ## Why it hurts
//!
//! The server reads the whole table under an `ACCESS EXCLUSIVE` lock (measured): nobody can read or write until
//! it is through.
//!
//! ## What to do
//!
//! Add the check with `NOT VALID`, which only looks at new rows, and validate it in the next migration:
//! `VALIDATE CONSTRAINT` reads the table while everybody works on. A file must not do both, since the lock of
//! the first lasts to the end of its transaction. `migsafe new --template add-check` writes both.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age >= 0); -- found
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
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY, n int);
//! ALTER TABLE t ADD CONSTRAINT t_n_check CHECK (n > 0);
//! ```

use crate::Dialect::Postgres;
use crate::lint::constraints::validated_later;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind};

pub(super) const META: Meta = Meta {
    summary: "a check reads the whole table under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let (table, constraint, inline) = match &site.action.kind {
            ActionKind::AddConstraint { table, constraint } => (table, constraint, false),
            ActionKind::AddColumn { table, column, .. } => {
                let check =
                    column.constraints.iter().find(|c| matches!(c.kind, ConstraintKind::Check(_)));
                let Some(check) = check else { continue };
                (table, check, true)
            }
            _ => continue,
        };
        let checks = matches!(constraint.kind, ConstraintKind::Check(_));
        if !checks || constraint.not_valid || site.is_new(table) {
            continue;
        }
        let message = format!("all of {table} is read while nobody else can read or write it");
        if inline {
            let help = "add the column first, then the check NOT VALID, and validate it in the next migration";
            findings.report_site(&site, message, help);
            continue;
        }
        let help = "add it NOT VALID, and validate it in the next migration";
        match validated_later(&site, table, constraint) {
            Some(suggestion) => findings.report_site_with(&site, message, help, suggestion),
            None => findings.report_site(&site, message, help),
        }
    }
}
