//! ## What it detects
//!
//! A column of type `char(n)`.
//!
//! ## Why it hurts
//!
//! Values are filled with blanks to their length and the blanks are partly ignored: comparing, `LIKE` and
//! `length` surprise, and it takes more room than `text`.
//!
//! ## What to do
//!
//! Use `text`, with a check where the length matters.
//!
//! ## Bad
//!
//! ```sql runs
//! CREATE TABLE users (id bigint PRIMARY KEY, country char(2)); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id bigint PRIMARY KEY, country text);
//! ```

use crate::Dialect::Postgres;
use crate::lint::columns::report_types;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Note};

pub(super) const META: Meta = Meta {
    summary: "char(n) fills values with blanks",
    severities: [Note, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let help = "use text, with a check where the length matters";
        report_types(findings, &site, "values are filled with blanks", help, |_, ty| {
            (ty.name.name == "character" && ty.dimensions == 0).then(|| "text".to_owned())
        });
    }
}
