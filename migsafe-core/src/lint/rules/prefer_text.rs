//! ## What it detects
//!
//! A column of type `varchar(n)`. Off unless a team asks for it.
//!
//! ## Why it hurts
//!
//! The length is the same in memory and on disk, and to make it shorter reads or rewrites the whole table.
//!
//! ## What to do
//!
//! Use `text`, with a check where the length matters: a check can be changed without a lock for long.
//!
//! ## Bad
//!
//! ```sql runs
//! CREATE TABLE users (id bigint PRIMARY KEY, name varchar(80)); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id bigint PRIMARY KEY, name text CHECK (char_length(name) <= 80));
//! ```

use crate::Dialect::Postgres;
use crate::lint::columns::report_types;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Off};

pub(super) const META: Meta = Meta {
    summary: "varchar(n), where text with a check does better",
    severities: [Off, Off, Off],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let help = "use text, with a check where the length matters";
        report_types(findings, &site, "the length is hard to change later", help, |column, ty| {
            let [length] = ty.modifiers[..] else {
                return None;
            };
            let name = site.quote(&column.name);
            (ty.name.name == "character varying" && ty.dimensions == 0)
                .then(|| format!("text CHECK (char_length({name}) <= {length})"))
        });
    }
}
