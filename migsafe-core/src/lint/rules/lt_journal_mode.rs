//! ## What it detects
//!
//! `PRAGMA journal_mode = …` in a script for SQLite.
//!
//! ## Why it hurts
//!
//! `OFF` and `MEMORY` give up the journal on disk: a process that is killed in the middle can leave
//! a corrupt file, and with `OFF` nothing can be rolled back. The change to or from `WAL` is not
//! possible inside a transaction, and migsafe runs every script in one.
//!
//! ## What to do
//!
//! Remove it. The mode `WAL` is stored in the file: set it once, by hand or in the program's own
//! connection.
//!
//! ## Bad
//!
//! ```sql
//! PRAGMA journal_mode = WAL; -- found
//! ```
//!
//! ```sql
//! PRAGMA main.journal_mode('memory'); -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! ```

use crate::lint::statements::statements;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::sql::Fact;

pub(super) const META: Meta = Meta {
    summary: "a script changes the journal mode",
    severities: [Error, Error, Error],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, location, statement) in statements(facts) {
        for fact in statement.facts() {
            let Fact::JournalModePragma(mode) = fact else {
                continue;
            };
            let why = if matches!(mode.as_str(), "off" | "memory") {
                "without a journal on disk a killed process can leave a corrupt file"
            } else {
                "the mode cannot be relied on to change inside a transaction"
            };
            findings.report_at(
                name,
                location,
                format!("sets the journal mode to `{mode}`: {why}"),
                "remove it; set the mode once, outside of migrations",
            );
        }
    }
}
