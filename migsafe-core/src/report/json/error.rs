//! Errors.

use std::borrow::Cow;

use serde::Serialize;

use super::document::document;
use super::run::ReportBody;
use super::status::HolderBody;
use crate::Error;
use crate::report::Problem;

/// The document of an error: that of a deploy with `error` set where there is a report, else the error alone.
#[must_use]
pub fn error(error: &Error) -> String {
    let body = ErrorBody {
        problem: Cow::Owned(Problem::from(error)),
        lock_holder: error.lock_holder().map(HolderBody::of),
    };
    match error.report() {
        Some(report) => document("deploy", ReportBody::of(report, Some(body))),
        None => document("error", Alone { error: body }),
    }
}

/// The document of a problem that has no report.
#[must_use]
pub fn problem(problem: &Problem) -> String {
    let error = ErrorBody { problem: Cow::Borrowed(problem), lock_holder: None };
    document("error", Alone { error })
}

#[derive(Serialize)]
pub(super) struct ErrorBody<'a> {
    #[serde(flatten)]
    problem: Cow<'a, Problem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock_holder: Option<HolderBody<'a>>,
}

#[derive(Serialize)]
struct Alone<'a> {
    error: ErrorBody<'a>,
}
