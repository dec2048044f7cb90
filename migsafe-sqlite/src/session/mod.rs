//! The session that writes: one connection, one transaction at a time.

mod apply;
mod change;
mod failed;
mod link;
mod open;
mod transaction;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use migsafe_core::env::{Env, TokioEnv};
use migsafe_core::store::{
    Aborted, AuditNote, Begun, RowChange, ScriptFailure, StepOutcome, StepRequest, StoreError,
    StoreErrorCode, WriteSession,
};

use self::link::{Grip, Link};
use self::transaction::{Transaction, Work};
use crate::error::Fault;
use crate::read;

/// How long [`WriteSession::begin`] waits by itself; the caller polls.
const BEGIN_WAIT: Duration = Duration::from_millis(20);
/// Inside its transaction a session only waits for reads to finish.
const TURN_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// A session on a file (a connection of its own) or in memory (the shared connection, call by
/// call).
pub(crate) struct SqliteSession {
    link: Link,
    env: Arc<dyn Env>,
    busy_wait: Duration,
    /// The open transaction.
    open: Option<Transaction>,
    /// The data version under which the history is known.
    known: Option<i64>,
    /// Whether the next transaction begins with foreign keys on: what the last step wanted.
    foreign_keys: bool,
    /// A write was possible once.
    writable: bool,
    /// The last script left a setting on the connection: the next transaction gets a new one.
    stale: bool,
    /// A call is under way; still set at the next one, its future was dropped half way.
    calling: bool,
    dead: bool,
}

impl fmt::Debug for SqliteSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteSession")
            .field("link", &self.link)
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

impl SqliteSession {
    fn new(link: Link, busy_wait: Duration) -> Self {
        Self {
            link,
            env: Arc::new(TokioEnv),
            busy_wait,
            open: None,
            known: None,
            foreign_keys: true,
            writable: false,
            stale: false,
            calling: false,
            dead: false,
        }
    }

    /// A new call: refused after one that was dropped half way, whose transaction nobody can vouch
    /// for.
    fn enter(&mut self) -> Result<(), StoreError> {
        if self.dead || self.calling {
            self.dead = true;
            return Err(StoreError::new(StoreErrorCode::Connection, "the session is closed")
                .with_help("open a new session"));
        }
        self.calling = true;
        Ok(())
    }

    /// The transaction that a call ends.
    fn take_transaction(&mut self) -> Result<Transaction, StoreError> {
        self.enter()?;
        self.open.take().ok_or_else(|| {
            self.calling = false;
            StoreError::new(StoreErrorCode::Connection, "no transaction is open")
        })
    }

    async fn try_begin(&mut self) -> Result<Begun, StoreError> {
        if self.stale {
            self.reopen().await.map_err(|fault| fault.store_error(BEGIN))?;
            self.stale = false;
        }
        let grip = self.link.grip(BEGIN_WAIT, false).await;
        let Some(mut grip) = grip.map_err(|fault| fault.store_error(BEGIN))? else {
            return Ok(Begun::Held(None));
        };
        let knows = grip.knows().then_some(self.known).flatten();
        let begun = match Work::new(&mut grip, &*self.env, self.busy_wait) {
            Ok(mut work) => begin(&mut work, self.foreign_keys, !self.writable, knows).await,
            Err(fault) => Err(fault.store_error(BEGIN)),
        };
        let open = matches!(begun, Ok((Some(_), _)));
        grip.release(open, open);
        let (transaction, begun) = begun?;
        if let Some(transaction) = transaction {
            self.writable = true;
            self.known = Some(transaction.version);
            self.open = Some(transaction);
        }
        Ok(begun)
    }
}

const BEGIN: &str = "begin a transaction";

/// Begins, and reads the history unless it is the one that is known. `first`: nothing was written
/// yet over this connection.
async fn begin(
    work: &mut Work<'_>,
    foreign_keys: bool,
    first: bool,
    known: Option<i64>,
) -> Result<(Option<Transaction>, Begun), StoreError> {
    let transaction = match work.begin(BEGIN_WAIT, foreign_keys).await {
        Ok(transaction) => transaction,
        Err(fault) if fault.is_busy() => return Ok((None, Begun::Held(None))),
        Err(fault) => return Err(fault.store_error(BEGIN)),
    };
    if first && let Err(error) = work.probe().await {
        work.roll_back().await;
        return Err(error);
    }
    if known == Some(transaction.version) {
        return Ok((Some(transaction), Begun::Unchanged));
    }
    match read::reading(work.connection).await {
        Ok(reading) => Ok((Some(transaction), Begun::Locked(Box::new(reading)))),
        Err(fault) => {
            work.roll_back().await;
            Err(fault.store_error("read the migration history"))
        }
    }
}

