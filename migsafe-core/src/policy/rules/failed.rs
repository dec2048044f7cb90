//! ## What it detects
//!
//! A live row without `finished_at`: an attempt that began and did not end well, and nobody who holds the
//! migration lock.
//!
//! ## Why it hurts
//!
//! Prisma stops every deploy at such a row (P3009), and so do we. The script may still have been
//! applied in part or in full: a process that is killed leaves the server to finish and commit its script.
//!
//! ## What to do
//!
//! Look at the logs and at the schema. If nothing of the script is there:
//! `migsafe resolve --rolled-back NAME`, mend the script, deploy again. If all of it is there:
//! `migsafe resolve --applied NAME`.

use crate::diagnosis::State;
use crate::policy::{Facts, Findings, Meta, Severity::Error};

pub(super) const META: Meta =
    Meta { summary: "an attempt began and did not end well", severities: [Error, Error, Error] };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let diagnosis = facts.diagnosis();
    for entry in diagnosis.entries().iter().filter(|e| e.state() == State::Failed) {
        let name = entry.name();
        let started = diagnosis
            .attempts(entry)
            .rev()
            .find(|row| row.is_live() && !row.is_finished())
            .and_then(|row| row.started_at.as_ref())
            .map_or_else(String::new, |at| format!(", started {at}"));
        let (what, help) = if entry.is_uncertain() {
            ("failed, or running in another process", "if no other process is deploying, ")
        } else {
            ("failed", "")
        };
        findings.report_on(
            name,
            format!("{what}{started}"),
            format!(
                "{help}look whether its changes are in the database: `migsafe resolve --rolled-back {name}` if none is, \
                 `migsafe resolve --applied {name}` if all are"
            ),
        );
    }
}
