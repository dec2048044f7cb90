//! Progress of a run.

use std::time::Duration;

use super::Pulse;
use crate::lock::LockHolder;
use crate::migrations::MigrationName;
use crate::store::{Aborted, StatementProgress};

/// Something that happened in a run, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The history was read and judged; these migrations will be applied.
    Planned {
        /// In order; empty when nothing is to do.
        steps: Vec<MigrationName>,
    },
    /// Another session is deploying; waiting for it.
    Waiting {
        /// Who, when it is known.
        holder: Option<Box<LockHolder>>,
        /// How long already.
        waited: Duration,
    },
    /// The history table was created.
    HistoryTableCreated,
    /// A step begins. Said before anything of it is sent: a run that is cancelled afterwards leaves
    /// this as the only trace of a step whose outcome nobody waited for.
    StepStarted {
        /// The migration.
        name: MigrationName,
        /// Which step, from 1.
        index: usize,
        /// Of how many, as far as known.
        total: usize,
    },
    /// A statement of a step that runs statement by statement begins.
    StatementStarted {
        /// The migration.
        name: MigrationName,
        /// Which statement, from 1.
        statement: usize,
        /// Of how many.
        total: usize,
    },
    /// A statement that repeats has changed rows once more.
    StatementProgress {
        /// Which statement, from 1.
        statement: usize,
        /// How many rows it has changed in this run.
        rows: u64,
    },
    /// How far a statement outside a transaction has come; sent every two seconds where the database tells.
    StatementAdvanced {
        /// Which statement, from 1.
        statement: usize,
        /// How far.
        progress: StatementProgress,
    },
    /// A step is committed.
    StepApplied {
        /// The migration.
        name: MigrationName,
        /// How long it took.
        duration: Duration,
    },
    /// A step was rolled back and will be tried again.
    StepRetried {
        /// The migration.
        name: MigrationName,
        /// Why.
        reason: Aborted,
        /// The attempt that comes next, from 2.
        attempt: u32,
        /// The pause before it; nothing is held meanwhile.
        pause: Duration,
    },
    /// The answer to COMMIT was lost, and it is found out on a new connection; or the answer to a statement outside a
    /// transaction, and the next deploy finds out.
    OutcomeUnknown {
        /// The migration.
        name: MigrationName,
    },
    /// The run goes on; sent at the interval of [`super::Options::with_tick`].
    Alive {
        /// What it is doing; all zero without [`super::Options::with_heartbeat`].
        pulse: Pulse,
        /// How long it has run.
        elapsed: Duration,
    },
    /// A step failed for good.
    StepFailed {
        /// The migration.
        name: MigrationName,
    },
}
