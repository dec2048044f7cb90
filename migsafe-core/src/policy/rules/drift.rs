//! ## What it detects
//!
//! Something in the database that its migrations do not give, or the other way round: a table that was changed by hand, an
//! index that was dropped in an incident. The applied migrations are replayed on a throw-away database, and both schemas
//! are compared.
//!
//! Looking takes time and a throw-away database, so it is off unless it is asked for: `--rule drift=error` (or `warn`) on
//! `migsafe deploy`, in a program `Policy::with_override`. Then a deploy that would apply something looks first. What is
//! known and accepted is left out by a list of ignored differences.
//!
//! ## Why it hurts
//!
//! A migration is tested on what its predecessors give. On a database that holds something else it may fail, or succeed and
//! do something that nobody has tried.
//!
//! ## What to do
//!
//! See what differs with `migsafe drift`. Then take it into the migrations (`migsafe drift --adopt NAME`) or undo it
//! (`migsafe drift --sql revert`).

use crate::policy::{Facts, Findings, Meta, Severity};

pub(super) const META: Meta = Meta {
    summary: "the database holds something else than its migrations give",
    severities: [Severity::Off, Severity::Off, Severity::Off],
    ..Meta::HISTORY
};

/// How many differences a finding names.
const NAMED: usize = 3;

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let Some(diff) = facts.drift().filter(|diff| !diff.is_empty()) else {
        return;
    };
    let count = diff.changes().len();
    let mut named: Vec<String> =
        diff.changes().iter().take(NAMED).map(ToString::to_string).collect();
    if count > NAMED {
        named.push(format!("and {} more", count - NAMED));
    }
    let word = if count == 1 { "difference" } else { "differences" };
    findings.report(
        format!("the database has {count} {word} from what its migrations give: {}", named.join("; ")),
        "see them with `migsafe drift`; adopt them (--adopt NAME) or undo them (--sql revert) first",
    );
}
