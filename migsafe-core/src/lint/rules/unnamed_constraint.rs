//! ## What it detects
//!
//! `ADD CONSTRAINT` without a name, such as `ALTER TABLE t ADD CHECK (…)`.
//!
//! ## Why it hurts
//!
//! The server chooses a name. Added in another order, or beside a name that is taken, it is another one on
//! another database, and the migration that drops it works on one and fails on the other.
//!
//! ## What to do
//!
//! Write `ADD CONSTRAINT name …`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD CHECK (age >= 0) NOT VALID; -- found
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
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a constraint gets its name from the server",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::AddConstraint { table, constraint } = &site.action.kind
            && constraint.name.is_none()
        {
            findings.report_site(
                &site,
                format!("the server names this constraint of {table}, on each database anew"),
                "write ADD CONSTRAINT with a name",
            );
        }
    }
}
