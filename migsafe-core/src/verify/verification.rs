//! `Verification`: all expectations, and what became of each.

use super::{Check, CheckOutcome};
use crate::Dialect;
use crate::report::ExitCode;

/// All expectations in order, and what became of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    pub(super) dialect: Dialect,
    pub(super) database: Option<String>,
    pub(super) server: Option<String>,
    pub(super) checks: Vec<Check>,
}

impl Verification {
    pub(super) fn new(dialect: Dialect, server: Option<String>, mut checks: Vec<Check>) -> Self {
        checks.sort_by(|a, b| a.subject.cmp(&b.subject));
        Self { dialect, database: None, server, checks }
    }

    /// The same with what was connected to; never a password.
    #[must_use]
    pub fn of_database(mut self, name: impl Into<String>) -> Self {
        self.database = Some(name.into());
        self
    }

    /// The SQL that the database speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What was looked at, if it is known.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// The version of the server, if the schema was read.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }

    /// Every expectation, in order.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Whether every one is met. What could not be found out is not met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.checks.iter().all(|check| check.outcome == CheckOutcome::Met)
    }

    /// Those that are missed.
    pub fn missed(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| matches!(check.outcome, CheckOutcome::Missed { .. }))
    }

    /// Those that could not be found out.
    pub fn unknown(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| matches!(check.outcome, CheckOutcome::Unknown { .. }))
    }

    /// How many are met, missed, unknown.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let (missed, unknown) = (self.missed().count(), self.unknown().count());
        (self.checks.len() - missed - unknown, missed, unknown)
    }

    /// The exit code that says it: what could not be found out outweighs what is missed.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self.counts() {
            (_, 0, 0) => ExitCode::Ok,
            (_, _, 0) => ExitCode::Drift,
            _ => ExitCode::Failure,
        }
    }
}
