//! ## What it detects
//!
//! A column that a sequence numbers (`serial`, an identity) and that has two bytes. Other columns are left alone.
//!
//! ## Why it hurts
//!
//! It ends at 32,767, rows that were deleted counted, and then every `INSERT` fails.
//!
//! ## What to do
//!
//! Use `bigint`, unless the table is a short list that people write by hand.
//!
//! ## Bad
//!
//! ```sql runs
//! CREATE TABLE users (id smallserial PRIMARY KEY); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id bigint PRIMARY KEY, age smallint);
//! ```

use crate::Dialect::Postgres;
use crate::lint::columns::{numbers_rows, report_types};
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};

pub(super) const META: Meta = Meta {
    summary: "numbers of two bytes run out",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let help = "make numbers of rows bigint";
        report_types(findings, &site, "two bytes end at 32,767", help, |column, ty| {
            let eight = match ty.name.name.as_str() {
                "smallint" => "bigint",
                "smallserial" => "bigserial",
                _ => return None,
            };
            (ty.dimensions == 0 && numbers_rows(column)).then(|| eight.to_owned())
        });
    }
}
