//! ## What it detects
//!
//! A comment at the top of a script that is addressed to migsafe (`-- migsafe: …`) and cannot be
//! followed: a word that is not known, `no-transaction` without a reason, or a script that cannot be
//! taken apart into statements or whose database cannot record them one by one. Also
//! `-- migsafe: repeat` before a statement that cannot be repeated until it changes no row.
//!
//! ## Why it hurts
//!
//! The author relies on something that will not happen.
//!
//! ## What to do
//!
//! Correct the line, or remove it.
//!
//! ## Bad
//!
//! ```sql
//! -- migsafe: no-transaction
//! SELECT 1;
//! ```
//!
//! ```sql no-journal
//! -- migsafe: no-transaction because I like it
//! SELECT 1;
//! ```
//!
//! ```sql postgres
//! -- migsafe: repeat
//! UPDATE users SET active = true WHERE id IN (SELECT id FROM users WHERE active IS NULL LIMIT 1000); -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup postgres
//! CREATE TABLE users (id bigint PRIMARY KEY, active boolean);
//! ```
//!
//! ```sql postgres
//! -- migsafe: no-transaction because the rows are changed in batches
//! -- migsafe: repeat
//! UPDATE users SET active = true WHERE id IN (SELECT id FROM users WHERE active IS NULL LIMIT 1000);
//! ```
//!
//! ```sql sqlite fresh
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! ```

use crate::migrations::MigrationName;
use crate::policy::{Facts, Findings, Location, Meta, Severity::Error};
use crate::sql::Script;
use crate::store::StatementSupport;
use crate::text;

pub(super) const META: Meta = Meta {
    summary: "a comment to migsafe cannot be followed",
    severities: [Error, Error, Error],
    suppressible: false,
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, script) in facts.scripts() {
        let header = script.header();
        for problem in header.problems() {
            findings.report_at(
                name,
                Location::at(problem.position()),
                problem.message(),
                "correct the comment, or remove it",
            );
        }
        if header.no_transaction().is_some() && facts.runs_in_transaction(script) {
            let why = match facts.database().statements() {
                _ if !script.is_split() => "the script cannot be taken apart into statements",
                StatementSupport::Refused(why) => {
                    findings.report_on(
                        name,
                        format!("it cannot run statement by statement over this connection: {why}"),
                        "change how migsafe connects; the script can stay as it is",
                    );
                    continue;
                }
                _ => "this database has no way to record a script statement by statement",
            };
            findings.report_on(
                name,
                format!("the header `no-transaction` cannot be followed: {why}"),
                format!(
                    "remove the header; if the script must run outside a transaction, run it by \
                     hand, then {}",
                    text::command("resolve --applied", name.as_str())
                ),
            );
        }
        check_repeats(name, script, facts.runs_in_transaction(script), findings);
    }
}

/// `-- migsafe: repeat` before a statement that cannot be run in batches.
fn check_repeats(
    name: &MigrationName,
    script: &Script,
    in_transaction: bool,
    findings: &mut Findings<'_>,
) {
    for (index, statement) in script.statements().iter().enumerate() {
        if !statement.repeats() {
            continue;
        }
        let batches = matches!(statement.verb(), "UPDATE" | "DELETE" | "INSERT" | "MERGE");
        let (why, help) = if in_transaction {
            (
                "`repeat` needs a script that runs statement by statement",
                "add the line `-- migsafe: no-transaction because …` at the top of the script",
            )
        } else if !batches || statement.runs_outside_transaction() {
            (
                "only UPDATE, DELETE, INSERT and MERGE can be repeated until they change no row",
                "remove the comment",
            )
        } else {
            continue;
        };
        findings.report_at(name, Location::of_statement(index, statement), why, help);
    }
}
