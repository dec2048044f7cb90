//! ## What it detects
//!
//! `SET DEFAULT` on a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! An ORM writes the default that its own schema knows: processes of the old release go on writing the old
//! value.
//!
//! ## What to do
//!
//! Change the default in a release of its own, and correct the rows of the time in between.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ALTER COLUMN age SET DEFAULT 18; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY, n int);
//! ALTER TABLE t ALTER COLUMN n SET DEFAULT 1;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "old processes go on writing the old default",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::SetDefault { table, column, .. } = &site.action.kind
            && !site.is_new(table)
        {
            findings.report_site(
                &site,
                format!("old processes may go on writing the old default of {table}.{column}"),
                "change it in a release of its own",
            );
        }
    }
}
