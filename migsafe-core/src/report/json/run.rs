//! What a deploy did.

use serde::Serialize;

use super::document::document;
use super::error::ErrorBody;
use super::locks::LocksBody;
use super::status::StatusBody;
use super::verify::VerificationBody;
use crate::migrations::MigrationName;
use crate::report::{AppliedStep, Failure, Outcome, Report};

/// The document of `deploy`: the status after it, and what was done.
#[must_use]
pub fn deploy(report: &Report) -> String {
    document("deploy", ReportBody::of(report, None))
}

#[derive(Serialize)]
pub(super) struct ReportBody<'a> {
    outcome: Outcome,
    applied: &'a [AppliedStep],
    planned: &'a [MigrationName],
    created_history_table: bool,
    elapsed_ms: u64,
    waited_ms: u64,
    failure: Option<&'a Failure>,
    /// Only of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    locks: Option<LocksBody<'a>>,
    /// Only of a run with expectations.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<VerificationBody<'a>>,
    error: Option<ErrorBody<'a>>,
    #[serde(flatten)]
    status: StatusBody<'a>,
}

impl<'a> ReportBody<'a> {
    pub(super) fn of(report: &'a Report, error: Option<ErrorBody<'a>>) -> Self {
        Self {
            outcome: report.outcome(),
            applied: report.applied(),
            planned: report.planned(),
            created_history_table: report.created_history_table(),
            elapsed_ms: u64::try_from(report.elapsed().as_millis()).unwrap_or(u64::MAX),
            waited_ms: u64::try_from(report.waited().as_millis()).unwrap_or(u64::MAX),
            failure: report.failure(),
            locks: report.locks().map(LocksBody::of),
            verification: report.verification().map(VerificationBody::of),
            error,
            status: StatusBody::of(report.status()),
        }
    }
}
