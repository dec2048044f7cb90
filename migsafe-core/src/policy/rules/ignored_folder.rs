//! ## What it detects
//!
//! A folder without a script whose name shows that it is no migration: a leading dot, or
//! `node_modules`.
//!
//! ## Why it hurts
//!
//! migsafe leaves it out. Prisma takes every folder for a migration and fails at this one (P3015).
//!
//! ## What to do
//!
//! Move it out of the migrations folder if Prisma is used on it too.

use crate::migrations::FolderProblemKind;
use crate::policy::{Facts, Findings, Meta, Severity::Note};

use super::super::folder;

pub(super) const META: Meta = Meta {
    summary: "a folder is not taken for a migration",
    severities: [Note, Note, Note],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let help = "move it elsewhere: Prisma would take it for a migration and fail";
    folder::report_all(facts, findings, FolderProblemKind::IgnoredFolder, help);
}
