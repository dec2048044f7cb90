//! ## What it detects
//!
//! A function that is replaced or altered with another volatility than the migrations gave it.
//!
//! ## Why it hurts
//!
//! An index on its result was built with the old promise: a function that is not `IMMUTABLE` any more makes it
//! wrong without an error, and plans that counted on it read other rows.
//!
//! ## What to do
//!
//! Give the new function another name, and move indexes, generated columns and checks to it; or `REINDEX` what
//! uses it.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE FUNCTION tax(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n / 5';
//! ```
//!
//! ```sql runs
//! CREATE OR REPLACE FUNCTION tax(n int) RETURNS int LANGUAGE sql STABLE AS 'SELECT n / 5'; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE FUNCTION tax(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n / 5';
//! ```
//!
//! ```sql
//! CREATE OR REPLACE FUNCTION tax(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n / 4';
//! ```

use crate::Dialect::Postgres;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Meta, Severity::Warn};
use crate::sql::{ActionKind, Volatility};

pub(super) const META: Meta = Meta {
    summary: "a function breaks the promise that indexes rely on",
    severities: [Warn, Warn, Warn],
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in sites(facts, Postgres) {
        let (name, volatility) = match &site.action.kind {
            ActionKind::CreateRoutine(routine) if routine.or_replace && !routine.procedure => {
                // Without a word it is VOLATILE.
                (&routine.name, routine.volatility.unwrap_or(Volatility::Volatile))
            }
            ActionKind::AlterRoutine { name, volatility: Some(volatility), .. } => {
                (name, *volatility)
            }
            _ => continue,
        };
        let Some(known) = site.routine(name).filter(|known| !known.procedure) else {
            continue;
        };
        let known = known.volatility.unwrap_or(Volatility::Volatile);
        if known == Volatility::Constant && volatility != Volatility::Constant && !site.is_new(name)
        {
            findings.report_site(
                &site,
                format!("indexes on {name} were built while it was IMMUTABLE"),
                "give the new function another name, or reindex what uses it",
            );
        }
    }
}
