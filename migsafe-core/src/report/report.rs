//! What a run did.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{ExitCode, Failure, Status};
use crate::engine::LocksReport;
use crate::migrations::MigrationName;
use crate::verify::Verification;

/// One migration that was applied by this run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AppliedStep {
    /// The migration.
    pub name: MigrationName,
    /// When it was finished, as recorded.
    pub finished_at: DateTime<Utc>,
    /// How long the step took, in milliseconds, waiting for the lock not counted.
    pub duration_ms: u64,
    /// Whether it ran statement by statement, under a lease, and not in one transaction with the lock.
    pub by_statement: bool,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing was to do.
    UpToDate,
    /// Everything that was to do within the target was done.
    Applied,
    /// A dry run: this would be done.
    WouldApply,
    /// Nothing was done, for the reasons given.
    Refused,
    /// The database is not up to date and this mode does not change it.
    NotUpToDate,
    /// Somebody else held the lock until the deadline.
    Locked,
    /// The run stopped before its end.
    Failed,
    /// The run stopped, and whether its last step is applied could not be learnt.
    Unknown,
}

/// What a run did; also kept in an error, so that a failure half way still says what was applied.
#[derive(Clone, Debug)]
pub struct Report {
    pub(crate) status: Status,
    pub(crate) outcome: Outcome,
    pub(crate) applied: Vec<AppliedStep>,
    pub(crate) planned: Vec<MigrationName>,
    pub(crate) created_history_table: bool,
    pub(crate) elapsed: Duration,
    pub(crate) waited: Duration,
    pub(crate) failure: Option<Failure>,
    pub(crate) locks: Option<Box<LocksReport>>,
    pub(crate) verification: Option<Box<Verification>>,
}

impl Report {
    /// How the run ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The migrations that this run applied, in order.
    #[must_use]
    pub fn applied(&self) -> &[AppliedStep] {
        &self.applied
    }

    /// The migrations that were to be applied and were not (all of them in a dry run).
    #[must_use]
    pub fn planned(&self) -> &[MigrationName] {
        &self.planned
    }

    /// Whether this run created the history table.
    #[must_use]
    pub fn created_history_table(&self) -> bool {
        self.created_history_table
    }

    /// The state at the end of the run.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// How long the run took.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// How long it waited for the migration lock or for another deployer.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// A dry run on PostgreSQL: what the scripts will lock, for whom they would have to wait, how long they would.
    #[must_use]
    pub fn locks(&self) -> Option<&LocksReport> {
        self.locks.as_deref()
    }

    /// What became of the expectations, if the run had any and came to them.
    #[must_use]
    pub fn verification(&self) -> Option<&Verification> {
        self.verification.as_deref()
    }

    /// Why it stopped half way.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// The exit code that says it.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self.outcome {
            Outcome::UpToDate | Outcome::Applied => {
                self.verification().map_or(ExitCode::Ok, Verification::exit_code)
            }
            Outcome::WouldApply | Outcome::NotUpToDate => ExitCode::NotUpToDate,
            Outcome::Refused => ExitCode::Refused,
            Outcome::Locked => ExitCode::Lock,
            Outcome::Failed | Outcome::Unknown => ExitCode::Failure,
        }
    }
}
