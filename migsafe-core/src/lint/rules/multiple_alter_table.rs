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
use crate::migrations::MigrationName;
use crate::policy::{Facts, Findings, Meta, Severity::Off};
use crate::sql::ObjectName;

pub(super) const META: Meta =
    Meta { summary: "statements that could be one", severities: [Off, Off, Off], ..Meta::POSTGRES };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    // The statement before, if it alters a table.
    let mut previous: Option<(&MigrationName, usize, &ObjectName)> = None;
    for site in sites(facts, Postgres) {
        let Some(table) = altered(&site.action.kind) else {
            continue;
        };
        let again = previous.is_some_and(|(migration, index, on)| {
            migration == site.migration && index + 1 == site.index && on.may_be(table)
        });
        if again && !site.is_new(table) {
            findings.report_site(
                &site,
                format!("{table} is locked, and perhaps read, once more"),
                "join it with the ALTER TABLE before",
            );
        }
        // Its further subcommands are not looked at: they are in the same statement.
        if again
            || previous.is_none_or(|(migration, index, _)| {
                (migration, index) != (site.migration, site.index)
            })
        {
            previous = Some((site.migration, site.index, table));
        }
    }
}
