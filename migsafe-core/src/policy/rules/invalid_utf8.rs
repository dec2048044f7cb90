//! ## What it detects
//!
//! Bytes in a script, or in a folder's name, that are not UTF-8.
//!
//! ## Why it hurts
//!
//! Prisma replaces each of them by U+FFFD before it hashes and runs the script, and so do we, to
//! keep the checksum compatible. What is applied is then not what was written: umlauts of an old
//! encoding become question marks in the data.
//!
//! ## What to do
//!
//! Convert the file to UTF-8 before it is applied for the first time.

use crate::migrations::FolderProblemKind;
use crate::policy::{Facts, Findings, Meta, Severity::Error};

use super::super::folder;

pub(super) const META: Meta =
    Meta { summary: "a script is not UTF-8", severities: [Error, Error, Error], ..Meta::HISTORY };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let help = "convert it to UTF-8";
    folder::report_pending(facts, findings, FolderProblemKind::InvalidUtf8, help);
}
