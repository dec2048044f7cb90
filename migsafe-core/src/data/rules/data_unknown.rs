//! ## What it detects
//!
//! A statement of a pending migration that may lose rows or fail because of them, where the database could not say which: the
//! question took too long, the role may not read the table, row-level security hides rows, the script is not understood, or an
//! earlier statement of the same deploy changes what the question is about.
//!
//! ## Why it hurts
//!
//! It may be harmless, and it may be what [`data-loss`](data-loss.md) or [`will-fail`](will-fail.md) is about.
//!
//! ## What to do
//!
//! Read why nothing is known, and look for yourself. Where a backfill and the constraint that relies on it are in one deploy, two
//! deploys let the second be judged by what the first has done. [The chapter on live checks](../live-checks.md) has the limits.

use crate::data::DataOutcome;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Note, Warn},
};

pub(super) const META: Meta = Meta {
    summary: "what a statement does to the rows of the database could not be found out",
    severities: [Note, Warn, Warn],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let unknown = |outcome: &DataOutcome| matches!(outcome, DataOutcome::Unknown { .. });
    let help = "look at the rows yourself before this runs";
    crate::data::found::report(facts, findings, unknown, help);
}
