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
//! Look at the place. If the server accepts the statement (try it on a scratch database), leave it. A script beyond
//! the limits may hold anything: divide it, or say why it may run with
//! `-- migsafe: allow-file(syntax-error) because …`.
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

use crate::policy::{
    Facts, Findings, Location, Meta,
    Severity::{Error, Warn},
};
use crate::sql::{Position, Script};

pub(super) const META: Meta = Meta {
    summary: "a part of a script cannot be read",
    severities: [Warn, Error, Error],
    note: Some("At most `warn` where the parser stumbles: the server is the judge of that."),
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
            let location = Location { statement, ..Location::at(problem.position()) };
            let message = problem.message();
            if message.contains(NOT_ANALYSED) {
                findings.report_at(
                    name,
                    location,
                    message,
                    "nobody has read it: divide it, or say why it may run in a suppression",
                );
            } else {
                findings.weigh_at_most(Warn).report_at(
                    name,
                    location,
                    format!("cannot be read: {message}"),
                    "look at this place; the server decides whether it is an error",
                );
            }
        }
    }
}

/// What the analysis says of a script that is beyond its limits.
const NOT_ANALYSED: &str = "not analysed";

/// The statement that a position belongs to, counted from 1: the last one that begins before it.
fn statement_at(script: &Script, position: Position) -> Option<usize> {
    let begun = script.statements().partition_point(|statement| {
        let start = statement.start();
        (start.line, start.column) <= (position.line, position.column)
    });
    (begun > 0).then_some(begun)
}
