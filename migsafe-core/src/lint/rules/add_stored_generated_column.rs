//! ## What it detects
//!
//! `ADD COLUMN … GENERATED ALWAYS AS (…) STORED` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! The value is computed for every row: the whole table is written anew under an `ACCESS EXCLUSIVE` lock
//! (measured).
//!
//! ## What to do
//!
//! Add a plain column, keep it with a trigger, and fill it in batches; or compute the value in a view or, from
//! PostgreSQL 18 on, in a virtual column.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN domain text GENERATED ALWAYS AS (split_part(email, '@', 2)) STORED; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN domain text;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a stored generated column writes the table anew",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::AddColumn { table, column, .. } = &site.action.kind
            && column.generated.as_ref().is_some_and(|generated| generated.stored)
            && !site.is_new(table)
        {
            findings.report_site(
                &site,
                format!("{table} is written anew while nobody else can read or write it"),
                "add a plain column and keep it with a trigger, or compute the value in a view",
            );
        }
    }
}
