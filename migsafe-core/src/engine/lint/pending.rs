//! What a deploy would run.

use std::collections::BTreeSet;

use crate::diagnosis::{Diagnosis, Entry, State, diagnose};
use crate::engine::Error;
use crate::migrations::{MigrationName, Migrations};
use crate::store::HistoryStore;

/// The migrations that a deploy would run: pending ones, and those that run by statement and were
/// interrupted. One read; no lock, nothing written.
///
/// # Errors
///
/// The history cannot be read.
pub async fn pending_names(
    store: &dyn HistoryStore,
    migrations: &Migrations,
) -> Result<BTreeSet<MigrationName>, Error> {
    let reading = store.read().await?;
    let diagnosis = diagnose(migrations, &reading.history, &reading.lock);
    let runs = |entry: &&Entry| will_run(&diagnosis, entry);
    Ok(diagnosis.entries().iter().filter(runs).map(|entry| entry.name().clone()).collect())
}

fn will_run(diagnosis: &Diagnosis, entry: &Entry) -> bool {
    let unfinished = matches!(entry.state(), State::Failed | State::Running);
    entry.state().is_pending() || (unfinished && diagnosis.journal(entry).is_some())
}
