//! ## What it detects
//!
//! Rows of a migration that is not in the folder, all of them marked rolled back.
//!
//! ## Why it hurts
//!
//! It does not: an attempt was rolled back and its migration was given up or renamed. The rows are
//! history.
//!
//! ## What to do
//!
//! Nothing. If the migration should still be applied, restore its folder.

use crate::diagnosis::State;
use crate::policy::{Facts, Findings, Meta, Severity::Note};

pub(super) const META: Meta = Meta {
    summary: "rolled-back rows whose migration is gone",
    severities: [Note, Note, Note],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for entry in facts.diagnosis().entries() {
        if entry.state() == State::Orphaned && !entry.has_live_row() {
            findings.report_on(
                entry.name(),
                "was rolled back, and the folder has no migration of this name any more",
                "nothing to do, unless it should still be applied: then restore its folder",
            );
        }
    }
}
