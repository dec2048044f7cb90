//! ## What it detects
//!
//! A statement of a pending migration after which rows, values or objects that are in the database now are gone: a table that
//! is dropped and not empty, a dropped column with values in it, a change of type that cuts values, `TRUNCATE`, a `DELETE` or
//! `UPDATE` of every row, what `CASCADE` takes along. The database is asked, so an empty table gives no finding.
//!
//! ## Why it hurts
//!
//! What is gone comes back from a backup only, and with it goes everything that was written since.
//!
//! ## What to do
//!
//! Keep what is still needed somewhere else first, in a migration of its own, and look at it. Where the rows may go, say so for
//! this deploy: `--rule data-loss=warn`. [The chapter on live checks](../live-checks.md) says what is asked and how.

use crate::data::DataOutcome;
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};

pub(super) const META: Meta = Meta {
    summary: "rows, values or objects that are in the database will be lost",
    severities: [Warn, Error, Error],
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let lost = |outcome: &DataOutcome| matches!(outcome, DataOutcome::DataLoss { .. });
    crate::data::found::report(
        facts,
        findings,
        lost,
        "keep what is still needed elsewhere first; if it may go, allow it with `--rule data-loss=warn`",
    );
}
