//! What goes to `tracing` and, with the feature `metrics`, to the `metrics` facade.

use tracing::Span;

use super::{Error, Event};
use crate::migrations::MigrationName;

/// The names of the metrics, so that dashboards have one place to look them up.
#[cfg(feature = "metrics")]
mod names {
    pub(super) const APPLIED: &str = "migsafe_migrations_applied_total";
    pub(super) const FAILED: &str = "migsafe_migrations_failed_total";
    pub(super) const DURATION: &str = "migsafe_migration_duration_seconds";
    pub(super) const LOCK_WAIT: &str = "migsafe_lock_wait_seconds";
    pub(super) const RETRIES: &str = "migsafe_migration_retries_total";
    pub(super) const ERRORS: &str = "migsafe_errors_total";
    pub(super) const CONNECTION_FAILURES: &str = "migsafe_connection_failures_total";
    pub(super) const DRIFT: &str = "migsafe_drift_changes";
}

/// The span of one step: everything that happens in it carries the migration's name.
pub(super) fn step(migration: &MigrationName, attempt: u32) -> Span {
    let migration = crate::text::printable(migration.as_str());
    tracing::info_span!(target: "migsafe", "migration", migration, attempt)
}

/// The span of one statement of a migration that runs by statement.
pub(super) fn statement(statement: usize, total: usize) -> Span {
    tracing::info_span!(target: "migsafe", "statement", statement, total)
}

/// An event of a run. Field names are stable.
pub(super) fn event(event: &Event) {
    match event {
        Event::StepApplied { name, duration } => {
            let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(target: "migsafe", migration = name.as_str(), duration_ms, "migration applied");
        }
        Event::StepFailed { name } => {
            tracing::error!(target: "migsafe", migration = name.as_str(), "migration failed");
        }
        Event::StepRetried { name, reason, attempt, .. } => {
            tracing::warn!(target: "migsafe", migration = name.as_str(), ?reason, attempt, "migration retried");
        }
        Event::OutcomeUnknown { name } => {
            tracing::warn!(target: "migsafe", migration = name.as_str(), "no answer of the database");
        }
        Event::StepStarted { name, index, total } => {
            tracing::info!(target: "migsafe", migration = name.as_str(), index, total, "migration started");
        }
        other => tracing::debug!(target: "migsafe", event = ?other),
    }
    #[cfg(feature = "metrics")]
    count(event);
}

/// A wait for another deployer that has ended, however it ended.
pub(super) fn waited(length: std::time::Duration) {
    let waited_ms = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(target: "migsafe", waited_ms, "waited for another deployer");
    #[cfg(feature = "metrics")]
    metrics::histogram!(names::LOCK_WAIT).record(length.as_secs_f64());
}

/// How many differences a look for drift has found.
pub(super) fn drift(changes: usize) {
    tracing::info!(target: "migsafe", changes, "looked for drift");
    #[cfg(feature = "metrics")]
    {
        // Exact for every number of differences that there can be.
        let changes = u32::try_from(changes).unwrap_or(u32::MAX);
        metrics::gauge!(names::DRIFT).set(f64::from(changes));
    }
}

/// The error that a run ended with.
pub(super) fn error(error: &Error) {
    tracing::debug!(target: "migsafe", code = error.code(), "run ended with an error");
    #[cfg(feature = "metrics")]
    {
        metrics::counter!(names::ERRORS, "code" => error.code()).increment(1);
        if matches!(error.code(), "connection" | "authentication" | "timeout") {
            metrics::counter!(names::CONNECTION_FAILURES).increment(1);
        }
    }
}

#[cfg(feature = "metrics")]
fn count(event: &Event) {
    match event {
        Event::StepApplied { duration, .. } => {
            metrics::counter!(names::APPLIED).increment(1);
            metrics::histogram!(names::DURATION).record(duration.as_secs_f64());
        }
        Event::StepFailed { .. } => metrics::counter!(names::FAILED).increment(1),
        Event::StepRetried { .. } => metrics::counter!(names::RETRIES).increment(1),
        _ => {}
    }
}
