//! ## What it detects
//!
//! `COPY … TO STDOUT`.
//!
//! ## Why it hurts
//!
//! A migration has nobody who reads its output; the rows have nowhere to go and the script fails.
//!
//! ## What to do
//!
//! Remove the statement, or copy the rows into a table.
//!
//! ## Bad
//!
//! ```sql
//! COPY users TO STDOUT; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id bigint PRIMARY KEY, active boolean NOT NULL);
//! ```
//!
//! ```sql
//! CREATE TABLE old_users (id bigint PRIMARY KEY, active boolean NOT NULL);
//! INSERT INTO old_users SELECT id, active FROM users WHERE NOT active;
//! ```

use crate::lint::statements::statements;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::sql::Fact;

pub(super) const META: Meta = Meta {
    summary: "a script copies rows to standard output",
    severities: [Error, Error, Error],
    suppressible: false,
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, location, statement) in statements(facts) {
        if statement.has(|fact| matches!(fact, Fact::CopyToStdout)) {
            findings.report_at(
                name,
                location,
                "copies rows to standard output, which nobody reads",
                "remove it, or copy the rows into a table",
            );
        }
    }
}
