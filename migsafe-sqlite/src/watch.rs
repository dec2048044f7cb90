//! Watching a transaction from the inside: SQLite's commit, rollback and progress hooks.
//!
//! `unsafe` is forbidden here, and `sqlite3_get_autocommit` needs it. The hooks are better anyway:
//! instead of asking afterwards whether a script ended our transaction, the commit hook turns every
//! COMMIT but our own into a rollback, so that nothing a script commits behind our back stays.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::SqliteConnection;

use crate::error::Fault;

/// How many steps of SQLite's virtual machine lie between two looks at the clock and at
/// `cancelled`: well under a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 20_000;

/// Flags shared with the hooks, which run on the connection's own thread.
#[derive(Debug)]
pub(crate) struct Watch {
    start: Instant,
    /// Nanoseconds after `start` at which a running statement is interrupted; 0 for never.
    deadline: AtomicU64,
    cancelled: AtomicBool,
    may_commit: AtomicBool,
    refused: AtomicBool,
    rolled_back: AtomicBool,
}

impl Watch {
    /// Installs the hooks on a connection.
    pub(crate) async fn install(connection: &mut SqliteConnection) -> Result<Arc<Self>, Fault> {
        let watch = Arc::new(Self {
            start: Instant::now(),
            deadline: AtomicU64::new(0),
            cancelled: AtomicBool::new(false),
            may_commit: AtomicBool::new(false),
            refused: AtomicBool::new(false),
            rolled_back: AtomicBool::new(false),
        });
        let mut handle = connection.lock_handle().await?;
        let for_commit = Arc::clone(&watch);
        handle.set_commit_hook(move || for_commit.committing());
        let for_rollback = Arc::clone(&watch);
        handle.set_rollback_hook(move || for_rollback.rolled_back.store(true, Ordering::Release));
        let for_progress = Arc::clone(&watch);
        handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || for_progress.may_go_on());
        Ok(watch)
    }

    /// Takes the hooks off again.
    pub(crate) async fn remove(connection: &mut SqliteConnection) -> Result<(), Fault> {
        let mut handle = connection.lock_handle().await?;
        handle.remove_commit_hook();
        handle.remove_rollback_hook();
        handle.remove_progress_handler();
        Ok(())
    }

    /// A transaction begins: forget the last one.
    pub(crate) fn begins(&self) {
        self.refused.store(false, Ordering::Release);
        self.rolled_back.store(false, Ordering::Release);
        self.may_commit.store(false, Ordering::Release);
        self.deadline.store(0, Ordering::Release);
    }

    /// Whether a COMMIT is let through from now on.
    pub(crate) fn let_commit(&self, allowed: bool) {
        self.may_commit.store(allowed, Ordering::Release);
    }

    /// Whether the transaction that began last has ended without us: SQLite rolled it back (`ON
    /// CONFLICT ROLLBACK`, disk full, an interrupted write), or the script did.
    pub(crate) fn ended(&self) -> bool {
        self.rolled_back.load(Ordering::Acquire) || self.refused()
    }

    /// Whether a COMMIT that was not ours was turned into a rollback.
    pub(crate) fn refused(&self) -> bool {
        self.refused.load(Ordering::Acquire)
    }

    /// Interrupts whatever runs after this time; `None` for never.
    pub(crate) fn limit(&self, limit: Option<Duration>) {
        let nanos = limit.map_or(0, |limit| {
            let at = self.start.elapsed().saturating_add(limit).as_nanos();
            u64::try_from(at).unwrap_or(u64::MAX).max(1)
        });
        self.deadline.store(nanos, Ordering::Release);
    }

    /// The owner is gone: interrupt what runs, let nothing be committed. A COMMIT that waits for
    /// readers asks the hook after it has got its lock, so it too becomes a rollback.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// There is a new owner.
    pub(crate) fn revive(&self) {
        self.cancelled.store(false, Ordering::Release);
        self.begins();
    }

    fn committing(&self) -> bool {
        let allowed =
            self.may_commit.load(Ordering::Acquire) && !self.cancelled.load(Ordering::Acquire);
        if !allowed {
            self.refused.store(true, Ordering::Release);
        }
        allowed
    }

    fn may_go_on(&self) -> bool {
        let deadline = self.deadline.load(Ordering::Acquire);
        let in_time = deadline == 0 || self.start.elapsed().as_nanos() < u128::from(deadline);
        in_time && !self.cancelled.load(Ordering::Acquire)
    }
}
