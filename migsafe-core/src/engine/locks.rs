//! `locks`: who holds the migration lock, and who is in the way of what is pending.

use std::time::Duration;

use serde::Serialize;

use super::assess::Run;
use super::error::ErrorKind;
use super::pending_locks::{Obstacle, PendingLocks, obstacles};
use super::pending_work::PendingWork;
use super::wait::Backoff;
use super::{Error, Event, Options};
use crate::Dialect;
use crate::lock::{Blockers, LockHolder};
use crate::migrations::Migrations;
use crate::policy::Facts;
use crate::report::Status;
use crate::store::{HistoryStore, LockInspector, StoreErrorCode};

/// How often the lock is looked at while it is waited for.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Who holds the migration lock, and who is in whose way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LocksReport {
    /// What was looked at; never a password.
    pub database: String,
    /// False where a database has no way to tell (SQLite).
    pub supported: bool,
    /// The holders; at most one holds it, and it is held per database, not per schema.
    pub holders: Vec<LockHolder>,
    /// The statements that would let the role see whether a migration runs statement by statement; `None` when it may.
    pub hidden: Option<String>,
    /// What the pending migrations will lock; `None` if no folder was given or the history could not be
    /// read.
    pub pending: Option<PendingLocks>,
    /// What they do to whole tables, on SQLite; only in a preview of a deploy.
    pub work: Option<PendingWork>,
    /// Why the history could not be read.
    pub unread: Option<String>,
    /// The sessions around the relations of the pending migrations, and all that wait or make others
    /// wait; `None` where the backend has no way to tell.
    pub blockers: Option<Blockers>,
    /// The locks that the pending migrations would have to wait for.
    pub obstacles: Vec<Obstacle>,
    /// How a deploy with these options waits for locks of relations; only in a preview of one.
    pub patience: Option<Patience>,
}

/// How a deploy waits for locks of relations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Patience {
    /// The `lock_timeout` that it sets for every script, in milliseconds; `None` for the server's setting.
    pub lock_timeout_ms: Option<u64>,
    /// How often a step that ran into it is tried again.
    pub retries: u32,
}

impl LocksReport {
    /// Whether this session has a lock that a pending migration would have to wait for, or may have to.
    #[must_use]
    pub fn is_in_the_way(&self, pid: i32) -> bool {
        self.obstacles.iter().any(|obstacle| obstacle.pid == pid)
    }
}

/// Looks at the migration lock and at the sessions that wait for each other; takes nothing and waits for
/// nothing.
///
/// # Errors
///
/// The connection or the query fails.
pub async fn locks(store: &dyn HistoryStore) -> Result<LocksReport, Error> {
    look(store, None, None).await
}

/// The same, and who is in the way of the pending migrations.
///
/// A role that may not read the history learns the rest all the same.
///
/// # Errors
///
/// The connection or the query fails.
pub async fn locks_in_the_way(
    store: &dyn HistoryStore,
    migrations: &Migrations,
) -> Result<LocksReport, Error> {
    if store.lock_inspector().is_none() {
        return locks(store).await;
    }
    let options = Options::default();
    let mut run = Run::new(store, migrations, &options);
    match store.read().await {
        Ok(reading) => {
            let assessment = run.assess(reading).await?;
            let pending = pending(&run, &assessment.status);
            look(store, Some(pending), None).await
        }
        Err(error)
            if matches!(
                error.code(),
                StoreErrorCode::Permission | StoreErrorCode::HistoryUnreadable
            ) =>
        {
            look(store, None, Some(error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Waits until nobody holds the migration lock. It does not take the lock: somebody else may have it the
/// next moment.
///
/// # Errors
///
/// Code `lock-not-obtained` when the limit is over, with the holder; `lock-unknown` where a database has
/// no way to tell; the connection or the query fails.
pub async fn wait_for_lock(
    store: &dyn HistoryStore,
    limit: Duration,
    on_event: impl Fn(&Event),
) -> Result<(), Error> {
    let inspector = store.lock_inspector().ok_or_else(|| Error::new(ErrorKind::LockUnknown))?;
    let env = store.env();
    let mut backoff = Backoff::new(&*env, limit, LONGEST_PAUSE);
    loop {
        let Some(holder) = inspector.lock_holders().await?.into_iter().next() else {
            return Ok(());
        };
        let (waited, holder) = (backoff.waited(&*env), Some(Box::new(holder)));
        on_event(&Event::Waiting { holder: holder.clone(), waited });
        if !backoff.pause(&*env).await {
            return Err(Error::new(ErrorKind::Locked { waited, holder }));
        }
    }
}

/// What a deploy with these options would lock, who is in its way and how it waits: what a dry run shows. Takes
/// nothing, waits for nothing, judges nothing.
///
/// `None` when nothing is pending, and for a backend that cannot be asked. On SQLite, which has one lock for the whole
/// file ([`LocksReport::supported`] is false), it says which statements go through whole tables while they hold it, and
/// counts the rows of these.
///
/// # Errors
///
/// The connection or a query fails, or the target names no migration.
pub async fn preview_locks(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    options: &Options,
) -> Result<Option<LocksReport>, Error> {
    let mut run = Run::new(store, migrations, options);
    let reading = store.read().await?;
    let assessment = run.assess(reading).await?;
    if run.scripts.is_empty() {
        return Ok(None);
    }
    preview(&run, &assessment.status).await
}

/// What a dry run says of locks; `None` for a backend that cannot be asked.
pub(super) async fn preview(run: &Run<'_>, status: &Status) -> Result<Option<LocksReport>, Error> {
    if run.store.dialect() == Dialect::Sqlite {
        let work = PendingWork::of(run.store, &facts(run, status)).await;
        let database = run.store.describe();
        return Ok(Some(LocksReport { database, work: Some(work), ..LocksReport::default() }));
    }
    if run.store.lock_inspector().is_none() {
        return Ok(None);
    }
    let report = look(run.store, Some(pending(run, status)), None).await?;
    let milliseconds = |limit: Duration| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    let patience = Patience {
        lock_timeout_ms: run.options.step.lock_timeout.map(milliseconds),
        retries: run.options.retries,
    };
    Ok(Some(LocksReport { patience: Some(patience), ..report }))
}

/// What the scripts lock that are about to run.
fn pending(run: &Run<'_>, status: &Status) -> PendingLocks {
    PendingLocks::of(&facts(run, status))
}

fn facts<'a>(run: &'a Run<'_>, status: &'a Status) -> Facts<'a> {
    let (dialect, scripts) = (run.store.dialect(), &run.scripts);
    Facts::new(dialect, run.migrations, status.diagnosis(), status.facts(), scripts)
}

async fn look(
    store: &dyn HistoryStore,
    pending: Option<PendingLocks>,
    unread: Option<String>,
) -> Result<LocksReport, Error> {
    let mut report =
        LocksReport { database: store.describe(), pending, unread, ..LocksReport::default() };
    if let Some(inspector) = store.lock_inspector() {
        report.supported = true;
        report.holders = inspector.lock_holders().await?;
        report.hidden = inspector.hidden_work().await?;
        report.add_blockers(inspector).await?;
    }
    Ok(report)
}

impl LocksReport {
    async fn add_blockers(&mut self, inspector: &dyn LockInspector) -> Result<(), Error> {
        let asked = self.pending.as_ref().map(PendingLocks::asked).unwrap_or_default();
        self.blockers = inspector.blockers(&asked).await?;
        if let (Some(pending), Some(blockers)) = (&mut self.pending, &self.blockers) {
            pending.settle(blockers);
            self.obstacles = obstacles(pending, blockers);
        }
        Ok(())
    }
}
