//! ## What it detects
//!
//! LF and CRLF line ends in one script.
//!
//! ## Why it hurts
//!
//! Git may turn them all into one kind when the file is checked out elsewhere. Prisma and migsafe
//! accept a script with all line ends changed, but only from one kind to the other: a mixed script
//! then looks edited.
//!
//! ## What to do
//!
//! Use one kind before the script is applied for the first time, best LF, and keep it so with
//! `*.sql text eol=lf` in `.gitattributes`.

use crate::migrations::FolderProblemKind;
use crate::policy::{Facts, Findings, Meta, Severity::Note};

use super::super::folder;

pub(super) const META: Meta =
    Meta { summary: "a script mixes LF and CRLF", severities: [Note, Note, Note], ..Meta::HISTORY };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let help = "use LF everywhere, and put `*.sql text eol=lf` into .gitattributes";
    folder::report_pending(facts, findings, FolderProblemKind::MixedLineEndings, help);
}
