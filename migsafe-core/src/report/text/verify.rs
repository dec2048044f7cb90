//! What became of expectations.

use super::page::Page;
use super::{safe, values};
use crate::report::Style;
use crate::report::style::Paint;
use crate::verify::{Check, CheckOutcome, Generated, Verification};

/// What is missed and what could not be found out, with what to do next; with a style that shows all, what is met too.
#[must_use]
pub fn verify(verification: &Verification, style: Style) -> String {
    let mut page = Page::new(style);
    let mut fields = Vec::new();
    if let Some(database) = verification.database() {
        fields.push(("database", safe::line(database, 200)));
    }
    let server = verification.server().unwrap_or_default();
    fields.push(("server", format!("{} {server}", verification.dialect()).trim().to_owned()));
    page.fields("", &fields);
    page.blank();
    checks(&mut page, verification);
    page.blank();
    page.line(summary(verification));
    page.finish()
}

/// What was written, and of what nothing is expected. `file` is the path.
#[must_use]
pub fn generated(generated: &Generated, file: &str, style: Style) -> String {
    let mut page = Page::new(style);
    page.line(format!("Wrote {}.", safe::name(file)));
    page.blank();
    if !generated.left_out.is_empty() {
        page.line("Nothing is expected of:");
    }
    for one in &generated.left_out {
        page.line(format!("  {}: {}", one.object, safe::line(&one.why, 200)));
    }
    page.finish()
}

/// The checks that the style shows.
pub(super) fn checks(page: &mut Page, verification: &Verification) {
    for check in verification.checks() {
        match check.outcome() {
            CheckOutcome::Met if page.style().shows_all() => head(page, Paint::Good, "✓", check),
            CheckOutcome::Met => {}
            CheckOutcome::Missed { found, help, .. } => {
                head(page, Paint::Bad, "✗", check);
                let expected = safe::line(check.expected(), 200);
                let found = safe::line(found, 200);
                let next = safe::message(help);
                page.fields("    ", &[("expected", expected), ("found", found), ("next", next)]);
            }
            CheckOutcome::Unknown { why } => {
                head(page, Paint::Doubtful, "?", check);
                page.fields("    ", &[("unknown", safe::line(why, 300))]);
            }
        }
    }
}

/// The numbers, in a sentence.
pub(in crate::report) fn summary(verification: &Verification) -> String {
    let (met, missed, unknown) = verification.counts();
    let all = values::count(verification.checks().len(), "expectation");
    match (missed, unknown) {
        (0, 0) => format!("{all}, all met."),
        (_, 0) => format!("{all}: {met} met, {missed} missed."),
        _ => format!("{all}: {met} met, {missed} missed, {unknown} could not be found out."),
    }
}

fn head(page: &mut Page, paint: Paint, sign: &str, check: &Check) {
    let sign = page.paint(paint, sign);
    page.line(format!("{sign} {}", check.subject()));
}
