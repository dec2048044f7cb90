//! ## What it detects
//!
//! A column in the history table that Prisma does not know.
//!
//! ## Why it hurts
//!
//! Prisma and migsafe ignore it. But whoever added it may rely on it, a column that must not be
//! NULL makes every INSERT of a deploy fail, and a newer version of Prisma may have given it a
//! meaning.
//!
//! ## What to do
//!
//! Find out who added it. Keep notes on migrations in a table of your own.

use crate::history::TableProblem;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};

pub(super) const META: Meta = Meta {
    summary: "the history table has a column that Prisma does not know",
    severities: [Warn, Warn, Warn],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for problem in facts.diagnosis().history().table_problems() {
        if let TableProblem::UnknownColumn(_) = problem {
            findings.report(
                problem.to_string(),
                "find out who added it; it is ignored, but it must allow rows that do not name it",
            );
        }
    }
}
