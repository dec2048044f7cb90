//! `resolve`: marking a migration applied or rolled back by decision, with Prisma's preconditions.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Error;
use super::error::ErrorKind;
use super::wait::Backoff;
use crate::env::{Env, uuid_v4};
use crate::history::{History, HistoryRow, Journal};
use crate::migrations::{MigrationName, Migrations};
use crate::store::{AuditNote, Begun, HistoryStore, Reading, RowChange, WriteSession};
use crate::text;

/// The decision about one migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "resolution", content = "migration", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Resolution {
    /// Its changes are in the database: record it, without running it.
    Applied(MigrationName),
    /// Its changes are not in the database: forget the failed attempt, so that it becomes pending again.
    RolledBack(MigrationName),
}

impl Resolution {
    /// The migration.
    #[must_use]
    pub fn migration(&self) -> &MigrationName {
        match self {
            Self::Applied(name) | Self::RolledBack(name) => name,
        }
    }

    fn action(&self) -> &'static str {
        match self {
            Self::Applied(_) => "resolve-applied",
            Self::RolledBack(_) => "resolve-rolled-back",
        }
    }
}

/// The rows that a resolution would write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ResolutionPlan {
    /// The decision.
    pub resolution: Resolution,
    /// Whether the history table is created first (marking on a database without one is how a
    /// baseline begins).
    pub creates_history_table: bool,
    /// How many statements of the attempt are recorded as done, for a migration that runs statement by statement: they
    /// stay, and run again with the whole script once it is pending again. 0 for any other.
    pub done_statements: usize,
    /// The changes; empty when there is nothing to change.
    pub changes: Vec<RowChange>,
}

impl ResolutionPlan {
    /// Whether two plans change the same rows in the same way; new ids and times may differ.
    fn agrees_with(&self, other: &Self) -> bool {
        let shape = |plan: &Self| -> Vec<(Option<HistoryRow>, String)> {
            plan.changes.iter().map(|c| (c.before().cloned(), c.name().to_owned())).collect()
        };
        self.creates_history_table == other.creates_history_table
            && self.done_statements == other.done_statements
            && shape(self) == shape(other)
    }
}

/// What a resolution wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ResolutionReport {
    /// What was looked at; never a password.
    pub database: String,
    /// What was written.
    pub plan: ResolutionPlan,
}

/// What a resolution would write. Reads only.
///
/// # Errors
///
/// The history cannot be read, or Prisma's preconditions do not hold: codes `no-such-migration` (Prisma
/// P3017, P3011), `already-applied` (P3008), `not-failed` (P3012), `lock-file-mismatch` (P3019),
/// `running` (somebody is at work on it).
pub async fn plan_resolution(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    resolution: &Resolution,
) -> Result<ResolutionPlan, Error> {
    let env = store.env();
    let reading = store.read().await?;
    propose(store, migrations, resolution, &reading, &*env)
}

/// Writes what [`plan_resolution`] has shown, under the migration lock, with an audit entry per row.
///
/// # Errors
///
/// As for [`plan_resolution`]; code `lock-not-obtained`; code `conflict` when the history no longer gives the
/// plan that was shown.
pub async fn resolve(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    shown: &ResolutionPlan,
    actor: Option<String>,
    lock_wait: Duration,
) -> Result<ResolutionReport, Error> {
    let env = store.env();
    let resolution = &shown.resolution;
    let mut session = store.open_session().await?;
    let mut expected = shown.clone();
    loop {
        let reading = lock(&mut *session, store, &*env, lock_wait).await?;
        let plan = match propose(store, migrations, resolution, &reading, &*env) {
            Ok(plan) if plan.agrees_with(&expected) => plan,
            Ok(_) => {
                session.rollback().await?;
                return Err(changed());
            }
            Err(error) => {
                session.rollback().await?;
                return Err(error);
            }
        };
        if plan.creates_history_table {
            session.create_history_table().await?;
            expected.creates_history_table = false;
            continue;
        }
        if plan.changes.is_empty() {
            session.rollback().await?;
        } else {
            let note = AuditNote::new(resolution.action(), env.now()).by(actor);
            session.change_rows(&plan.changes, &note).await?;
        }
        session.finish().await;
        let creates_history_table = shown.creates_history_table;
        let plan = ResolutionPlan { creates_history_table, ..plan };
        return Ok(ResolutionReport { database: store.describe(), plan });
    }
}

async fn lock(
    session: &mut dyn WriteSession,
    store: &dyn HistoryStore,
    env: &dyn Env,
    wait: Duration,
) -> Result<Reading, Error> {
    let mut backoff = Backoff::new(env, wait, Duration::from_millis(100));
    loop {
        let holder = match session.begin().await? {
            Begun::Locked(reading) => return Ok(*reading),
            // Only this session wrote since its last reading; what it wrote is read like anything else.
            Begun::Unchanged => {
                let reading = store.read().await?;
                return Ok(reading);
            }
            Begun::Held(holder) => holder,
        };
        let waited = backoff.waited(env);
        if !backoff.pause(env).await {
            return Err(Error::new(ErrorKind::Locked { waited, holder }));
        }
    }
}

