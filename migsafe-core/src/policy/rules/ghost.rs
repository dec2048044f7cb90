//! ## What it detects
//!
//! A finished live row with `applied_steps_count = 0` that does not have the exact shape which
//! `resolve --applied` writes (that one is `marked-applied`).
//!
//! ## Why it hurts
//!
//! No Prisma command leaves such a row: somebody wrote it by hand, or another tool did. The history
//! claims the migration, and nothing shows that its script ever ran.
//!
//! ## What to do
//!
//! Compare the script with the schema. If its changes are there, keep the row and lower the severity of
//! this rule with a reason; if not, the row must go before a deploy can apply the script.

use crate::diagnosis::{Mark, State};
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};

pub(super) const META: Meta = Meta {
    summary: "a row says applied, and no deploy wrote it",
    severities: [Warn, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for entry in facts.diagnosis().entries() {
        if entry.state() == State::Ghost && !entry.marks().contains(Mark::MarkedApplied) {
            findings.report_on(
                entry.name(),
                "recorded as applied with 0 steps: nothing shows that its script ever ran",
                "compare the script with the schema before trusting this row",
            );
        }
    }
}
