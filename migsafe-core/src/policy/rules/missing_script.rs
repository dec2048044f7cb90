//! ## What it detects
//!
//! A folder without `migration.sql`.
//!
//! ## Why it hurts
//!
//! Prisma stops at it (P3015), but only when it reaches it: after the migrations before it were
//! applied. Usually the file was not committed, or a merge lost it.
//!
//! ## What to do
//!
//! Restore the file from version control, or delete the empty folder if the migration was never
//! applied.

use crate::migrations::FolderProblemKind;
use crate::policy::{Facts, Findings, Meta, Severity::Error};

use super::super::folder;

pub(super) const META: Meta = Meta {
    summary: "a migration's folder holds no script",
    severities: [Error, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    folder::report_all(
        facts,
        findings,
        FolderProblemKind::MissingScript,
        "restore migration.sql from version control, or delete the folder if no database has \
         applied it",
    );
}
