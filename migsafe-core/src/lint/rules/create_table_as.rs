//! ## What it detects
//!
//! `CREATE TABLE … AS SELECT` and `SELECT … INTO` of a table that stays.
//!
//! ## Why it hurts
//!
//! The new table has the rows and the types, and nothing else: no primary key, no default, no `NOT NULL`, no
//! index. The copy is one long transaction.
//!
//! ## What to do
//!
//! Create the table with its constraints, then fill it with `INSERT … SELECT`, in batches if there are many
//! rows.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql runs
//! CREATE TABLE adults AS SELECT id FROM users WHERE age >= 18; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! CREATE TABLE adults (id bigint PRIMARY KEY);
//! INSERT INTO adults SELECT id FROM users WHERE age >= 18;
//! ```

use crate::lint::Rebuilds;
use crate::lint::all_sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "a copy of rows without keys and constraints",
    severities: [Note, Note, Note],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut rebuilds = Rebuilds::default();
    for site in all_sites(facts) {
        if let ActionKind::CreateTable(table) = &site.action.kind
            && table.as_query
            && !table.temporary
            && rebuilds.at(&site).is_none()
        {
            findings.report_site(
                &site,
                format!("{} has no key, no default and no constraint", table.name),
                "create it with its constraints, then fill it with INSERT … SELECT",
            );
        }
    }
}
