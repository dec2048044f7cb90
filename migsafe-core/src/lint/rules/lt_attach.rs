//! ## What it detects
//!
//! `ATTACH` or `DETACH` in a script for SQLite.
//!
//! ## Why it hurts
//!
//! The script then changes a second file that has no history, and whose path is different
//! elsewhere. The two files do not commit together under WAL, and an attached file stays on the
//! connection.
//!
//! ## What to do
//!
//! Give the other file migrations of its own. Copy data between files outside of migrations.
//!
//! ## Bad
//!
//! ```sql
//! ATTACH 'archive.db' AS archive; -- found
//! DETACH archive; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE archive (id INTEGER PRIMARY KEY);
//! ```

use crate::lint::statements::statements;
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::sql::Fact;

pub(super) const META: Meta = Meta {
    summary: "a script attaches another file",
    severities: [Error, Error, Error],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, location, statement) in statements(facts) {
        if statement.has(|fact| matches!(fact, Fact::Attach)) {
            findings.report_at(
                name,
                location,
                format!("{} reaches for another database file", statement.verb()),
                "give the other file migrations of its own",
            );
        }
    }
}
