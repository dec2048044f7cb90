//! The writing half of a backend.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{JournalSession, Reading, StepOutcome, StepRequest, StoreError};
use crate::history::HistoryRow;
use crate::lock::LockHolder;

/// How [`WriteSession::begin`] ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Begun {
    /// The lock is ours until the transaction ends; the history was read after it was taken.
    Locked(Box<Reading>),
    /// The lock is ours, and the history is provably what this session's last transaction left:
    /// its last reading and the rows it has written since. Never the answer to the first `begin` of a
    /// session, nor to the one after `create_history_table`.
    Unchanged,
    /// Somebody else holds the lock. No transaction is open; wait, then begin again.
    Held(Option<Box<LockHolder>>),
}

/// A change to the rows of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RowChange {
    /// A new row.
    Insert {
        /// The row as it will be.
        row: HistoryRow,
    },
    /// `rolled_back_at` is set on an unfinished, live row.
    MarkRolledBack {
        /// The row as it is.
        before: HistoryRow,
        /// The value.
        at: DateTime<Utc>,
    },
}

impl RowChange {
    /// The row before the change.
    #[must_use]
    pub fn before(&self) -> Option<&HistoryRow> {
        match self {
            Self::Insert { .. } => None,
            Self::MarkRolledBack { before, .. } => Some(before),
        }
    }

    /// The row after the change.
    #[must_use]
    pub fn after(&self) -> Option<HistoryRow> {
        match self {
            Self::Insert { row } => Some(row.clone()),
            Self::MarkRolledBack { before, at } => {
                let mut row = before.clone();
                row.rolled_back_at = Some((*at).into());
                Some(row)
            }
        }
    }

    /// The migration's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Insert { row } | Self::MarkRolledBack { before: row, .. } => &row.migration_name,
        }
    }
}

/// Who changed rows by hand, and why; kept beside the rows before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AuditNote {
    /// The command: `resolve-applied`, `resolve-rolled-back`, ….
    pub action: String,
    /// Who asked for it, as far as known (operating-system user, CI job).
    pub actor: Option<String>,
    /// When, by the client's clock.
    pub at: DateTime<Utc>,
}

impl AuditNote {
    /// A note without an actor.
    pub fn new(action: impl Into<String>, at: DateTime<Utc>) -> Self {
        Self { action: action.into(), actor: None, at }
    }

    /// The same with an actor.
    #[must_use]
    pub fn by(mut self, actor: Option<String>) -> Self {
        self.actor = actor;
        self
    }
}

/// A session that writes: one connection, one transaction at a time.
///
/// The life of a transaction is `begin`, then exactly one of `create_history_table`, `apply`, `change_rows`
/// or `rollback`; each of these ends it. Dropping the session (an error, a panic, a cancelled
/// future) closes the connection and with it ends the transaction and frees the lock.
#[async_trait]
pub trait WriteSession: Send + fmt::Debug {
    /// Begins a transaction, tries for the migration lock without waiting, and reads the history in a
    /// statement of its own after the lock is had.
    ///
    /// # Errors
    ///
    /// The connection or a statement fails; no transaction is open then.
    async fn begin(&mut self) -> Result<Begun, StoreError>;

    /// Creates the history table exactly as Prisma does, and commits.
    ///
    /// # Errors
    ///
    /// The table cannot be created; nothing is changed then.
    async fn create_history_table(&mut self) -> Result<(), StoreError>;

    /// Applies one migration: row, script, guard and commit.
    async fn apply(&mut self, step: StepRequest<'_>) -> StepOutcome;

    /// Changes rows of the history, writes one audit entry per change with the row before and after,
    /// and commits.
    ///
    /// # Errors
    ///
    /// A row is not as `before` says, or a statement fails; nothing is changed then.
    async fn change_rows(
        &mut self,
        changes: &[RowChange],
        note: &AuditNote,
    ) -> Result<(), StoreError>;

    /// The part that runs statements one by one, for backends that have it.
    fn journal(&mut self) -> Option<&mut dyn JournalSession> {
        None
    }

    /// Ends the transaction without a trace.
    ///
    /// # Errors
    ///
    /// The connection fails; the transaction is gone with it.
    async fn rollback(&mut self) -> Result<(), StoreError>;

    /// Closes the connection in good order. Dropping the session does the same less politely.
    async fn finish(self: Box<Self>);
}
