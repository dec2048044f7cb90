//! ## What it detects
//!
//! An `UPDATE` that sets one column twice.
//!
//! ## Why it hurts
//!
//! The server refuses it (SQLSTATE 42601).
//!
//! ## What to do
//!
//! Leave one of the two out.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql fails:42601
//! UPDATE users SET age = 1, age = 2 WHERE id = 1; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! UPDATE users SET age = 1, email = 'a' WHERE id = 1;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "an UPDATE sets a column twice",
    severities: [Error, Error, Error],
    suppressible: false,
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::Update { table, columns, .. } = &site.action.kind else {
            continue;
        };
        let twice = columns.iter().enumerate().find(|(i, name)| columns[..*i].contains(name));
        if let Some((_, column)) = twice {
            findings.report_site(
                &site,
                format!("the server refuses it: {table}.{column} is set twice"),
                "leave one of the two out",
            );
        }
    }
}
