//! `CheckReport`: everything that was looked at in one run.

use super::{ExitCode, LintReport, Problem, Status};
use crate::engine::DriftReport;
use crate::verify::Verification;

/// One part of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part<T> {
    /// It was looked at.
    Looked(Box<T>),
    /// It could not be found out.
    Failed {
        /// Why, and what to do next.
        problem: Problem,
        /// The exit code that says it.
        code: ExitCode,
    },
    /// It was not looked at: why, a fragment.
    NotLooked(&'static str),
}

impl<T> Part<T> {
    /// What was found, if it was looked at.
    #[must_use]
    pub fn found(&self) -> Option<&T> {
        match self {
            Self::Looked(found) => Some(found),
            _ => None,
        }
    }

    /// Why it could not be found out.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Failed { problem, .. } => Some(problem),
            _ => None,
        }
    }

    fn exit_code(&self, of: impl FnOnce(&T) -> ExitCode) -> ExitCode {
        match self {
            Self::Looked(found) => of(found),
            Self::Failed { code, .. } => *code,
            Self::NotLooked(_) => ExitCode::Ok,
        }
    }
}

/// Everything that was looked at in one run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckReport {
    /// The history, the folder, and what a deploy would do.
    pub status: Part<Status>,
    /// The SQL of pending migrations, and what it would do to the rows that are there.
    pub lint: Part<LintReport>,
    /// The database beside what its migrations give.
    pub drift: Part<DriftReport>,
    /// What is expected of the database.
    pub verification: Part<Verification>,
}

impl CheckReport {
    /// The exit codes of the parts, in the order of the fields.
    #[must_use]
    pub fn exit_codes(&self) -> [ExitCode; 4] {
        [
            self.status.exit_code(Status::exit_code),
            self.lint.exit_code(LintReport::exit_code),
            self.drift.exit_code(DriftReport::exit_code),
            self.verification.exit_code(Verification::exit_code),
        ]
    }

    /// The gravest of them.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        self.exit_codes().into_iter().fold(ExitCode::Ok, ExitCode::graver)
    }
}
