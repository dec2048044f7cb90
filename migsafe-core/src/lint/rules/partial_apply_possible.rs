//! ## What it detects
//!
//! A script that runs statement by statement, outside a transaction, and has more than one statement.
//!
//! ## Why it hurts
//!
//! When a later statement fails, the earlier ones stay: code meets a schema that is neither the old nor the new
//! one. migsafe records each statement and goes on where it stopped; with other tools somebody has to find out
//! what was done.
//!
//! ## What to do
//!
//! One statement per migration. Where they belong together, write them so that each state in between is one that
//! the code can live with.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql runs
//! -- migsafe: no-transaction because the index is built while the table is written
//! CREATE INDEX CONCURRENTLY users_name_idx ON users (name);
//! ANALYZE users; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, name text);
//! ```
//!
//! ```sql
//! CREATE INDEX CONCURRENTLY users_name_idx ON users (name);
//! -- next migration
//! ANALYZE users;
//! ```

use crate::policy::{
    Facts, Findings, Location, Meta,
    Severity::{Note, Off},
};

pub(super) const META: Meta = Meta {
    summary: "a script without a transaction can stop half-way",
    severities: [Off, Note, Note],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, script) in facts.scripts() {
        if facts.runs_in_transaction(script) {
            continue;
        }
        if let [_, second, ..] = script.statements() {
            findings.report_at(
                name,
                Location::of_statement(1, second),
                "should this statement fail, those before it stay",
                "write one statement per migration, or make sure that code can live with each state",
            );
        }
    }
}
