//! ## What it detects
//!
//! `ADD COLUMN` with `serial`, `bigserial` or `GENERATED … AS IDENTITY` on a table that was not made by the
//! same deploy.
//!
//! ## Why it hurts
//!
//! Every row gets a number, so the whole table is written anew under an `ACCESS EXCLUSIVE` lock (measured).
//!
//! ## What to do
//!
//! Add a plain `bigint` column, fill it in batches from a sequence, and make it an identity at the end.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN number bigserial; -- found
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN number bigint;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a numbered column writes the table anew under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AddColumn { table, column, .. } = &site.action.kind else {
            continue;
        };
        let serial = column.ty.as_ref().is_some_and(|ty| ty.name.name.ends_with("serial"));
        if (serial || column.identity.is_some()) && !site.is_new(table) {
            findings.report_site(
                &site,
                format!("{table} is written anew while nobody else can read or write it"),
                "add a plain column, fill it in batches from a sequence, make it an identity last",
            );
        }
    }
}
