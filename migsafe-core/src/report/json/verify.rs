//! What became of expectations.

use serde::Serialize;

use super::document::document;
use crate::Dialect;
use crate::schema::{Kind, ObjectKey};
use crate::verify::{Check, CheckOutcome, Generated, Subject, Verification};

/// The document of `verify`.
#[must_use]
pub fn verify(verification: &Verification) -> String {
    document("verify", VerificationBody::of(verification))
}

/// The document of `verify --generate`: what the file holds, and what was left out. `file` is its path.
#[must_use]
pub fn generated(generated: &Generated, file: &str) -> String {
    let left_out = generated.left_out.iter();
    let left_out = left_out.map(|one| LeftOutBody { object: &one.object, why: &one.why });
    let sections = generated.expectations.sections.keys().map(String::as_str).collect();
    document("expectations", GeneratedBody { file, sections, left_out: left_out.collect() })
}

#[derive(Serialize)]
struct GeneratedBody<'a> {
    file: &'a str,
    sections: Vec<&'a str>,
    left_out: Vec<LeftOutBody<'a>>,
}

#[derive(Serialize)]
struct LeftOutBody<'a> {
    object: &'a ObjectKey,
    why: &'a str,
}

#[derive(Serialize)]
pub(super) struct VerificationBody<'a> {
    verified: bool,
    database: Option<&'a str>,
    dialect: Dialect,
    server: Option<&'a str>,
    summary: SummaryBody,
    checks: Vec<CheckBody<'a>>,
}

#[derive(Serialize)]
struct SummaryBody {
    met: usize,
    missed: usize,
    unknown: usize,
}

#[derive(Serialize)]
struct CheckBody<'a> {
    outcome: &'static str,
    #[serde(flatten)]
    subject: SubjectBody<'a>,
    expected: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    miss: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SubjectBody<'a> {
    Object {
        kind: Kind,
        schema: Option<&'a str>,
        parent: Option<&'a str>,
        name: &'a str,
        aspect: &'static str,
    },
    Rows {
        kind: &'static str,
        section: &'a str,
        name: &'a str,
    },
}

impl<'a> VerificationBody<'a> {
    pub(super) fn of(verification: &'a Verification) -> Self {
        let (met, missed, unknown) = verification.counts();
        Self {
            verified: verification.is_met(),
            database: verification.database(),
            dialect: verification.dialect(),
            server: verification.server(),
            summary: SummaryBody { met, missed, unknown },
            checks: verification.checks().iter().map(CheckBody::of).collect(),
        }
    }
}

impl<'a> CheckBody<'a> {
    fn of(check: &'a Check) -> Self {
        let subject = match check.subject() {
            Subject::Object { key, aspect } => SubjectBody::Object {
                kind: key.kind(),
                schema: key.schema(),
                parent: key.parent(),
                name: key.name(),
                aspect: aspect.name(),
            },
            Subject::Rows { section, name } => SubjectBody::Rows { kind: "rows", section, name },
        };
        let body = Self {
            outcome: "met",
            subject,
            expected: check.expected(),
            miss: None,
            found: None,
            why: None,
            help: None,
        };
        match check.outcome() {
            CheckOutcome::Met => body,
            CheckOutcome::Missed { miss, found, help } => Self {
                outcome: "missed",
                miss: Some(miss.name()),
                found: Some(found),
                help: Some(help),
                ..body
            },
            CheckOutcome::Unknown { why } => Self { outcome: "unknown", why: Some(why), ..body },
        }
    }
}
