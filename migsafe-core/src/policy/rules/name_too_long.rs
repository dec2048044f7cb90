//! ## What it detects
//!
//! A name of more than 255 characters.
//!
//! ## Why it hurts
//!
//! The column `migration_name` holds 255 characters. PostgreSQL rejects the row, so the migration
//! cannot be recorded; SQLite stores it, and the folder can never move to another database.
//!
//! ## What to do
//!
//! Give the folder a shorter name.

use crate::migrations::FolderProblemKind;
use crate::policy::{Facts, Findings, Meta, Severity::Error};

use super::super::folder;

pub(super) const META: Meta = Meta {
    summary: "a name does not fit into the history table",
    severities: [Error, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let help = "give the folder a shorter name";
    folder::report_pending(facts, findings, FolderProblemKind::NameTooLong, help);
}
