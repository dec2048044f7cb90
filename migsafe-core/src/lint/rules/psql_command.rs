//! ## What it detects
//!
//! A line that only `psql` understands: `\connect`, `\i`, `\copy`, `\restrict`.
//!
//! ## Why it hurts
//!
//! The server answers with a syntax error. `pg_dump` writes such lines into its output.
//!
//! ## What to do
//!
//! Remove the line; what it did must be written in SQL, or is not for a migration.
//!
//! ## Bad
//!
//! ```sql
//! CREATE TABLE users (id bigint PRIMARY KEY);
//! \connect other -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id bigint PRIMARY KEY);
//! ```

use crate::lint::statements::statements;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::sql::Fact;

pub(super) const META: Meta = Meta {
    summary: "a script holds a command of psql",
    severities: [Error, Error, Error],
    suppressible: false,
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, location, statement) in statements(facts) {
        for fact in statement.facts() {
            if let Fact::PsqlCommand(command) = fact {
                findings.report_at(
                    name,
                    location,
                    format!("`{command}` is a command of psql, the server does not know it"),
                    "remove the line, or write in SQL what it does",
                );
            }
        }
    }
}
