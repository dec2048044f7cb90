//! ## What it detects
//!
//! A comment at the top of a script that is addressed to migsafe (`-- migsafe: …`) and cannot be
//! followed; and `-- migsafe: no-transaction …` on a script whose statements can all run in a
//! transaction.
//!
//! ## Why it hurts
//!
//! The author relies on something that will not happen: this version runs every script in a
//! transaction.
//!
//! ## What to do
//!
//! Correct the line, or remove it. To run a script outside a transaction, run it by hand with
//! `psql`, then `migsafe resolve --applied NAME`.

use crate::policy::{Facts, Findings, Location, Meta, Severity::Error};
use crate::sql::TransactionClass;

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
        let needed = script.statements().iter().any(|s| s.class() == TransactionClass::MustNotRun);
        // Where it is needed, the statement is refused with the way out.
        if header.no_transaction().is_some() && !needed {
            findings.report_on(
                name,
                "the header `no-transaction` has no effect in this version: the script would run \
                 in a transaction",
                format!(
                    "remove the header; if the script must run outside a transaction, run it by \
                     hand, then `migsafe resolve --applied {name}`"
                ),
            );
        }
    }
}
