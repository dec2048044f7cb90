//! What the rules on names and texts of the folder share.

use crate::migrations::{FolderProblem, FolderProblemKind};
use crate::policy::{Facts, Findings, Location, Severity};

/// The problems of one kind, in order of name.
pub(super) fn problems<'a>(
    facts: &Facts<'a>,
    kind: FolderProblemKind,
) -> impl Iterator<Item = &'a FolderProblem> {
    facts.migrations().problems().iter().filter(move |problem| problem.kind() == kind)
}

/// Reports every problem of a kind at the full weight of the rule.
pub(super) fn report_all(
    facts: &Facts<'_>,
    findings: &mut Findings<'_>,
    kind: FolderProblemKind,
    help: &str,
) {
    for problem in problems(facts, kind) {
        report(findings, problem, help);
    }
}

/// Reports every problem of a kind; where the migration does not wait to be applied, as a note at
/// most. Its script has run already, and changing the text now would only make the file differ from
/// the checksum in the history.
pub(super) fn report_pending(
    facts: &Facts<'_>,
    findings: &mut Findings<'_>,
    kind: FolderProblemKind,
    help: &str,
) {
    for problem in problems(facts, kind) {
        if facts.is_pending(problem.name()) {
            report(findings, problem, help);
        } else {
            let note = &mut findings.weigh_at_most(Severity::Note);
            report(note, problem, "leave the file as it is: its script has run already");
        }
    }
}

/// Reports one problem at its place.
pub(super) fn report(findings: &mut Findings<'_>, problem: &FolderProblem, help: &str) {
    let location = problem.position().map_or_else(Location::default, Location::at);
    findings.report_at(problem.name(), location, problem.message(), help);
}
