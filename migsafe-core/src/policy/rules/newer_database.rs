//! ## What it detects
//!
//! A live row whose migration is not in the folder and is newer than every migration that is.
//!
//! ## Why it hurts
//!
//! An old program meets a newer database, typically after a roll-back of the application or while
//! old replicas still start. The program may read or write columns that have changed their meaning
//! or are gone.
//!
//! ## What to do
//!
//! Deploy the newer program again, or roll it forward. Where old and new programs must run side by
//! side for a while and the migration allows it, lower the severity of this rule with that reason.

use crate::diagnosis::{Mark, State};
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};

pub(super) const META: Meta = Meta {
    summary: "the database is newer than this folder",
    severities: [Warn, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for entry in facts.diagnosis().entries() {
        let orphaned = entry.state() == State::Orphaned && entry.has_live_row();
        if orphaned && entry.marks().contains(Mark::Newer) {
            findings.report_on(
                entry.name(),
                "in the history, and newer than every migration of the folder: an old program on \
                 a newer database",
                "deploy the newer program that brought this migration, or roll it forward",
            );
        }
    }
}
