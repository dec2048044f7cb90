//! What differs between two schemas, and between a database and its migrations.

use super::{Cell, Page, code, escape};
use crate::engine::DriftReport;
use crate::report::Comparison;
use crate::schema::ChangeScript;

/// A table of changes, and the SQL of both directions.
#[must_use]
pub fn diff(comparison: &Comparison) -> String {
    let mut page = Page::default();
    let is_equal = comparison.diff().is_empty();
    page.heading(2, if is_equal { "No difference" } else { "Schemas differ" });
    page.paragraph(&format!("From {} to {}.", code(comparison.from()), code(comparison.to())));
    changes(&mut page, comparison);
    script(&mut page, "Forward", comparison.forward());
    script(&mut page, "Backward", comparison.backward());
    page.finish()
}

/// A table of what the migrations do not explain, and the SQL that adopts or undoes it. The same drift is always the same
/// text.
#[must_use]
pub fn drift(report: &DriftReport) -> String {
    let mut page = Page::default();
    page.heading(2, if report.has_drift() { "Drift" } else { "No drift" });
    body(&mut page, report);
    page.finish()
}

/// Everything below the heading.
pub(super) fn body(page: &mut Page, report: &DriftReport) {
    let count = report.replayed.len();
    let migrations = if count == 1 { "migration" } else { "migrations" };
    page.paragraph(&format!(
        "{} beside its {count} applied {migrations}: + is in the database only, - in the migrations only, ~ differs.",
        code(&report.database)
    ));
    changes(page, &report.comparison);
    script(page, "Adopt: make it part of the migrations", report.adopt());
    script(page, "Revert: undo it in the database", report.revert());
}

fn changes(page: &mut Page, comparison: &Comparison) {
    let rows = comparison.diff().changes().iter().map(|change| {
        let sign = match change.verb() {
            "added" => "+",
            "removed" => "-",
            _ => "~",
        };
        let what = change.to_string();
        let object = change.object().to_string();
        // What follows the object is what changed of it.
        let detail = what.split_once(&object).map_or("", |(_, rest)| rest.trim_start_matches(": "));
        let loss = change.loss().unwrap_or_default();
        [Cell::code(sign), Cell::code(&object), Cell::text(detail), Cell::text(loss)]
    });
    page.table(["", "object", "change", "destructive"], rows);
    for ignored in comparison.diff().ignored() {
        page.paragraph(&format!(
            "Ignored: {} ({}: {}).",
            code(&ignored.change.to_string()),
            escape(ignored.rule.owner()),
            escape(ignored.rule.reason())
        ));
    }
    for rule in comparison.diff().expired_rules() {
        page.paragraph(&format!(
            "Expired rule: {} ({}).",
            code(rule.pattern()),
            escape(rule.owner())
        ));
    }
    for note in comparison.notes() {
        page.paragraph(&format!("Note: {}.", escape(note)));
    }
}

/// The SQL behind a line that is clicked.
fn script(page: &mut Page, title: &str, script: &ChangeScript) {
    if script.is_empty() {
        return;
    }
    page.paragraph(&format!("<details><summary>{title}</summary>"));
    page.code("sql", &script.to_sql());
    page.paragraph("</details>");
}
