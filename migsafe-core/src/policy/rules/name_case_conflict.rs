//! ## What it detects
//!
//! Two migrations whose names differ only in upper and lower case.
//!
//! ## Why it hurts
//!
//! On a file system that does not distinguish case (macOS, Windows) a checkout holds one folder for
//! the two: a migration is missing there, and its script may be the other's.
//!
//! ## What to do
//!
//! Rename the one that no database has applied yet.

use crate::migrations::FolderProblemKind;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Note, Warn},
};

use super::super::folder;

pub(super) const META: Meta = Meta {
    summary: "two names differ only in case",
    severities: [Warn, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for problem in folder::problems(facts, FolderProblemKind::NameCaseConflict) {
        let folded = problem.name().as_str().to_lowercase();
        // The problem names one of the two; the other may be the one that can still be renamed.
        let renamable = facts.migrations().iter().any(|migration| {
            migration.name().as_str().to_lowercase() == folded && facts.is_pending(migration.name())
        });
        if renamable {
            folder::report(findings, problem, "rename the one that no database has applied yet");
        } else {
            folder::report(
                &mut findings.weigh_at_most(Note),
                problem,
                "keep both: they are applied; check out this folder only where case is \
                 distinguished",
            );
        }
    }
}
