//! ## What it detects
//!
//! A NUL byte in a script. Usually the file is UTF-16, or it is no text at all.
//!
//! ## Why it hurts
//!
//! PostgreSQL's protocol ends a string there (08P01), and SQLite stops reading: the rest of the
//! script would not run. Such a script is never sent.
//!
//! ## What to do
//!
//! Save the file as UTF-8, and remove the byte.

use crate::migrations::FolderProblemKind;
use crate::policy::{Facts, Findings, Meta, Severity::Error};

use super::super::folder;

pub(super) const META: Meta = Meta {
    summary: "a script contains a NUL byte",
    severities: [Error, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let help = "remove the byte; if the file is UTF-16, save it as UTF-8";
    folder::report_pending(facts, findings, FolderProblemKind::NulByte, help);
}
