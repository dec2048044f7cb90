//! Looking for drift.

use std::sync::Arc;
use std::time::Duration;

use super::{Blind, DriftOptions, DriftReport};
use crate::diagnosis::{Diagnosis, Entry, Mark, State, diagnose};
use crate::engine::error::ErrorKind;
use crate::engine::{Error, observe, read_schema};
use crate::history::{Absence, History};
use crate::migrations::{Migration, Migrations};
use crate::report::Comparison;
use crate::schema::Snapshot;
use crate::shadow::{self, Replay};
use crate::store::{HistoryStore, Reading, ShadowProvider, StoreError, StoreErrorCode};

/// How often both are read, and how long each time is waited longer than the time before: some eleven seconds in all. A
/// deploy changes the history twice for each migration.
const TRIES: u32 = 15;
const PAUSE: Duration = Duration::from_millis(100);

/// Compares a database with what the migrations give that its history says are applied.
///
/// They are replayed on a throw-away database; nothing of the live one is changed. Its history is read before and after its
/// schema: when a deploy was at work meanwhile, both are read again.
///
/// # Errors
///
/// The database cannot be read, its history does not rest for some eleven seconds (code `timeout`), a throw-away
/// database cannot be had, or a migration does not replay (codes `replay-failed`, `replay-refused`). A migration
/// without a script that is applied is `missing-script`.
pub async fn drift(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    options: &DriftOptions,
) -> Result<DriftReport, Error> {
    let shadow = provider(store, options)?;
    let (diagnosis, live) = look(store, migrations, options).await?;
    let replayed: Vec<Migration> = applied(migrations, &diagnosis);
    let Replay { snapshot: expected, skipped, cached } =
        shadow::replay(&*shadow, &replayed, &options.replay()).await?;
    tracing::debug!(target: "migsafe", cached, migrations = replayed.len(), "replayed");
    let is_missing = live.is_none();
    // A file of SQLite that is not there holds nothing.
    let live_with_rights = live.unwrap_or_else(|| {
        Snapshot::of(expected.dialect(), expected.server().clone(), &options.snapshot, [])
    });
    let live = match options.snapshot.privileges() {
        true => live_with_rights.clone(),
        false => live_with_rights.without_privileges(),
    };
    let is_pending = |entry: &&Entry| matches!(entry.state(), State::Pending | State::RolledBack);
    let pending = diagnosis.entries().iter().filter(is_pending);
    let pending = pending.map(|entry| entry.name().clone()).collect();
    let mut blind: Vec<Blind> = diagnosis.entries().iter().filter_map(blind).collect();
    blind.extend(skipped.into_iter().map(Blind::NotRun));
    let database = store.describe();
    let sides = (("migrations", &expected), (&*database, &live));
    let comparison = Comparison::with_rights(sides.0, sides.1, &live_with_rights, &options.diff)
        .map_err(Error::of_diff)?
        .with_notes(is_missing.then(|| "the database is not there yet".to_owned()))
        .with_notes(blind.iter().map(Blind::sentence));
    let shadow = shadow.describe();
    let report = DriftReport {
        database,
        shadow,
        replayed,
        pending,
        comparison,
        expected,
        live,
        live_with_rights,
        blind,
    };
    observe::drift(report.comparison.diff().changes().len());
    Ok(report)
}

/// Where throw-away databases come from.
pub(super) fn provider(
    store: &dyn HistoryStore,
    options: &DriftOptions,
) -> Result<Arc<dyn ShadowProvider>, Error> {
    let provider = options.shadow.clone().or_else(|| store.shadow_provider());
    let provider = provider.ok_or_else(|| Error::new(ErrorKind::NoShadow(store.describe())))?;
    if provider.dialect() != store.dialect() {
        return Err(Error::of_diff(crate::schema::DiffError::Dialects(
            provider.dialect(),
            store.dialect(),
        )));
    }
    Ok(provider)
}

/// History and schema of one moment; no schema of a database that is not there.
async fn look(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    options: &DriftOptions,
) -> Result<(Diagnosis, Option<Snapshot>), Error> {
    let mut before = store.read().await?;
    for number in 1..=TRIES {
        let live = match before.history {
            History::Absent(Absence::Database) => None,
            // With rights: SQL that makes something of it again has to give them back.
            _ => Some(read_schema(store, &options.snapshot.clone().with_privileges(true)).await?),
        };
        let after = store.read().await?;
        if after.history == before.history {
            let Reading { history, lock, .. } = after;
            return Ok((diagnose(migrations, &history, &lock), live));
        }
        before = after;
        // What was read together would not belong together: a migration that has just ended would be a difference.
        store.env().sleep(PAUSE * number).await;
    }
    let message = "a deploy is at work: the history changed each time while the schema was read";
    let error = StoreError::new(StoreErrorCode::Timeout, message);
    Err(error.with_help("wait until the deploy has ended, then look again").into())
}

/// The migrations that the history says are there, ghosts too: the history is the claim that is tested.
fn applied(migrations: &Migrations, diagnosis: &Diagnosis) -> Vec<Migration> {
    let is_applied =
        |entry: &&Entry| entry.has_file() && matches!(entry.state(), State::Applied | State::Ghost);
    let entries = diagnosis.entries().iter().filter(is_applied);
    entries.filter_map(|entry| migrations.find(entry.name().as_str()).cloned()).collect()
}

fn blind(entry: &Entry) -> Option<Blind> {
    let name = || entry.name().clone();
    match entry.state() {
        State::Failed | State::Running => Some(Blind::Unfinished(name())),
        State::Orphaned if entry.has_live_row() => Some(Blind::Orphaned(name())),
        State::Applied | State::Ghost if entry.marks().contains(Mark::Edited) => {
            Some(Blind::Edited(name()))
        }
        _ => None,
    }
}
