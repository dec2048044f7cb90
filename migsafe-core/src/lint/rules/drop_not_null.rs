//! ## What it detects
//!
//! `DROP NOT NULL`.
//!
//! ## Why it hurts
//!
//! Code that reads the column may not expect NULL: an old process fails on the first row that a new one writes
//! without a value.
//!
//! ## What to do
//!
//! Deploy code that reads NULL first.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, org_id bigint, age int NOT NULL DEFAULT 0);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ALTER COLUMN age DROP NOT NULL; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL);
//! ALTER TABLE t ALTER COLUMN name DROP NOT NULL;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a column that was required may be NULL",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        if let ActionKind::DropNotNull { table, column } = &site.action.kind
            && !site.is_new(table)
        {
            findings.report_site(
                &site,
                format!("code that reads {table}.{column} may not expect NULL"),
                "deploy code that reads NULL first",
            );
        }
    }
}
