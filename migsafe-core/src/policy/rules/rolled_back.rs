//! ## What it detects
//!
//! A migration whose rows are all marked rolled back: it waits to be applied, and it was tried
//! before.
//!
//! ## Why it hurts
//!
//! A deploy runs its script again. That is right if nothing of the earlier attempt is left in the
//! database and the cause of its failure is mended; otherwise it fails once more.
//!
//! ## What to do
//!
//! Read the logs of the earlier attempt and make sure that both are so.

use crate::diagnosis::State;
use crate::policy::{Facts, Findings, Meta, Severity::Note};

pub(super) const META: Meta = Meta {
    summary: "a migration was rolled back and will be tried again",
    severities: [Note, Note, Note],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for entry in facts.diagnosis().entries().iter().filter(|e| e.state() == State::RolledBack) {
        let attempts = match entry.attempt_count() {
            1 => "once".to_owned(),
            count => format!("{count} times"),
        };
        findings.report_on(
            entry.name(),
            format!("tried {attempts} and rolled back; the next deploy runs it again"),
            "make sure that the cause is mended and that nothing of the earlier attempt is left",
        );
    }
}
