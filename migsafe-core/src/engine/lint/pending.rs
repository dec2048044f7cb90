//! What a deploy would run.

use std::collections::BTreeSet;

use crate::diagnosis::{Diagnosis, Entry, State, diagnose};
use crate::engine::Error;
use crate::migrations::{MigrationName, Migrations};
use crate::store::HistoryStore;

/// What a deploy to a database would run, and on what.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingMigrations {
    /// Pending migrations, and those that run by statement and were interrupted.
    pub names: BTreeSet<MigrationName>,
    /// The server's version as it says it, where it is known.
    pub server: Option<String>,
}

/// What a deploy would run. One read; no lock, nothing written.
///
/// # Errors
///
/// The history cannot be read.
pub async fn pending(
    store: &dyn HistoryStore,
    migrations: &Migrations,
) -> Result<PendingMigrations, Error> {
    let reading = store.read().await?;
    let diagnosis = diagnose(migrations, &reading.history, &reading.lock);
    let names = pending_names(&diagnosis);
    Ok(PendingMigrations { names, server: reading.database.server().map(str::to_owned) })
}

/// The names of what a deploy would run.
pub(in crate::engine) fn pending_names(diagnosis: &Diagnosis) -> BTreeSet<MigrationName> {
    let runs = |entry: &&Entry| will_run(diagnosis, entry);
    diagnosis.entries().iter().filter(runs).map(|entry| entry.name().clone()).collect()
}

fn will_run(diagnosis: &Diagnosis, entry: &Entry) -> bool {
    let unfinished = matches!(entry.state(), State::Failed | State::Running);
    entry.state().is_pending() || (unfinished && diagnosis.journal(entry).is_some())
}
