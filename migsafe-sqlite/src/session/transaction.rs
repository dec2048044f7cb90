//! One transaction: begin, commit with patience, roll back.

use std::time::Duration;

use migsafe_core::env::Env;
use migsafe_core::store::{StoreError, StoreErrorCode};
use sqlx::Row as _;

use super::link::Grip;
use crate::connection::{Connection, bytes};
use crate::error::{Fault, code};
use crate::sql;
use crate::watch::Watch;

/// An open transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transaction {
    /// `PRAGMA data_version` inside it: differs from an earlier one exactly if another connection
    /// committed in between.
    pub(super) version: i64,
    /// Whether foreign keys are on in it.
    pub(super) foreign_keys: bool,
}

/// The connection during one call, and what is needed beside it.
pub(super) struct Work<'a> {
    pub(super) connection: &'a mut Connection,
    pub(super) watch: &'a Watch,
    pub(super) env: &'a dyn Env,
    pub(super) busy_wait: Duration,
}

/// How a COMMIT ended.
#[derive(Debug)]
pub(super) enum Committed {
    Yes,
    /// Readers were in the way until the end of the wait. The transaction is still open.
    Busy(Fault),
    /// A deferred foreign key is violated. The transaction is still open.
    Violated(Fault),
    /// Nothing was committed, and the transaction is over.
    No(Fault),
    /// It may or may not be committed.
    Unknown(Fault),
}

impl<'a> Work<'a> {
    pub(super) fn new(
        grip: &'a mut Grip<'_>,
        env: &'a dyn Env,
        busy_wait: Duration,
    ) -> Result<Self, Fault> {
        let (connection, watch) = grip.parts()?;
        Ok(Self { connection, watch, env, busy_wait })
    }

    /// Begins a transaction that may write at once, with foreign keys on or off: inside of it they
    /// cannot be switched. Waits for `wait` only.
    pub(super) async fn begin(
        &mut self,
        wait: Duration,
        foreign_keys: bool,
    ) -> Result<Transaction, Fault> {
        self.watch.begins();
        let keys = if foreign_keys { "ON" } else { "OFF" };
        // Numbers and constants only.
        let sql = format!(
            "PRAGMA foreign_keys = {keys}; PRAGMA busy_timeout = {}; BEGIN IMMEDIATE; \
             PRAGMA busy_timeout = {}; PRAGMA foreign_keys; PRAGMA data_version",
            wait.as_millis(),
            self.busy_wait.as_millis(),
        );
        let rows = match self.connection.rows(sql).await {
            Ok(rows) => rows,
            Err(fault) => {
                // It may have failed after BEGIN.
                self.roll_back().await;
                return Err(fault);
            }
        };
        let last: Vec<i64> =
            rows.iter().rev().take(2).map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        match last.as_slice() {
            [version, keys] if (*keys != 0) == foreign_keys => {
                Ok(Transaction { version: *version, foreign_keys })
            }
            _ => {
                self.roll_back().await;
                Err(Fault::of(Some(code::ERROR), "foreign keys cannot be switched"))
            }
        }
    }

    /// Finds out whether the file can be written at all, and safely.
    ///
    /// On a file that cannot be written, SQLite turns BEGIN IMMEDIATE into the begin of a read
    /// without a word, and the journal is only created with the first write. Without a journal on
    /// disk (never so in memory) a process that is killed can leave a corrupt file.
    pub(super) async fn probe(&mut self) -> Result<(), StoreError> {
        let failed = |fault: Fault| fault.store_error("write to the database");
        let row = self.connection.row("PRAGMA journal_mode").await.map_err(failed)?;
        let mode = bytes(&row, 0).map_err(failed)?;
        let mode = String::from_utf8_lossy(&mode).to_ascii_lowercase();
        let on_disk = self.connection.integer(sql::IS_ON_DISK).await.map_err(failed)?;
        if on_disk != 0 && matches!(mode.as_str(), "off" | "memory") {
            let message = format!(
                "the journal mode is `{mode}`: a killed process could leave a corrupt file"
            );
            return Err(StoreError::new(StoreErrorCode::UnsafeSetting, message).with_help(
                "use a journal mode with a journal on disk, such as `delete` or `wal`",
            ));
        }
        self.connection.run(sql::PROBE).await.map(drop).map_err(failed)
    }

    /// Ends the transaction without a trace, if it has not ended by itself.
    pub(super) async fn roll_back(&mut self) {
        self.watch.let_commit(false);
        // Without a transaction SQLite says so; a connection that is gone rolled back when it went.
        let _ = self.connection.run("ROLLBACK").await;
    }

    /// Commits, waiting for readers as long as `wait` says. While readers hold the file, COMMIT
    /// fails and the transaction stays as it was.
    pub(super) async fn commit(&mut self, wait: Duration) -> Committed {
        let began = self.env.elapsed();
        self.watch.let_commit(true);
        let mut waited = Duration::ZERO;
        let committed = loop {
            let patience = wait.saturating_sub(waited).min(self.busy_wait).as_millis();
            let sql = format!("PRAGMA busy_timeout = {patience}; COMMIT");
            let Err(fault) = self.connection.run(sql).await else {
                break Committed::Yes;
            };
            waited = self.env.elapsed().saturating_sub(began);
            if fault.is_busy() && waited < wait {
                self.env.sleep(Duration::from_millis(5)).await;
                continue;
            }
            break match fault.primary() {
                _ if fault.is_busy() => Committed::Busy(fault),
                _ if fault.code == Some(code::CONSTRAINT_COMMITHOOK) => Committed::No(fault),
                Some(code::CONSTRAINT) if !self.watch.ended() => Committed::Violated(fault),
                // The disk filled up before the journal was given up.
                Some(code::FULL) => Committed::No(fault),
                // "cannot commit - no transaction is active"
                Some(code::ERROR) => Committed::No(fault),
                _ => Committed::Unknown(fault),
            };
        };
        self.watch.let_commit(false);
        committed
    }

    /// Commits a change of ours; whatever goes wrong, the transaction is over afterwards.
    pub(super) async fn commit_or_roll_back(&mut self) -> Result<(), Fault> {
        match self.commit(self.busy_wait).await {
            Committed::Yes => Ok(()),
            Committed::Busy(fault)
            | Committed::Violated(fault)
            | Committed::No(fault)
            | Committed::Unknown(fault) => {
                self.roll_back().await;
                Err(fault)
            }
        }
    }
}

impl Committed {
    /// The error of an outcome that is not known.
    pub(super) fn unknown(fault: &Fault) -> StoreError {
        fault.store_error("learn whether the COMMIT took effect")
    }
}
