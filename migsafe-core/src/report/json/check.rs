//! Everything that was looked at in one run.

use serde::Serialize;

use super::document::document;
use super::drift::DriftBody;
use super::lint::LintBody;
use super::status::StatusBody;
use super::verify::VerificationBody;
use crate::report::{CheckReport, Part, Problem};

/// The document of `check`: the documents of its parts, each with `result` (`looked`, `failed`, `not_looked`).
#[must_use]
pub fn check(report: &CheckReport) -> String {
    let [status, lint, drift, verification] = report.exit_codes().map(|code| code.code());
    let body = CheckBody {
        exit_code: report.exit_code().code(),
        status: PartBody::of(&report.status, status, StatusBody::of),
        lint: PartBody::of(&report.lint, lint, LintBody::of),
        drift: PartBody::of(&report.drift, drift, |drift| DriftBody::of(drift, None, None)),
        verify: PartBody::of(&report.verification, verification, VerificationBody::of),
    };
    document("check", body)
}

#[derive(Serialize)]
struct CheckBody<'a> {
    exit_code: u8,
    status: PartBody<'a, StatusBody<'a>>,
    lint: PartBody<'a, LintBody<'a>>,
    drift: PartBody<'a, DriftBody<'a>>,
    verify: PartBody<'a, VerificationBody<'a>>,
}

#[derive(Serialize)]
struct PartBody<'a, B> {
    result: &'static str,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<B>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Problem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

impl<'a, B> PartBody<'a, B> {
    fn of<T>(part: &'a Part<T>, exit_code: u8, body: impl FnOnce(&'a T) -> B) -> Self {
        let (result, report, error, why) = match part {
            Part::Looked(found) => ("looked", Some(body(found)), None, None),
            Part::Failed { problem, .. } => ("failed", None, Some(problem), None),
            Part::NotLooked(why) => ("not_looked", None, None, Some(*why)),
        };
        Self { result, exit_code, report, error, why }
    }
}
