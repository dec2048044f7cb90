//! ## What it detects
//!
//! A live row without `finished_at` while another session holds the migration lock: somebody else
//! is deploying at this moment.
//!
//! The lock is one number per database, so the holder may be at work on another schema; then the
//! row belongs to an attempt that failed earlier, and the state changes as soon as the lock is
//! free.
//!
//! ## Why it hurts
//!
//! It does not, as long as nobody interferes. Marking the row by hand while its script still runs
//! makes the next deploy run the same script a second time.
//!
//! ## What to do
//!
//! Wait until the other session ends, then look again. If it never ends, find out what its process
//! waits for before you end it.

use crate::diagnosis::State;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};

pub(super) const META: Meta = Meta {
    summary: "another session is applying a migration",
    severities: [Warn, Warn, Warn],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let diagnosis = facts.diagnosis();
    let holder =
        diagnosis.lock().holder().map_or_else(|| "another session".to_owned(), ToString::to_string);
    for entry in diagnosis.entries().iter().filter(|e| e.state() == State::Running) {
        let started = diagnosis
            .attempts(entry)
            .rev()
            .find(|row| row.is_live() && !row.is_finished())
            .and_then(|row| row.started_at.as_ref())
            .map_or_else(String::new, |at| format!(", started {at}"));
        findings.report_on(
            entry.name(),
            format!("running{started}; the migration lock is held by {holder}"),
            "wait until that session ends, then look again",
        );
    }
}