#[async_trait]
impl WriteSession for SqliteSession {
    async fn begin(&mut self) -> Result<Begun, StoreError> {
        self.enter()?;
        if self.open.is_some() {
            self.calling = false;
            return Err(StoreError::new(StoreErrorCode::Sql, "a transaction is open already"));
        }
        let begun = self.try_begin().await;
        self.calling = false;
        begun
    }

    async fn create_history_table(&mut self) -> Result<(), StoreError> {
        self.take_transaction()?;
        let result = match in_turn(&mut self.link).await {
            Ok(mut grip) => {
                let result = match Work::new(&mut grip, &*self.env, self.busy_wait) {
                    Ok(mut work) => change::create_history_table(&mut work).await,
                    Err(fault) => Err(fault),
                };
                grip.release(false, false);
                result
            }
            Err(fault) => Err(fault),
        };
        self.known = None;
        self.calling = false;
        result.map_err(|fault| {
            self.dead |= fault.is_dead();
            fault.store_error("create the history table")
        })
    }

    async fn apply(&mut self, step: StepRequest<'_>) -> StepOutcome {
        let transaction = match self.take_transaction() {
            Ok(transaction) => transaction,
            Err(error) => return lost(ScriptFailure::new(error.to_string())),
        };
        // Until the next step says otherwise it is taken to be of the same kind, so that the
        // foreign keys need not be switched inside the lock.
        self.foreign_keys = !apply::wants_foreign_keys_off(&step);
        let outcome = match in_turn(&mut self.link).await {
            Ok(mut grip) => {
                let outcome = match Work::new(&mut grip, &*self.env, self.busy_wait) {
                    Ok(mut work) => apply::apply(&mut work, transaction, &step).await,
                    Err(fault) => lost(fault.failure()),
                };
                grip.release(false, true);
                outcome
            }
            Err(fault) => lost(fault.failure()),
        };
        if apply::may_touch_history(step.script) {
            self.known = None;
        }
        self.stale |= apply::leaves_a_trace(&step);
        self.dead |= matches!(
            outcome,
            StepOutcome::Unknown(_) | StepOutcome::Aborted { reason: Aborted::ConnectionLost, .. }
        );
        self.calling = false;
        outcome
    }

    async fn change_rows(
        &mut self,
        changes: &[RowChange],
        note: &AuditNote,
    ) -> Result<(), StoreError> {
        self.take_transaction()?;
        let result = match in_turn(&mut self.link).await {
            Ok(mut grip) => {
                let result = match Work::new(&mut grip, &*self.env, self.busy_wait) {
                    Ok(mut work) => change::change_rows(&mut work, changes, note).await,
                    Err(fault) => Err(fault.store_error(change::DOING)),
                };
                grip.release(false, false);
                result
            }
            Err(fault) => Err(fault.store_error(change::DOING)),
        };
        self.known = None;
        self.calling = false;
        result
    }

    async fn rollback(&mut self) -> Result<(), StoreError> {
        self.take_transaction()?;
        let result = match in_turn(&mut self.link).await {
            Ok(mut grip) => {
                let result = match Work::new(&mut grip, &*self.env, self.busy_wait) {
                    Ok(mut work) => {
                        work.roll_back().await;
                        Ok(())
                    }
                    Err(fault) => Err(fault),
                };
                grip.release(false, true);
                result
            }
            Err(fault) => Err(fault),
        };
        self.calling = false;
        result.map_err(|fault| {
            self.dead = true;
            fault.store_error("roll back")
        })
    }

    async fn finish(mut self: Box<Self>) {
        if self.open.is_some() {
            let _ = self.rollback().await;
        }
        self.close().await;
    }
}

async fn in_turn(link: &mut Link) -> Result<Grip<'_>, Fault> {
    link.grip(TURN_WAIT, true)
        .await?
        .ok_or_else(|| Fault::of(None, "the connection is not to be had"))
}

fn lost(failure: ScriptFailure) -> StepOutcome {
    StepOutcome::Aborted { reason: Aborted::ConnectionLost, failure }
}

impl Drop for SqliteSession {
    fn drop(&mut self) {
        self.link.abandon(self.open.is_some());
    }
}
