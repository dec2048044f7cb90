//! The rows that a resolution writes.

use super::page::Page;
use super::{safe, values};
use crate::engine::{Resolution, ResolutionPlan, ResolutionReport};
use crate::history::HistoryRow;
use crate::report::Style;
use crate::report::style::Paint;
use crate::store::RowChange;

/// The rows that would be written. New ids and times are taken anew when they are.
#[must_use]
pub fn resolution_plan(plan: &ResolutionPlan, style: Style) -> String {
    let mut page = Page::new(style);
    let name = safe::name(plan.resolution.migration().as_str());
    page.line(match &plan.resolution {
        Resolution::Applied(_) => format!("Mark {name} as applied, without running it:"),
        Resolution::RolledBack(_) => {
            format!("Mark the failed attempt of {name} as rolled back; it becomes pending again:")
        }
    });
    page.blank();
    if plan.creates_history_table {
        page.line("  create the history table");
    }
    for change in &plan.changes {
        match change {
            RowChange::Insert { row } => insert(&mut page, row),
            RowChange::MarkRolledBack { before, at } => {
                let id = safe::name(&before.id);
                page.line(page.paint(Paint::Strong, &format!("  change row {id}")));
                let change = format!("NULL -> {}", values::moment(*at));
                page.fields("    ", &[("rolled_back_at", change)]);
            }
        }
    }
    if plan.changes.is_empty() && !plan.creates_history_table {
        page.line("  no row needs to change");
    }
    if let Some(note) = done_note(plan) {
        page.blank();
        page.line(page.paint(Paint::Doubtful, &note));
    }
    page.finish()
}

/// What the journal says against taking the attempt for one of which nothing is there.
fn done_note(plan: &ResolutionPlan) -> Option<String> {
    let done = match plan.done_statements {
        0 => return None,
        1 => "Its first statement is recorded as done".to_owned(),
        count => format!("Its first {count} statements are recorded as done"),
    };
    Some(match plan.resolution {
        Resolution::Applied(_) => {
            format!("{done}; nothing is recorded of what comes after: look whether it is there.")
        }
        Resolution::RolledBack(_) => format!(
            "{done} and will run again: take back what was done, or leave the row as it is and go on \
             with `migsafe deploy --resume`."
        ),
    })
}

/// That they were written.
#[must_use]
pub fn resolution(report: &ResolutionReport, style: Style) -> String {
    let mut page = Page::new(style);
    let database = safe::line(&report.database, 200);
    let text = match report.plan.changes.len() {
        0 => format!("Nothing was to be written to {database}."),
        count => format!(
            "Written to {database}: {}, each with an audit entry.",
            values::count(count, "row")
        ),
    };
    page.line(page.paint(Paint::Good, &text));
    page.finish()
}

fn insert(page: &mut Page, row: &HistoryRow) {
    page.line(page.paint(Paint::Strong, "  insert a row"));
    let null = || "NULL".to_owned();
    let time = |time: Option<&_>| time.map_or_else(null, values::stored);
    let logs = row.logs.as_deref().map(|logs| safe::line(logs, 100));
    let fields = [
        ("migration_name", safe::name(&row.migration_name)),
        ("checksum", safe::line(&row.checksum, 64)),
        ("started_at", time(row.started_at.as_ref())),
        ("finished_at", time(row.finished_at.as_ref())),
        ("rolled_back_at", time(row.rolled_back_at.as_ref())),
        (
            "applied_steps_count",
            row.applied_steps_count.map_or_else(null, |count| count.to_string()),
        ),
        ("logs", logs.map_or_else(null, |logs| format!("'{logs}'"))),
    ];
    page.fields("    ", &fields);
}
