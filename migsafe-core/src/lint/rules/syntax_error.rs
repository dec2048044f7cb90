//! ## What it detects
//!
//! A part of a script that the parser cannot read, or a script beyond the limits of the analysis.
//! Only the first such place of a statement is reported.
//!
//! ## Why it hurts
//!
//! Often it is a plain error, and the deploy would stop at it. Sometimes the parser is behind the
//! server, and all is well; then the other rules know nothing about that part.
//!
//! ## What to do
//!
//! Look at the place. If the server accepts the statement (try it on a scratch database), leave it.
//!
//! ## Bad
//!
//! ```sql postgres fails:42601
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! CREATE TABEL posts (id INTEGER PRIMARY KEY); -- found
//! ```
//!
//! ```sql sqlite fails:syntax
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! CREATE TABEL posts (id INTEGER PRIMARY KEY); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! CREATE TABLE posts (id INTEGER PRIMARY KEY);
//! ```

use crate::policy::{Facts, Findings, Location, Meta, Severity::Warn};
use crate::sql::{Position, Script};

pub(super) const META: Meta = Meta {
    summary: "a part of a script cannot be read",
    severities: [Warn, Warn, Warn],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, script) in facts.scripts() {
        let mut last = None;
        for problem in script.problems() {
            let statement = statement_at(script, problem.position());
            // One error makes a parser stumble over what follows in the same statement.
            if last.replace(statement) == Some(statement) {
                continue;
            }
            findings.report_at(
                name,
                Location { statement, ..Location::at(problem.position()) },
                format!("cannot be read: {}", problem.message()),
                "look at this place; the server decides whether it is an error",
            );
        }
    }
}

/// The statement that a position belongs to, counted from 1: the last one that begins before it.
fn statement_at(script: &Script, position: Position) -> Option<usize> {
    let begun = script.statements().partition_point(|statement| {
        let start = statement.start();
        (start.line, start.column) <= (position.line, position.column)
    });
    (begun > 0).then_some(begun)
}
