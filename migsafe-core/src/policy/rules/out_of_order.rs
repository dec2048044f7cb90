//! ## What it detects
//!
//! A migration that waits to be applied although one with a later timestamp is applied already.
//! Names without a timestamp are neither the cause nor the object of it.
//!
//! ## Why it hurts
//!
//! It comes from a branch that was merged late. It was written for a schema without the later
//! migration, and this database runs the two in another order than every new database will: the
//! results may differ.
//!
//! ## What to do
//!
//! If no database has applied it yet, give its folder a new timestamp and test it again on top of
//! the others. If some have, and the order does not matter for these two, lower the severity of
//! this rule with that reason.

use crate::diagnosis::{Mark, State};
use crate::policy::{
    Facts, Findings, Meta,
    Severity::{Error, Warn},
};
use crate::text;

pub(super) const META: Meta = Meta {
    summary: "a migration is older than one that is applied",
    severities: [Warn, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let entries = facts.diagnosis().entries();
    let newest_done = entries
        .iter()
        .filter(|e| e.has_file() && matches!(e.state(), State::Applied | State::Ghost))
        .filter(|e| e.name().timestamp().is_some())
        .map(|e| e.name())
        .max();
    for entry in entries.iter().filter(|e| e.marks().contains(Mark::OutOfOrder)) {
        let than = newest_done
            .map_or_else(String::new, |name| format!(" than {}", text::name(name.as_str())));
        findings.report_on(
            entry.name(),
            format!("older{than}, which is applied already"),
            "if no database has applied it, give its folder a new timestamp; if some have, allow \
             it with a reason after a test of this order",
        );
    }
}
