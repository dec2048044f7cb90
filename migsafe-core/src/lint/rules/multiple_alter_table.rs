//! ## What it detects
//!
//! Several `ALTER TABLE` of one table in one script that could be one.
//!
//! ## Why it hurts
//!
//! Each waits for its lock anew, and each that reads or writes the whole table does so again; one statement
//! with several subcommands does it once.
//!
//! ## What to do
//!
//! Join them: `ALTER TABLE t ADD COLUMN a int, ADD COLUMN b int`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN a int;
//! ALTER TABLE users ADD COLUMN b int; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN a int, ADD COLUMN b int;
//! ```

use crate::Dialect::Postgres;
use crate::lint::locked::altered;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};

pub(super) const META: Meta =
    Meta { summary: "statements that could be one", severities: [Off, Off, Off], ..Meta::POSTGRES };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let Some(table) = altered(&site.action.kind) else {
            continue;
        };
        let previous = site
            .earlier()
            .filter(|earlier| earlier.index + 1 == site.index)
            .any(|earlier| altered(&earlier.action.kind).is_some_and(|on| on.may_be(table)));
        if previous && !site.is_new(table) && site.statement.actions().first() == Some(site.action)
        {
            findings.report_site(
                &site,
                format!("{table} is locked, and perhaps read, once more"),
                "join it with the ALTER TABLE before",
            );
        }
    }
}
