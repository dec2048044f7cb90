//! What a deploy did.

use super::page::Page;
use super::status::conclusion;
use super::{findings, impact, safe, values, verify};
use crate::migrations::MigrationName;
use crate::report::style::Paint;
use crate::report::{AppliedStep, Outcome, Report, Style};

/// What was done, what was found, the state afterwards.
#[must_use]
pub fn deploy(report: &Report, style: Style) -> String {
    let mut page = Page::new(style);
    done(&mut page, report);
    if let Some(locks) = report.locks() {
        impact::preview(&mut page, locks);
    }
    page.blank();
    findings::findings(&mut page, report.status().findings());
    page.blank();
    findings::suppressed(&mut page, report.status().suppressed());
    page.blank();
    conclusion(&mut page, report.status());
    if let Some(verification) = report.verification() {
        page.line(verify::summary(verification));
    }
    page.finish()
}

/// The lists of what was applied and of what was not.
pub(super) fn done(page: &mut Page, report: &Report) {
    let mut database = safe::line(report.status().database(), 200);
    if let Some(direct) = report.status().writes_to() {
        database = format!("{database} through {}", safe::line(direct, 200));
    }
    let applied = report.applied();
    let planned = report.planned();
    if report.created_history_table() {
        page.line(format!("Created the history table in {database}."));
    }
    if !applied.is_empty() {
        let count = values::count(applied.len(), "migration");
        let elapsed = values::duration(report.elapsed());
        page.line(format!("Applied {count} to {database} in {elapsed}:"));
        applied_steps(page, applied);
    }
    if planned.is_empty() {
        return;
    }
    let count = values::count(planned.len(), "migration");
    page.line(match report.outcome() {
        Outcome::WouldApply => format!("Would apply {count} to {database}; nothing was written:"),
        _ => format!("Not applied, {count}:"),
    });
    planned_steps(page, planned);
}

fn applied_steps(page: &mut Page, steps: &[AppliedStep]) {
    let width = width(steps.iter().map(|step| &step.name));
    for step in steps {
        let name = safe::name(step.name.as_str());
        let symbol = page.paint(Paint::Good, "✓");
        let took = values::millis(i64::try_from(step.duration_ms).unwrap_or(i64::MAX));
        let took = page.paint(Paint::Faint, &took);
        page.line(format!("  {symbol} {name:width$}  {took}"));
    }
}

fn planned_steps(page: &mut Page, steps: &[MigrationName]) {
    for name in steps {
        let symbol = page.paint(Paint::Open, "•");
        page.line(format!("  {symbol} {}", safe::name(name.as_str())));
    }
}

fn width<'a>(names: impl Iterator<Item = &'a MigrationName>) -> usize {
    names.map(|name| safe::name(name.as_str()).chars().count()).max().unwrap_or_default().min(60)
}
