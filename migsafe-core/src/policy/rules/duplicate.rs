//! ## What it detects
//!
//! More than one live row of one name.
//!
//! ## Why it hurts
//!
//! Two deploys ran side by side without a lock, or somebody wrote rows by hand. The script may have
//! run twice. Prisma compares the checksum with the first row that it finds, migsafe with the
//! newest.
//!
//! ## What to do
//!
//! Look whether the changes of the script are there twice (rows inserted twice, for example). Then
//! keep the row that tells the truth and set `rolled_back_at` in the others.

use crate::diagnosis::Mark;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};

pub(super) const META: Meta = Meta {
    summary: "a migration has more than one live row",
    severities: [Warn, Warn, Warn],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let diagnosis = facts.diagnosis();
    for entry in diagnosis.entries().iter().filter(|e| e.marks().contains(Mark::Duplicate)) {
        let live = diagnosis.attempts(entry).filter(|row| row.is_live()).count();
        findings.report_on(
            entry.name(),
            format!("has {live} rows that are not rolled back; the newest one counts"),
            "look whether its script ran twice, then keep one of the rows and set \
             `rolled_back_at` in the others",
        );
    }
}
