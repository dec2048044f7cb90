//! What linting gave.

use super::command::command;
use crate::policy::Severity;
use crate::report::{LintFinding, LintReport, LintSummary};
use crate::text::one_line;

/// An annotation for every finding, the gravest first, then a line that counts them.
#[must_use]
pub fn lint(report: &LintReport) -> String {
    let mut findings: Vec<&LintFinding> = report.findings().iter().collect();
    findings.sort_by_key(|found| std::cmp::Reverse(found.finding().severity));
    let mut text: String = findings.into_iter().map(annotation).collect();
    let LintSummary { files, error, warn, note, suppressed, .. } = report.summary();
    let verdict = if report.is_refused() { "refused" } else { "passed" };
    text.extend([format!(
        "migsafe lint {verdict} (errors: {error}, warnings: {warn}, notes: {note}, kept quiet: {suppressed}, files: {files})\n"
    )]);
    if [error, warn, note].into_iter().any(|count| count > SHOWN) {
        text.extend([format!(
            "GitHub annotates the first {SHOWN} of each kind; the log has all.\n"
        )]);
    }
    text
}

/// How many annotations of one kind GitHub makes of one step.
const SHOWN: usize = 10;

fn annotation(found: &LintFinding) -> String {
    let finding = found.finding();
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warn => "warning",
        Severity::Note | Severity::Off => "notice",
    };
    let mut properties = Vec::new();
    if let Some(path) = found.path() {
        properties.push(("file", path.to_owned()));
    }
    if let Some(start) = found.start() {
        properties.push(("line", start.line.to_string()));
        properties.push(("col", start.column.to_string()));
        if let Some(end) = found.end() {
            properties.push(("endLine", end.line.to_string()));
            // Columns are for a range within one line.
            if end.line == start.line {
                properties.push(("endColumn", end.column.to_string()));
            }
        }
    }
    properties.push(("title", one_line(&finding.rule, 80)));
    command(name, &properties, &found.message())
}