fn propose(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    resolution: &Resolution,
    reading: &Reading,
    env: &dyn Env,
) -> Result<ResolutionPlan, Error> {
    let name = resolution.migration();
    let history = &reading.history;
    let rows: Vec<&HistoryRow> =
        history.rows().iter().filter(|row| row.name() == Some(name.as_str())).collect();
    if reading.database.has_prisma8_marker() {
        return Err(refuse(
            "prisma8-marker",
            "Prisma 8 manages this database; its history is not in _prisma_migrations".to_owned(),
            "use Prisma 8's own commands on this database".to_owned(),
        ));
    }
    if rows.iter().any(|row| is_running(row, reading)) {
        return Err(refuse(
            "running",
            format!("migration {} is under way in another session", text::name(name.as_str())),
            "wait until that session has ended, then look whether its changes are in the database"
                .to_owned(),
        ));
    }
    if let Some(remedy) = history.hidden_journals()
        && rows.iter().any(|row| row.is_live() && !row.is_finished())
    {
        return Err(refuse(
            "running",
            format!(
                "migration {} may be under way in another session, which this role may not see",
                text::name(name.as_str())
            ),
            format!("resolve it with the role that deploys, or after {remedy}"),
        ));
    }
    let changes = match resolution {
        Resolution::Applied(_) => {
            if let Some(mismatch) = migrations.lock_file().mismatch(store.dialect()) {
                let help = "use the folder that belongs to this database".to_owned();
                return Err(refuse("lock-file-mismatch", mismatch, help));
            }
            mark_applied(migrations, name, &rows, env)?
        }
        Resolution::RolledBack(_) => mark_rolled_back(name, history, &rows, env.now())?,
    };
    let open = rows.iter().filter(|row| row.is_live() && !row.is_finished());
    Ok(ResolutionPlan {
        resolution: resolution.clone(),
        done_statements: open.filter_map(|row| history.journal(&row.id)).map(Journal::done).sum(),
        creates_history_table: history.is_absent(),
        changes,
    })
}

/// Whether somebody is at work on a row. What a person has seen of the schema is then already of the
/// past, and a row that is marked while its script runs makes the next deploy run it a second time.
fn is_running(row: &HistoryRow, reading: &Reading) -> bool {
    let journal = reading.history.journal(&row.id);
    let at_work = reading.lock.is_held_by_another() || journal.is_some_and(Journal::is_running);
    at_work && row.is_live() && !row.is_finished()
}

fn mark_applied(
    migrations: &Migrations,
    name: &MigrationName,
    rows: &[&HistoryRow],
    env: &dyn Env,
) -> Result<Vec<RowChange>, Error> {
    let shown = text::name(name.as_str());
    let Some(checksum) = migrations.find(name.as_str()).and_then(|m| m.checksum()) else {
        return Err(refuse(
            "no-such-migration",
            format!("the folder has no migration {shown} with a script"),
            "give the whole name of a folder; a row without a file can only be rolled back"
                .to_owned(),
        ));
    };
    // Prisma's P3008 looks at `finished_at` alone: a row that is finished and rolled back counts too.
    if rows.iter().any(|row| row.is_finished()) {
        return Err(refuse(
            "already-applied",
            format!("migration {shown} is already recorded as applied"),
            format!("nothing is to do for {shown}; see `migsafe status`"),
        ));
    }
    let now = env.now();
    let mut changes = roll_back_unfinished(rows, now);
    let id = uuid_v4(env.random());
    let row = HistoryRow::marked_applied(id, name.as_str(), checksum.to_string(), now);
    changes.push(RowChange::Insert { row });
    Ok(changes)
}

fn mark_rolled_back(
    name: &MigrationName,
    history: &History,
    rows: &[&HistoryRow],
    now: DateTime<Utc>,
) -> Result<Vec<RowChange>, Error> {
    let shown = text::name(name.as_str());
    if history.is_absent() || rows.is_empty() {
        return Err(refuse(
            "no-such-migration",
            format!("migration {shown} was never tried on this database"),
            "give the whole name, as `migsafe status` lists it".to_owned(),
        ));
    }
    if rows.iter().all(|row| row.is_finished()) {
        return Err(refuse(
            "not-failed",
            format!("migration {shown} is not failed: it is recorded as applied"),
            "only a failed migration can be marked rolled back; write a new migration that undoes it"
                .to_owned(),
        ));
    }
    Ok(roll_back_unfinished(rows, now))
}

/// Never touches a finished row: finished and rolled back at once is a dead end that Prisma applies
/// again and that neither form of its `resolve` can mend.
fn roll_back_unfinished(rows: &[&HistoryRow], at: DateTime<Utc>) -> Vec<RowChange> {
    rows.iter()
        .filter(|row| row.is_live() && !row.is_finished())
        .map(|row| RowChange::MarkRolledBack { before: (*row).clone(), at })
        .collect()
}

fn refuse(code: &'static str, message: String, help: String) -> Error {
    Error::new(ErrorKind::Resolution { code, message, help })
}

fn changed() -> Error {
    refuse(
        "conflict",
        "the history changed since the changes were shown".to_owned(),
        "look at `migsafe status` and start again".to_owned(),
    )
}
