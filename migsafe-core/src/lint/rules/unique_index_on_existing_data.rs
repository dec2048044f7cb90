//! ## What it detects
//!
//! A unique index or unique constraint over columns of a table that was not made by the same deploy.
//!
//! ## Why it hurts
//!
//! It fails on the first two rows that are equal (SQLSTATE 23505; SQLite: `UNIQUE constraint failed`), after
//! the whole table was read. Whether there are such rows, the file does not say.
//!
//! ## What to do
//!
//! Count duplicates before: `SELECT columns, count(*) FROM table GROUP BY columns HAVING count(*) > 1`; a check
//! against the live database does that for you. Remove them in a migration before this one, and make the code
//! stop writing them.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! ```
//!
//! ```sql postgres runs
//! CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email); -- found
//! ```
//!
//! ```sql sqlite runs
//! CREATE UNIQUE INDEX users_email_key ON users (email); -- found
//! ```
//!
//! ```sql postgres runs
//! ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! ```
//!
//! ```sql
//! CREATE TABLE keys (id bigint PRIMARY KEY, name text);
//! CREATE UNIQUE INDEX keys_name_key ON keys (name);
//! ```
//!
//! ```sql postgres
//! CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
//! ```

use crate::lint::{Site, all_sites};
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::sql::{ActionKind, ConstraintKind, IndexPart, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "uniqueness that rows may already violate",
    severities: [Note, Note, Note],
    note: Some(
        "A look at the live database makes it certain: `will-fail` where there are duplicates.",
    ),
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in all_sites(facts) {
        let Some((table, columns)) = unique(&site) else {
            continue;
        };
        if site.is_new(table) || is_unique_already(&site, table, &columns) {
            continue;
        }
        findings.report_site(
            &site,
            format!("fails if two rows of {table} are equal in {}", columns.join(", ")),
            "count the duplicates before, and remove them in an earlier migration",
        );
    }
}

fn unique<'a>(site: &Site<'a>) -> Option<(&'a ObjectName, Vec<&'a str>)> {
    match &site.action.kind {
        ActionKind::CreateIndex(index) if index.unique => {
            let parts = index.parts.iter().map(|part| match part {
                IndexPart::Column(name) => name.as_str(),
                IndexPart::Expression(expression) => expression.text.as_str(),
            });
            Some((&index.table, parts.collect()))
        }
        ActionKind::AddConstraint { table, constraint } => match &constraint.kind {
            ConstraintKind::Unique { columns, using_index: None, .. } => {
                Some((table, columns.iter().map(String::as_str).collect()))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a constraint that is known demands as much already.
fn is_unique_already(site: &Site<'_>, table: &ObjectName, columns: &[&str]) -> bool {
    let Some(table) = site.table(table) else {
        return false;
    };
    let covers = |known: &[String]| {
        !known.is_empty() && known.iter().all(|name| columns.contains(&name.as_str()))
    };
    table.constraints().any(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey { columns, .. } => covers(columns),
        ConstraintKind::Unique { columns, .. } => covers(columns),
        _ => false,
    })
}
