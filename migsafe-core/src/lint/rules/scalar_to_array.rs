//! ## What it detects
//!
//! A change of a column's type to an array of it, or from an array, without `USING`.
//!
//! ## Why it hurts
//!
//! The server knows no such cast and refuses the statement (SQLSTATE 42804), whatever the rows hold.
//!
//! ## What to do
//!
//! Write `USING ARRAY[column]`, or `USING column[1]` for the way back, and decide what becomes of NULL and of
//! further elements.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql fails:42804
//! ALTER TABLE users ALTER COLUMN email TYPE text[]; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, email text, age integer);
//! ```
//!
//! ```sql
//! ALTER TABLE users ALTER COLUMN email TYPE text[] USING ARRAY[email];
//! -- also: change-column-type
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::lint::types::is_text;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::sql::ActionKind;

pub(super) const META: Meta = Meta {
    summary: "no cast leads from a type to an array of it",
    severities: [Error, Error, Error],
    suppressible: false,
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let ActionKind::AlterColumnType { table, column, ty, using: None, .. } = &site.action.kind
        else {
            continue;
        };
        let Some(old) = site.column(table, column).and_then(|column| column.ty.as_ref()) else {
            continue;
        };
        let to_array = old.dimensions == 0 && ty.dimensions > 0;
        // To text everything can be cast.
        let from_array = old.dimensions > 0 && ty.dimensions == 0 && !is_text(ty);
        if to_array || from_array {
            findings.report_site(
                &site,
                format!("the server refuses to cast {} to {}", old.text, ty.text),
                "write USING: ARRAY[column], or column[1] for the way back",
            );
        }
    }
}
