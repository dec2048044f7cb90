//! Everything that was looked at in one run.

use super::page::Page;
use super::{drift, lint, problem, safe, status_without_sql, values, verify};
use crate::engine::DriftReport;
use crate::report::style::Paint;
use crate::report::{CheckReport, ExitCode, LintReport, Part, Status, Style};
use crate::verify::Verification;

/// Each part that has something to say, under its heading, then one line for each part.
#[must_use]
pub fn check(report: &CheckReport, style: Style) -> String {
    let mut page = Page::new(style);
    section(&mut page, "Status", &report.status, |status| status_without_sql(status, style));
    if report.lint.found().is_none_or(|lint| !lint.findings().is_empty()) {
        section(&mut page, "Pending SQL", &report.lint, |report| lint(report, style));
    }
    section(&mut page, "Drift", &report.drift, |report| drift(report, style));
    section(&mut page, "Expectations", &report.verification, |found| verify(found, style));
    page.blank();
    for Line { name, text, looked, code } in summary(report) {
        let (mark, paint) = match code {
            ExitCode::Ok if !looked => ("-", Paint::Faint),
            ExitCode::Ok => ("✓", Paint::Good),
            ExitCode::NotUpToDate => ("•", Paint::Doubtful),
            _ => ("✗", Paint::Bad),
        };
        page.line(format!("  {} {name:12}  {text}", page.paint(paint, mark)));
    }
    page.finish()
}

fn section<T>(page: &mut Page, title: &str, part: &Part<T>, text: impl FnOnce(&T) -> String) {
    let text = match part {
        Part::Looked(found) => text(found),
        Part::Failed { problem: why, .. } => problem(why, page.style()),
        Part::NotLooked(_) => return,
    };
    page.blank();
    page.line(page.paint(Paint::Strong, &format!("== {title} ==")));
    page.blank();
    for line in text.lines() {
        page.line(line);
    }
}

/// What became of one part.
pub(in crate::report) struct Line {
    pub(in crate::report) name: &'static str,
    pub(in crate::report) text: String,
    pub(in crate::report) looked: bool,
    pub(in crate::report) code: ExitCode,
}

/// What became of each part.
pub(in crate::report) fn summary(report: &CheckReport) -> [Line; 4] {
    let [status, lint, drift, verification] = report.exit_codes();
    [
        of("status", status, &report.status, of_status),
        of("pending SQL", lint, &report.lint, of_lint),
        of("drift", drift, &report.drift, of_drift),
        of("expectations", verification, &report.verification, of_verification),
    ]
}

fn of<T>(
    name: &'static str,
    code: ExitCode,
    part: &Part<T>,
    text: impl FnOnce(&T) -> String,
) -> Line {
    let text = match part {
        Part::Looked(found) => text(found),
        Part::Failed { problem, .. } => {
            format!("could not be found out: {}", safe::line(problem.message(), 200))
        }
        Part::NotLooked(why) => format!("not looked at: {why}"),
    };
    Line { name, text, looked: !matches!(part, Part::NotLooked(_)), code }
}

fn of_status(status: &Status) -> String {
    match (status.causes().count(), status.diagnosis().pending().count()) {
        (0, 0) if status.is_up_to_date() => "up to date".to_owned(),
        (0, pending) => format!("not up to date: {pending} pending"),
        (refusing, _) => format!("refused: {}", values::count(refusing, "finding")),
    }
}

fn of_lint(report: &LintReport) -> String {
    let files = values::count(report.files().len(), "migration");
    match report.findings().len() {
        0 if report.files().is_empty() => "nothing pending".to_owned(),
        0 => format!("nothing found in {files}"),
        count => format!("{} in {files}", values::count(count, "finding")),
    }
}

fn of_drift(report: &DriftReport) -> String {
    match report.comparison.diff().changes().len() {
        0 => format!("none, with {} replayed", values::count(report.replayed.len(), "migration")),
        count => values::count(count, "difference"),
    }
}

fn of_verification(verification: &Verification) -> String {
    super::verification_summary(verification).trim_end_matches('.').to_owned()
}
