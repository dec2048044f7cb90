//! Signs of life of a long run, for liveness and readiness probes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

use super::Event;
use crate::migrations::MigrationName;
use crate::store::StatementProgress;

/// What a run is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// It has not begun.
    #[default]
    Idle,
    /// It reads and judges.
    Reading,
    /// Another session is deploying.
    Waiting,
    /// It applies migrations.
    Applying,
    /// It ended well: the database is up to date within the target.
    Ready,
    /// It ended with an error.
    Failed,
}

/// A run at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Pulse {
    /// What it is doing.
    pub phase: Phase,
    /// The migration under way.
    pub migration: Option<MigrationName>,
    /// Which migration of this run, from 1.
    pub index: usize,
    /// Of how many.
    pub total: usize,
    /// Which statement of the migration, from 1, where statements run one by one.
    pub statement: Option<usize>,
    /// Of how many.
    pub statements: Option<usize>,
    /// Rows that the statement has changed in this run, where it repeats.
    pub rows: Option<u64>,
    /// How far the statement has come, where the database tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<StatementProgress>,
    /// Milliseconds since the run began.
    pub elapsed_ms: u64,
}

impl Pulse {
    /// Whether a liveness probe should answer yes: always, unless the run ended with an error. A
    /// migration that takes an hour is alive, and a process that is killed for it starts it anew.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.phase != Phase::Failed
    }

    /// Whether a readiness probe should answer yes: only when the run has ended well.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }
}

impl std::fmt::Display for Pulse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.elapsed_ms / 1000;
        match (&self.phase, &self.migration) {
            (Phase::Applying, Some(name)) => {
                let name = crate::text::name(name.as_str());
                write!(f, "alive, migration {} of {} ({name})", self.index, self.total)?;
                if let (Some(statement), Some(statements)) = (self.statement, self.statements) {
                    write!(f, ", statement {statement} of {statements}")?;
                }
                if let Some(rows) = self.rows {
                    write!(f, ", {rows} rows done")?;
                }
                if let Some(progress) = &self.progress {
                    write!(f, ", {progress}")?;
                }
                write!(f, ", {seconds} s")
            }
            (Phase::Idle, _) => f.write_str("not begun"),
            (Phase::Reading | Phase::Applying, _) => write!(f, "alive, reading, {seconds} s"),
            (Phase::Waiting, _) => write!(f, "alive, waiting for another deployer, {seconds} s"),
            (Phase::Ready, _) => f.write_str("ready"),
            (Phase::Failed, _) => f.write_str("failed"),
        }
    }
}

/// The pulse of a run, shared between the run and the probes. Clones share it.
///
/// ```
/// use migsafe_core::engine::{Heartbeat, Options};
///
/// let heartbeat = Heartbeat::new();
/// let options = Options::default().with_heartbeat(heartbeat.clone());
/// // In the handler of the readiness probe:
/// assert!(!heartbeat.pulse().is_ready());
/// # drop(options);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Heartbeat(Arc<Mutex<Pulse>>);

impl Heartbeat {
    /// A heartbeat without a run.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The run at this moment. While a migration is under way the time moves on with every tick of
    /// the run (once a second by default, see [`super::Options::with_tick`]).
    #[must_use]
    pub fn pulse(&self) -> Pulse {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn tick(&self, elapsed: Duration) -> Pulse {
        self.change(elapsed, |_| {});
        self.pulse()
    }

    pub(super) fn enter(&self, phase: Phase, elapsed: Duration) {
        self.change(elapsed, |pulse| {
            if matches!(phase, Phase::Ready | Phase::Failed) {
                (pulse.migration, pulse.statement, pulse.statements) = (None, None, None);
                pulse.progress = None;
            }
            pulse.phase = phase;
        });
    }

    pub(super) fn observe(&self, event: &Event, elapsed: Duration) {
        self.change(elapsed, |pulse| match event {
            Event::Planned { steps } => pulse.total = steps.len(),
            Event::Waiting { .. } => pulse.phase = Phase::Waiting,
            Event::StepStarted { name, index, total } => {
                pulse.phase = Phase::Applying;
                pulse.migration = Some(name.clone());
                (pulse.index, pulse.total) = (*index, *total);
                (pulse.statement, pulse.statements, pulse.rows) = (None, None, None);
                pulse.progress = None;
            }
            Event::StatementStarted { statement, total, .. } => {
                (pulse.statement, pulse.statements) = (Some(*statement), Some(*total));
                (pulse.rows, pulse.progress) = (None, None);
            }
            Event::StatementProgress { rows, .. } => pulse.rows = Some(*rows),
            Event::StatementAdvanced { progress, .. } => pulse.progress = Some(progress.clone()),
            _ => {}
        });
    }

    fn change(&self, elapsed: Duration, change: impl FnOnce(&mut Pulse)) {
        let mut pulse = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pulse.elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        change(&mut pulse);
    }
}
