//! The rows that a resolution writes.

use serde::Serialize;

use super::document::document;
use crate::engine::{Resolution, ResolutionPlan, ResolutionReport};
use crate::history::HistoryRow;
use crate::store::RowChange;

/// The document of a resolution that was only shown.
#[must_use]
pub fn resolution_plan(plan: &ResolutionPlan) -> String {
    document("resolve", ResolutionBody::of(plan, None))
}

/// The document of a resolution that was written.
#[must_use]
pub fn resolution(report: &ResolutionReport) -> String {
    let body = ResolutionBody::of(&report.plan, Some(&report.database));
    document("resolve", body)
}

#[derive(Serialize)]
struct ResolutionBody<'a> {
    #[serde(flatten)]
    resolution: &'a Resolution,
    written: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<&'a str>,
    creates_history_table: bool,
    done_statements: usize,
    changes: Vec<ChangeBody<'a>>,
}

impl<'a> ResolutionBody<'a> {
    fn of(plan: &'a ResolutionPlan, written_to: Option<&'a str>) -> Self {
        Self {
            resolution: &plan.resolution,
            written: written_to.is_some(),
            database: written_to,
            creates_history_table: plan.creates_history_table,
            done_statements: plan.done_statements,
            changes: plan.changes.iter().map(ChangeBody::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct ChangeBody<'a> {
    change: &'static str,
    before: Option<&'a HistoryRow>,
    after: Option<HistoryRow>,
}

impl<'a> ChangeBody<'a> {
    fn of(change: &'a RowChange) -> Self {
        Self {
            change: match change {
                RowChange::Insert { .. } => "insert",
                RowChange::MarkRolledBack { .. } => "mark_rolled_back",
            },
            before: change.before(),
            after: change.after(),
        }
    }
}
