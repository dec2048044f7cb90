//! ## What it detects
//!
//! A live row whose migration is not in the folder, and which is not newer than everything in it
//! (that one is `newer-database`).
//!
//! ## Why it hurts
//!
//! The database has changes that this folder does not know: a migration was renamed or deleted
//! after it was applied, or another branch was deployed. Prisma's deploy says nothing. A database
//! built from this folder will differ from this one, and the next migration is tested against the
//! wrong schema.
//!
//! ## What to do
//!
//! Restore the folder from version control, under its old name and with its old text. Take changes
//! back in a new migration, never by deleting an applied one.

use crate::diagnosis::{Mark, State};
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};

pub(super) const META: Meta = Meta {
    summary: "a row has no migration in the folder",
    severities: [Warn, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for entry in facts.diagnosis().entries() {
        let orphaned = entry.state() == State::Orphaned && entry.has_live_row();
        if orphaned && !entry.marks().contains(Mark::Newer) {
            findings.report_on(
                entry.name(),
                "in the history, and the folder has no migration of this name",
                "restore its folder from version control, or from the branch that was deployed; \
                 do not rename or delete a migration that has been applied",
            );
        }
    }
}
