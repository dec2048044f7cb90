//! The session that writes: at most three messages and exactly one COMMIT per step.
//!
//! 1. [`begin`]: transaction, lock, a look at the history in statements after the lock, savepoint.
//! 2. [`apply`]: settings, row, script.
//! 3. [`finish`]: constraints, settings put back, the guarded end of the row, COMMIT.
//!
//! When the script fails, [`failed`] goes back to the savepoint, writes the row as failed and commits: the
//! lock is not let go in between. The row is inserted anew, complete, since a syntax error anywhere makes
//! the server refuse the whole second message before it looks at the INSERT.

mod apply;
mod begin;
mod cancel;
mod change;
mod create;
mod exclusion;
mod failed;
mod finish;
mod location;
mod patience;
mod stamp;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use migsafe_core::env::Env;
use migsafe_core::history::HISTORY_TABLE;
use migsafe_core::lock::LockHolder;
use migsafe_core::store::{
    AuditNote, Begun, JournalSession, RowChange, ScriptFailure, StepOutcome, StepRequest,
    StoreError, StoreErrorCode, WriteSession,
};

use crate::PostgresOptions;
use crate::connection::{Answer, Connection};
use crate::error::{Failure, ServerError, connection};
use crate::journal::HeldLease;
use crate::sql::Table;
use cancel::Running;
use exclusion::Exclusion;
use patience::Worker;
use stamp::Stamp;

pub(crate) use apply::reason;

/// One connection, one transaction at a time.
pub(crate) struct PostgresSession {
    pub(crate) options: Arc<PostgresOptions>,
    pub(crate) env: Arc<dyn Env>,
    /// `None` once it broke or something unforeseen happened on it: closing it ends the transaction.
    pub(crate) connection: Option<Connection>,
    transaction: Option<Transaction>,
    /// What keeps others away while it lasts.
    exclusion: Exclusion,
    /// What the rows look like if nobody but us has changed them since our last look.
    pub(crate) expected: Option<Stamp>,
    /// Where the table is, once it was seen there.
    pub(crate) schema: Option<String>,
    /// Somebody else held the lock when it was last tried for.
    was_refused: bool,
    /// Who, and when that was asked.
    holder: Option<(Duration, Option<Box<LockHolder>>)>,
    /// The script that runs just now, for the case that we are dropped.
    running: Option<Running>,
    /// The lease of the migration that runs by statement.
    pub(crate) lease: Option<HeldLease>,
    /// The server process that runs its statements.
    pub(crate) worker: Option<Worker>,
}

/// An open transaction that holds the lock.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    /// The server process, and when the transaction began there: together they name it.
    process: Running,
    /// The schema of the table, or the one to create it in.
    pub(crate) schema: String,
    /// The schema has to be created first.
    lacks_schema: bool,
    /// What the rows looked like when the transaction began.
    stamp: Option<Stamp>,
}

impl PostgresSession {
    pub(crate) fn new(
        options: Arc<PostgresOptions>,
        env: Arc<dyn Env>,
        connection: Connection,
    ) -> Self {
        let exclusion = Exclusion::of(options.lock);
        Self {
            options,
            env,
            connection: Some(connection),
            transaction: None,
            exclusion,
            expected: None,
            schema: None,
            was_refused: false,
            holder: None,
            running: None,
            lease: None,
            worker: None,
        }
    }

    /// Sends a question whose answer is due soon.
    pub(crate) async fn ask(&mut self, statements: &[String]) -> Answer {
        let limit = self.options.answer_timeout;
        match &mut self.connection {
            Some(open) => open.send_within(statements.join(";\n"), limit).await,
            None => lost(),
        }
    }

    /// Sends what may take as long as it takes, to the server process that is known to work for us.
    pub(crate) async fn tell(
        &mut self,
        sql: String,
        keep: usize,
        worker: Option<Worker>,
    ) -> Answer {
        match &mut self.connection {
            Some(open) => patience::send(open, sql, keep, worker, &self.options).await,
            None => lost(),
        }
    }

    /// Ends whatever transaction is open. What cannot be rolled back is closed.
    pub(crate) async fn abandon(&mut self) {
        self.transaction = None;
        let ended = match &self.connection {
            Some(open) if open.is_usable() => {
                self.ask(&["ROLLBACK".to_owned()]).await.failure.is_none()
            }
            _ => false,
        };
        if !ended {
            self.connection = None;
        }
    }

    pub(crate) fn take_transaction(&mut self) -> Result<Transaction, StoreError> {
        self.transaction.take().ok_or_else(|| connection("no transaction is open"))
    }
}

/// A server error as the failure of a script, without a place.
pub(crate) fn nowhere(error: &ServerError) -> ScriptFailure {
    location::Sent::nowhere(error)
}

fn lost() -> Answer {
    Answer::failed(Failure::Broken(connection("the session is closed")))
}

impl Transaction {
    pub(crate) fn table(&self) -> Table<'_> {
        Table::in_schema(&self.schema)
    }

    /// The server process, as long as the transaction lasts.
    pub(crate) fn worker(&self) -> Worker {
        Worker::in_transaction(&self.process)
    }

    /// The server process of a connection that always leads to the same.
    pub(crate) fn direct_worker(&self) -> Worker {
        Worker::direct(&self.process)
    }
}

impl fmt::Debug for PostgresSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresSession")
            .field("options", &self.options)
            .field("connection", &self.connection)
            .field("transaction", &self.transaction)
            .finish_non_exhaustive()
    }
}

impl Drop for PostgresSession {
    fn drop(&mut self) {
        // Our end is closed before another connection asks the server to stop.
        self.connection = None;
        if let Some(running) = self.running.take() {
            running.cancel(Arc::clone(&self.options));
        }
    }
}

#[async_trait]
impl WriteSession for PostgresSession {
    async fn begin(&mut self) -> Result<Begun, StoreError> {
        self.begin_step().await
    }

    async fn create_history_table(&mut self) -> Result<(), StoreError> {
        self.create_table().await
    }

    async fn apply(&mut self, step: StepRequest<'_>) -> StepOutcome {
        self.apply_step(step).await
    }

    async fn change_rows(
        &mut self,
        changes: &[RowChange],
        note: &AuditNote,
    ) -> Result<(), StoreError> {
        self.change(changes, note).await
    }

    fn journal(&mut self) -> Option<&mut dyn JournalSession> {
        Some(self)
    }

    async fn rollback(&mut self) -> Result<(), StoreError> {
        self.take_transaction()?;
        self.abandon().await;
        match self.connection {
            Some(_) => Ok(()),
            None => Err(connection("the connection broke; the transaction is gone with it")),
        }
    }

    async fn finish(mut self: Box<Self>) {
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
    }
}

/// An error of ours, not of the server.
pub(crate) fn unforeseen(message: &str) -> StoreError {
    StoreError::new(StoreErrorCode::Sql, format!("{HISTORY_TABLE}: {message}"))
}
