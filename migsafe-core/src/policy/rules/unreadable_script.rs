//! ## What it detects
//!
//! A script, or an entry of the folder, that is there and cannot be read: no permission, a
//! directory named `migration.sql`, an I/O error.
//!
//! ## Why it hurts
//!
//! Nothing can be said about this migration, not even whether it was edited after it was applied.
//!
//! ## What to do
//!
//! Give the process the right to read the folder, in containers usually the right owner of the
//! files.

use crate::migrations::FolderProblemKind;
use crate::policy::{Facts, Findings, Meta, Severity::Error};

use super::super::folder;

pub(super) const META: Meta =
    Meta { summary: "a script cannot be read", severities: [Error, Error, Error], ..Meta::HISTORY };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    folder::report_all(
        facts,
        findings,
        FolderProblemKind::Unreadable,
        "make migration.sql a regular file that this process may read",
    );
}
