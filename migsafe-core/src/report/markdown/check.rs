//! Everything that was looked at in one run.

use super::{Cell, Page, drift, escape, verify};
use crate::policy::Finding;
use crate::report::text::check_summary;
use crate::report::{CheckReport, ExitCode, Part};

/// A table with a line for each part, then what each has found. The same state is always the same text.
#[must_use]
pub fn check(report: &CheckReport) -> String {
    let mut page = Page::default();
    let title = match report.exit_code() {
        ExitCode::Ok => "migsafe check: all good",
        ExitCode::NotUpToDate => "migsafe check: migrations are pending",
        ExitCode::Refused => "migsafe check: refused",
        ExitCode::Drift => "migsafe check: the database is not as it should be",
        _ => "migsafe check: not everything could be found out",
    };
    page.heading(2, title);
    let rows = check_summary(report).into_iter().map(|line| {
        let mark = match line.code {
            ExitCode::Ok if !line.looked => "",
            ExitCode::Ok => "ok",
            _ => "**look**",
        };
        [Cell::text(line.name), Cell::ours(mark), Cell::text(&line.text)]
    });
    page.table(["part", "", ""], rows);
    let problems = [
        ("Status", report.status.problem()),
        ("Pending SQL", report.lint.problem()),
        ("Drift", report.drift.problem()),
        ("Expectations", report.verification.problem()),
    ];
    for (title, problem) in problems {
        if let Some(problem) = problem {
            page.heading(3, title);
            page.paragraph(&format!("{}: {}", escape(problem.code()), escape(problem.message())));
            page.paragraph(&format!("Next: {}", escape(problem.help())));
        }
    }
    if let Some(status) = report.status.found() {
        findings(&mut page, "Findings", status.findings());
    }
    if let Part::Looked(found) = &report.drift
        && found.has_drift()
    {
        page.heading(3, "Drift");
        drift::body(&mut page, found);
    }
    if let Part::Looked(found) = &report.verification
        && !found.is_met()
    {
        page.heading(3, "Expectations");
        verify::body(&mut page, found);
    }
    page.finish()
}

fn findings(page: &mut Page, title: &str, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    page.heading(3, title);
    let rows = findings.iter().map(|finding| {
        let name = finding.migration.as_ref().map_or(String::new(), ToString::to_string);
        let place = match finding.location.line {
            Some(line) => format!("{name}:{line}"),
            None => name,
        };
        [
            Cell::text(&finding.severity.to_string()),
            Cell::code(&finding.rule),
            Cell::code(&place),
            Cell::text(&finding.message),
            Cell::text(&finding.help),
        ]
    });
    page.table(["severity", "rule", "migration", "what", "next"], rows);
}
