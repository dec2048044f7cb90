//! ## What it detects
//!
//! `ADD COLUMN … GENERATED ALWAYS AS (…) STORED` on a table that was not made by the same deploy, and `SET EXPRESSION`
//! of such a column (from PostgreSQL 17 on).
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
//! ```sql
//! ALTER TABLE users ALTER COLUMN domain SET EXPRESSION AS (lower(split_part(email, '@', 2))); -- found
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
use crate::lint::{Site, sites};
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a stored generated column writes the table anew",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let table = match &site.action.kind {
            ActionKind::AddColumn { table, column, .. }
                if column.generated.as_ref().is_some_and(|generated| generated.stored) =>
            {
                table
            }
            ActionKind::SetExpression { table, column, .. }
                if !is_virtual(&site, table, column) =>
            {
                table
            }
            _ => continue,
        };
        if !site.is_new(table) {
            findings.report_site(
                &site,
                format!("{table} is written anew while nobody else can read or write it"),
                "add a plain column and keep it with a trigger, or compute the value in a view",
            );
        }
    }
}

/// Whether a script made the column as one that is computed when it is read: nothing is stored of it.
fn is_virtual(site: &Site<'_>, table: &ObjectName, column: &str) -> bool {
    let definition = site.table(table).and_then(|table| table.definition());
    let known =
        definition.and_then(|table| table.columns.iter().find(|known| known.name == column));
    known.and_then(|known| known.generated.as_ref()).is_some_and(|generated| !generated.stored)
}
