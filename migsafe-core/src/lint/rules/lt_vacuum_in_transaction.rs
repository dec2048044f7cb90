//! ## What it detects
//!
//! `VACUUM` in a script for SQLite.
//!
//! ## Why it hurts
//!
//! SQLite refuses it inside a transaction, and migsafe runs every script in one.
//!
//! ## What to do
//!
//! Remove it. Run it by hand after the deploy, when nobody else uses the file.
//!
//! ## Bad
//!
//! ```sql fails:VACUUM
//! VACUUM; -- found
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
    summary: "VACUUM cannot run in a transaction",
    severities: [Error, Error, Error],
    suppressible: false,
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, location, statement) in statements(facts) {
        if statement.has(|fact| matches!(fact, Fact::Vacuum)) {
            findings.report_at(
                name,
                location,
                "VACUUM cannot run in a transaction, and this version runs no script outside of \
                 one",
                "remove it; run VACUUM by hand after the deploy",
            );
        }
    }
}
