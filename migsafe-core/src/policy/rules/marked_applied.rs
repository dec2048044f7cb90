//! ## What it detects
//!
//! A row of the exact shape that `resolve --applied` writes: finished, `applied_steps_count = 0`,
//! empty logs, both times equal. Somebody declared the migration applied.
//!
//! ## Why it hurts
//!
//! It is what a baseline and a migration applied by hand look like, and then all is well. It is
//! also what remains when somebody marked a migration only to make a deploy go on: then its changes
//! are missing, and later migrations fail or build on something that is not there.
//!
//! ## What to do
//!
//! Nothing, when the script's changes are in the schema. If they are not, apply the missing part in
//! a new migration.

use crate::diagnosis::Mark;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Note, Warn},
};

pub(super) const META: Meta = Meta {
    summary: "somebody declared a migration applied without running it",
    severities: [Note, Warn, Warn],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let diagnosis = facts.diagnosis();
    for entry in diagnosis.entries().iter().filter(|e| e.marks().contains(Mark::MarkedApplied)) {
        let at = diagnosis
            .newest_live(entry)
            .and_then(|row| row.finished_at.as_ref())
            .map_or_else(String::new, |at| format!(" at {at}"));
        findings.report_on(
            entry.name(),
            format!("marked as applied by `resolve --applied`{at}, not run by a deploy"),
            "make sure that its changes are in the schema; if they are not, apply what is missing \
             in a new migration",
        );
    }
}
