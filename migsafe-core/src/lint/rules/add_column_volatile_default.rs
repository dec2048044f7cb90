//! ## What it detects
//!
//! `ADD COLUMN` with a default that differs from row to row (`gen_random_uuid()`, `random()`, `nextval()`), or
//! that calls a function which is not known, on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! The whole table and its indexes are written anew under an `ACCESS EXCLUSIVE` lock (measured). A default that
//! is the same for all rows, `now()` among them, is stored once.
//!
//! ## What to do
//!
//! Add the column without a default, set the default in a second statement (only new rows get it), and fill the
//! others in batches.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid(); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN token uuid;
//! ALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN made timestamptz NOT NULL DEFAULT now();
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Note, Warn},
};
use crate::sql::{ActionKind, Volatility};

pub(super) const META: Meta = Meta {
    summary: "a default that writes the table anew under the strongest lock",
    severities: [Warn, Warn, Warn],
    note: Some("A note where it is not known whether the default differs from row to row."),
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AddColumn { table, column, .. } = &site.action.kind else {
            continue;
        };
        let Some(default) = column.default.as_ref().filter(|_| !site.is_new(table)) else {
            continue;
        };
        let help = "add the column without it, set the default after, and fill the rows in batches";
        match default.volatility {
            Volatility::Volatile => findings.report_site(
                &site,
                format!("{table} is written anew while nobody else can read or write it"),
                help,
            ),
            Volatility::Unknown => findings.weigh_at_most(Note).report_site(
                &site,
                format!("{table} is written anew if {} differs from row to row", default.text),
                help,
            ),
            _ => {}
        }
    }
}
