//! Proceed or refuse; there is no third outcome.

use serde::Serialize;

use super::{Examination, Finding, Severity, Suppressed};
use crate::plan::Plan;

/// The outcome of a judgement.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no third outcome")]
pub enum Verdict {
    /// What would be done.
    Proceed(Plan),
    /// Why nothing may be done.
    Refuse(Refusal),
}

impl Verdict {
    /// All findings, whatever the outcome.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Proceed(plan) => plan.findings(),
            Self::Refuse(refusal) => refusal.findings(),
        }
    }

    /// The findings that comments in scripts keep quiet, whatever the outcome.
    #[must_use]
    pub fn suppressed(&self) -> &[Suppressed] {
        match self {
            Self::Proceed(plan) => plan.suppressed(),
            Self::Refuse(refusal) => refusal.suppressed(),
        }
    }

    /// Whether it is a refusal.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refuse(_))
    }
}

/// Why nothing may be done: a value, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    findings: Vec<Finding>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressed: Vec<Suppressed>,
    failing: Severity,
}

impl Refusal {
    pub(super) fn new(examination: Examination, failing: Severity) -> Self {
        let Examination { findings, suppressed } = examination;
        Self { findings, suppressed, failing }
    }

    /// The findings that comments in scripts keep quiet.
    #[must_use]
    pub fn suppressed(&self) -> &[Suppressed] {
        &self.suppressed
    }

    /// All findings, gravest first.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The findings that cause the refusal: at or above the failing severity.
    pub fn causes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity >= self.failing)
    }
}
