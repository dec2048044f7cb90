//! Errors, with what was done before them.

use super::findings::{self, next};
use super::page::Page;
use super::status::{conclusion, counts};
use super::{run, safe, values, verify};
use crate::Error;
use crate::lock::LockHolder;
use crate::report::style::Paint;
use crate::report::{Failure, Outcome, Problem, Report, Style};

/// Why it stopped, what to do next, what was done before, the state it left.
#[must_use]
pub fn error(error: &Error, style: Style) -> String {
    let mut page = Page::new(style);
    match error.report() {
        Some(report) if error.is_refusal() => refusal(&mut page, error, report),
        report => {
            reason(&mut page, error);
            next(&mut page, &error.help());
            if let Some(verification) = report.and_then(Report::verification) {
                page.blank();
                verify::checks(&mut page, verification);
            }
            if let Some(report) = report {
                after(&mut page, report);
            }
        }
    }
    page.finish()
}

/// A problem that has no report.
#[must_use]
pub fn problem(problem: &Problem, style: Style) -> String {
    let mut page = Page::new(style);
    head(&mut page, problem.code(), problem.message());
    next(&mut page, problem.help());
    page.finish()
}

fn reason(page: &mut Page, error: &Error) {
    if let (Some(holder), Some(waited)) = (error.lock_holder(), error.waited()) {
        let waited = values::duration(waited);
        let message = format!("the migration lock was not free for {waited}; it is held by");
        head(page, error.code(), &message);
        page.fields("  ", &fields(holder));
        return;
    }
    head(page, error.code(), &error.to_string());
    if let Some(failure) = error.failure() {
        details(page, failure);
    }
}

fn refusal(page: &mut Page, error: &Error, report: &Report) {
    let causes = values::count(report.status().causes().count(), "finding");
    let changed = if report.applied().is_empty() && !report.created_history_table() {
        "nothing was changed"
    } else {
        "nothing more is applied"
    };
    head(page, error.code(), &format!("{changed}, because of {causes}"));
    page.blank();
    findings::findings(page, report.status().findings());
    page.blank();
    findings::suppressed(page, report.status().suppressed());
    after(page, report);
}

fn after(page: &mut Page, report: &Report) {
    page.blank();
    run::done(page, report);
    page.blank();
    if report.outcome() == Outcome::Unknown {
        page.line("Before the step whose outcome is unknown:");
        counts(page, report.status());
    } else {
        conclusion(page, report.status());
    }
}

fn head(page: &mut Page, code: &str, message: &str) {
    let code = page.paint(Paint::Bad, &format!("error[{code}]"));
    let message = safe::message(message);
    let mut lines = message.lines();
    page.line(format!("{code}: {}", lines.next().unwrap_or_default()));
    for line in lines {
        page.line(format!("  {line}"));
    }
}

fn details(page: &mut Page, failure: &Failure) {
    if let Some(detail) = &failure.detail {
        page.labelled("  detail: ", &safe::message(detail));
    }
    if let Some(hint) = &failure.hint {
        page.labelled("  hint: ", &safe::message(hint));
    }
}

/// What is known of a session, one line per fact.
pub(super) fn fields(holder: &LockHolder) -> Vec<(&'static str, String)> {
    let mut fields = vec![("pid", holder.pid.to_string())];
    for (label, value) in [
        ("user", &holder.user),
        ("application", &holder.application),
        ("address", &holder.address),
        ("state", &holder.state),
    ] {
        fields.extend(value.as_ref().map(|value| (label, safe::line(value, 100))));
    }
    for (label, age) in
        [("transaction", holder.transaction_age_ms), ("connection", holder.connection_age_ms)]
    {
        fields.extend(age.map(|age| (label, format!("open for {}", values::millis(age)))));
    }
    fields.extend(holder.query.as_ref().map(|q| ("query", safe::line(q, 300))));
    fields
}
