//! ## What it detects
//!
//! A primary key on a column that is known to take NULL.
//!
//! ## Why it hurts
//!
//! The key makes the column `NOT NULL` on the way: the whole table is searched for NULLs under an `ACCESS
//! EXCLUSIVE` lock, also with `USING INDEX`, and one NULL fails the migration (SQLSTATE 23502).
//!
//! ## What to do
//!
//! Make the column `NOT NULL` first, by a check that is validated while everybody works on: `migsafe new
//! --template set-not-null`.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE logs (id bigint, line text);
//! CREATE UNIQUE INDEX logs_pkey ON logs (id);
//! ```
//!
//! ```sql runs
//! ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY USING INDEX logs_pkey; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE logs (id bigint NOT NULL, line text);
//! CREATE UNIQUE INDEX logs_pkey ON logs (id);
//! ```
//!
//! ```sql
//! ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY USING INDEX logs_pkey;
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, ConstraintKind, IndexPart, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a primary key searches a column for NULLs under the strongest lock",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AddConstraint { table, constraint } = &site.action.kind else {
            continue;
        };
        let ConstraintKind::PrimaryKey { columns, using_index } = &constraint.kind else {
            continue;
        };
        if site.is_new(table) {
            continue;
        }
        let of_index: Vec<&str> = using_index
            .as_ref()
            .and_then(|name| site.index(&ObjectName::unqualified(name)))
            .map(|index| &index.parts)
            .into_iter()
            .flatten()
            .filter_map(|part| match part {
                IndexPart::Column(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let nullable = columns.iter().map(String::as_str).chain(of_index).find(|name| {
            site.column(table, name).is_some_and(|column| column.not_null == Some(false))
        });
        if let Some(column) = nullable {
            findings.report_site(
                &site,
                format!(
                    "all of {table} is searched for NULLs in {column} under the strongest lock"
                ),
                "make the column NOT NULL first: `migsafe new --template set-not-null`",
            );
        }
    }
}
