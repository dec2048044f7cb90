//! ## What it detects
//!
//! A symbolic link to a folder, beside the migrations.
//!
//! ## Why it hurts
//!
//! Prisma ignores it, and so do we: the migration behind it is not applied, without any other word.
//!
//! ## What to do
//!
//! Put the folder itself there, or remove the link.

use crate::migrations::FolderProblemKind;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};

use super::super::folder;

pub(super) const META: Meta = Meta {
    summary: "a symbolic link is not taken for a migration",
    severities: [Warn, Warn, Warn],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let help = "replace the link by the folder itself, or remove it";
    folder::report_all(facts, findings, FolderProblemKind::SymbolicLink, help);
}
