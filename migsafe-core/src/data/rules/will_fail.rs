//! ## What it detects
//!
//! A statement of a pending migration that the database will refuse because of rows that are in it now: NULLs in a column that
//! becomes `NOT NULL`, rows in a table to which a required column without a default is added, keys that occur twice under a new
//! unique index or primary key, rows that refer to nothing under a new foreign key, rows that a new `CHECK` does not let through,
//! values that do not fit into a new type or that a new enum lacks. The database is asked, so there is no finding without such
//! rows.
//!
//! ## Why it hurts
//!
//! The deploy stops in the middle, and everything behind it waits. Outside a transaction (`CREATE UNIQUE INDEX CONCURRENTLY`) it
//! also leaves something half made behind.
//!
//! ## What to do
//!
//! Mend the rows first, by hand or in a migration that comes before. The finding has the keys of some of them. Since the statement
//! fails whatever anybody allows, this rule can be neither lowered nor kept quiet.
//! [The chapter on live checks](../live-checks.md) says what is asked and how.

use crate::data::DataOutcome;
use crate::policy::{Facts, Findings, Meta, Severity::Error};

pub(super) const META: Meta = Meta {
    summary: "the database will refuse a statement because of rows that are in it",
    severities: [Error, Error, Error],
    suppressible: false,
    fixed: true,
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let fails = |outcome: &DataOutcome| matches!(outcome, DataOutcome::WillFail { .. });
    let help = "mend these rows first, by hand or in a migration before this one";
    crate::data::found::report(facts, findings, fails, help);
}
