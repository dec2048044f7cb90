//! ## What it detects
//!
//! A script that starts with a byte order mark, as some editors on Windows write it.
//!
//! ## Why it hurts
//!
//! PostgreSQL takes it for a part of the first statement and rejects the script (42601). SQLite
//! skips it. It counts in the checksum: an editor that removes it makes the script look edited.
//!
//! ## What to do
//!
//! Save the file as UTF-8 without it before it is applied for the first time. Leave it in scripts
//! that are applied already.

use crate::Dialect;
use crate::migrations::FolderProblemKind;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Note},
};

use super::super::folder;

pub(super) const META: Meta = Meta {
    summary: "a script starts with a byte order mark",
    severities: [Error, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let help = "save the file as UTF-8 without a byte order mark";
    let kind = FolderProblemKind::ByteOrderMark;
    if facts.dialect() == Dialect::Sqlite {
        folder::report_pending(facts, &mut findings.weigh_at_most(Note), kind, help);
    } else {
        folder::report_pending(facts, findings, kind, help);
    }
}
