//! ## What it detects
//!
//! A live row without `finished_at` while another session holds the migration lock, or the lease of this
//! migration (one that runs statement by statement holds no lock): somebody else is deploying at this
//! moment. The finding says which.
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
use crate::history::{Journal, Worker};
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::text::one_line;

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
            format!("running{started}; {}", held(diagnosis.journal(entry), &holder)),
            "wait until that session ends, then look again",
        );
    }
}

/// What says that somebody is at work.
fn held(journal: Option<&Journal>, holder: &str) -> String {
    match journal.map(|journal| &journal.worker) {
        Some(Worker::Lease { owner, expires_in_ms }) => {
            let seconds = expires_in_ms / 1000;
            let owner = one_line(owner, 100);
            format!("its lease is held by {owner}, for {seconds} s more unless it is renewed")
        }
        Some(Worker::Backend { pid }) => {
            format!("its last statement may still be under way in the server process {pid}")
        }
        Some(Worker::Gone) | None => format!("the migration lock is held by {holder}"),
    }
}
