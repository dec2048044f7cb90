//! ## What it detects
//!
//! A `DELETE` without `WHERE` from a table that was not made by the same deploy. A `WHERE` that holds for every
//! row, such as `WHERE 1 = 1`, is none; and a `MERGE … ON true WHEN MATCHED THEN DELETE` is one too.
//!
//! ## Why it hurts
//!
//! Every row is gone when the migration commits. No tool that compares schemas sees it.
//!
//! ## What to do
//!
//! Say which rows are meant. If all are, say so with a suppression and its reason.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! DELETE FROM users; -- found
//! -- also: data-loss
//! ```
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! DELETE FROM users WHERE 1 = 1; -- found
//! -- also: data-loss
//! ```
//!
//! ```sql postgres
//! MERGE INTO users USING orgs ON true WHEN MATCHED THEN DELETE; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! DELETE FROM users WHERE email IS NULL;
//! ```
//!
//! ```sql
//! -- migsafe: allow(delete-without-where) because the table is a cache that fills itself again
//! DELETE FROM users;
//! ```

use crate::lint::all_sites;
use crate::lint::weigh::by_rows;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "every row of a table is deleted",
    severities: [Warn, Error, Error],
    note: Some("A note where a look at the rows has shown that none is lost or in the way."),
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in all_sites(facts) {
        if let ActionKind::Delete { table, filtered: false }
        | ActionKind::Merge { table, deletes_all: true, .. } = &site.action.kind
            && !site.is_new(table)
            && !site.statement.repeats()
        {
            by_rows(&site, findings).report_site(
                &site,
                format!("every row of {table} is deleted"),
                "say which rows are meant, or why all are: `-- migsafe: allow(delete-without-where) because …`",
            );
        }
    }
}
