//! ## What it detects
//!
//! `PRAGMA foreign_keys = ON` in a script for SQLite that does not switch them off.
//!
//! ## Why it hurts
//!
//! It has no effect: SQLite ignores the pragma inside a transaction, and migsafe runs every script
//! in one. Foreign keys are on already.
//!
//! ## What to do
//!
//! Remove it.
//!
//! ## Bad
//!
//! ```sql
//! PRAGMA foreign_keys = ON; -- found
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! PRAGMA foreign_key_check;
//! ```

use crate::policy::{Facts, Findings, Location, Meta, Severity::Note};
use crate::sql::{Fact, Script};

pub(super) const META: Meta = Meta {
    summary: "switching foreign keys on has no effect in a script",
    severities: [Note, Note, Note],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, script) in facts.scripts().filter(|(_, script)| !sets(script, false)) {
        for (index, statement) in script.statements().iter().enumerate() {
            if statement.has(|fact| matches!(fact, Fact::ForeignKeysPragma { on: true })) {
                findings.report_at(
                    name,
                    Location::of_statement(index, statement),
                    "has no effect inside a transaction; foreign keys are on already",
                    "remove it",
                );
            }
        }
    }
}

fn sets(script: &Script, value: bool) -> bool {
    let fits = |fact: &Fact| matches!(fact, Fact::ForeignKeysPragma { on } if *on == value);
    script.statements().iter().any(|statement| statement.has(fits))
}
