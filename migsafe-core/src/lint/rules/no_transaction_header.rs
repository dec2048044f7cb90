//! ## What it detects
//!
//! A comment at the top of a script that is addressed to migsafe (`-- migsafe: …`) and cannot be
//! followed: a word that is not known, `no-transaction` without a reason, or a script that cannot be
//! taken apart into statements or whose database cannot record them one by one.
//!
//! ## Why it hurts
//!
//! The author relies on something that will not happen.
//!
//! ## What to do
//!
//! Correct the line, or remove it.

use crate::policy::{Facts, Findings, Location, Meta, Severity::Error};
use crate::store::StatementSupport;
use crate::text;

pub(super) const META: Meta =
    Meta { summary: "a comment to migsafe cannot be followed", severities: [Error, Error, Error] };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, script) in facts.scripts() {
        let header = script.header();
        for problem in header.problems() {
            findings.report_at(
                name,
                Location::at(problem.position()),
                problem.message(),
                "correct the comment, or remove it",
            );
        }
        if header.no_transaction().is_some() && facts.runs_in_transaction(script) {
            let why = match facts.database().statements() {
                _ if !script.is_split() => "the script cannot be taken apart into statements",
                StatementSupport::Refused(why) => why,
                _ => "this database has no way to record a script statement by statement",
            };
            findings.report_on(
                name,
                format!("the header `no-transaction` cannot be followed: {why}"),
                format!(
                    "remove the header; if the script must run outside a transaction, run it by \
                     hand, then {}",
                    text::command("resolve --applied", name.as_str())
                ),
            );
        }
    }
}
