//! ## What it detects
//!
//! A migration that runs statement by statement, was interrupted, and whose journal shows where to go
//! on.
//!
//! ## Why it hurts
//!
//! The schema is between two states until somebody finishes the migration.
//!
//! ## What to do
//!
//! `migsafe deploy`: it goes on at the statement named. Where a statement was sent and its end is not
//! recorded, the catalog is asked first whether it was carried out.

use crate::diagnosis::State;
use crate::history::Resume;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};

pub(super) const META: Meta = Meta {
    summary: "an interrupted migration can go on",
    severities: [Warn, Warn, Warn],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let failed = facts.diagnosis().entries().iter().filter(|e| e.state() == State::Failed);
    for entry in failed.filter(|entry| facts.is_resumable(entry)) {
        let total = facts.script(entry.name()).map_or(0, |script| script.statements().len());
        let what = match facts.resume(entry) {
            Some(Resume::At { statement }) if statement > total => {
                format!("interrupted after its last statement ({total}), before it was recorded")
            }
            Some(Resume::At { statement }) => {
                format!("interrupted; statement {statement} of {total} is next")
            }
            Some(Resume::Inspect { statement }) => format!(
                "interrupted in statement {statement} of {total}; the catalog will tell whether it \
                 was carried out"
            ),
            Some(Resume::Again { statement, .. }) => {
                format!("failed at statement {statement} of {total}, which is run again")
            }
            _ => continue,
        };
        findings.report_on(entry.name(), what, "`migsafe deploy` goes on there");
    }
}
