//! ## What it detects
//!
//! A script without any statement: empty, or comments only.
//!
//! ## Why it hurts
//!
//! It will be recorded as applied. If the author meant to fill it in later, that is then too late:
//! the filled script counts as edited.
//!
//! ## What to do
//!
//! Write the script, or delete the folder.
//!
//! ## Bad
//!
//! ```sql
//! -- to be written
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! ```

use crate::policy::{Facts, Findings, Meta, Severity::Warn};

pub(super) const META: Meta =
    Meta { summary: "a script holds no statement", severities: [Warn, Warn, Warn], ..Meta::SQL };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, script) in facts.scripts() {
        if script.is_empty() {
            findings.report_on(
                name,
                "the script holds no statement",
                "write it before it is applied, or delete the folder",
            );
        }
    }
}
