//! Running a migration statement by statement, each recorded for itself.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Aborted, ScriptFailure, StepOptions, StoreError};
use crate::history::HistoryRow;
use crate::migrations::Checksum;
use crate::sql::Statement;
use crate::text;

/// One statement to run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StatementRequest<'a> {
    /// The id of the history row.
    pub row_id: &'a str,
    /// Which statement, from 1.
    pub number: usize,
    /// Its text.
    pub sql: &'a str,
    /// What is known about it.
    pub statement: &'a Statement,
    /// Limits.
    pub options: StepOptions,
}

impl<'a> StatementRequest<'a> {
    /// Puts a request together.
    #[must_use]
    pub fn new(
        row_id: &'a str,
        number: usize,
        sql: &'a str,
        statement: &'a Statement,
        options: StepOptions,
    ) -> Self {
        Self { row_id, number, sql, statement, options }
    }
}

/// How far a statement has come, as the database tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatementProgress {
    /// What it is doing, in the words of the database.
    pub phase: String,
    /// How much of the phase is done: blocks, rows, or sessions waited for.
    pub done: u64,
    /// Of how much, as far as the database knows; 0 when it does not.
    pub total: u64,
}

impl StatementProgress {
    /// Puts a progress together.
    pub fn new(phase: impl Into<String>, done: u64, total: u64) -> Self {
        Self { phase: phase.into(), done, total }
    }
}

impl fmt::Display for StatementProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::one_line(&self.phase, 100))?;
        match (u128::from(self.done) * 100).checked_div(u128::from(self.total)) {
            Some(percent) => write!(f, ", {percent} % of it"),
            None => Ok(()),
        }
    }
}

/// How a statement ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum StatementOutcome {
    /// Carried out. One that runs in a transaction is recorded: as done, or as begun where it repeats. Of any
    /// other only the start is recorded: that it is done is recorded when the catalog was looked into.
    Done {
        /// How many rows it changed, as far as the database counts them.
        rows: u64,
    },
    /// The server answered with an error; recorded.
    Failed(ScriptFailure),
    /// Nothing of it is left, or it can be inspected; not recorded as failed, may be tried again.
    Aborted {
        /// Why.
        reason: Aborted,
        /// What the database said.
        failure: ScriptFailure,
    },
    /// The lease is somebody else's now: nothing was sent, and nothing more may be.
    LeaseLost,
    /// It was sent and no answer came. The session is dead.
    Unknown(StoreError),
}

/// What the catalog says about the effect of a statement, beside what stood there before it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EffectState {
    /// It has come about since: the index is there and valid, is gone, the partition is detached.
    Present,
    /// It was so before the statement was sent, and is no evidence: an index of that name was there, or what was to go
    /// was not there.
    Stood,
    /// It has not: everything is as before the statement.
    Absent,
    /// It has not, and its name is taken. The text says by what.
    Taken(String),
    /// Half done: an invalid index, a detach that is pending. The text names the object.
    Half(String),
    /// Another session is at it at this moment. The text says which object and which session.
    UnderWay(String),
    /// It cannot be seen; why.
    Unknown(String),
}

/// The part of a [`super::WriteSession`] that runs statements one by one.
///
/// `start` is called in a transaction that `begin` opened, like `finish`; both end it. In between the
/// migration lock is free and the lease, which the backend renews by itself while the session lives, keeps
/// others away. Every write checks that the lease is still this session's (fencing).
#[async_trait]
pub trait JournalSession: Send {
    /// Commits the unfinished row (when it is new) and takes the lease.
    ///
    /// # Errors
    ///
    /// Somebody else holds the lease, or a statement fails; nothing is changed then.
    async fn start(&mut self, row: &HistoryRow, is_new: bool) -> Result<(), StoreError>;

    /// Runs one statement. One that may run in a transaction commits together with its record. For
    /// any other the record of its start is committed first, with what stands in the catalog of its
    /// effect; a failure is recorded, its success is not ([`JournalSession::record_done`]). A statement that repeats
    /// ([`Statement::repeats`]) is run once and recorded as begun.
    async fn run(&mut self, request: StatementRequest<'_>) -> StatementOutcome;

    /// Looks in the catalog what became of a statement (from 1) that was sent outside a transaction, by what
    /// was recorded of it then: its text may have been changed meanwhile.
    ///
    /// # Errors
    ///
    /// The lease is lost, or the query fails.
    async fn inspect(&mut self, row_id: &str, statement: usize) -> Result<EffectState, StoreError>;

    /// Undoes or completes what a statement left half done, without blocking others: drops an invalid
    /// index (never a valid one), finalises a pending detach.
    ///
    /// # Errors
    ///
    /// The lease is lost, it is not half done, or the statement fails.
    async fn mend(&mut self, row_id: &str, statement: usize) -> Result<(), StoreError>;

    /// Records that a statement is done, after [`JournalSession::inspect`] found its effect, or the server's
    /// answer is all that can be known.
    ///
    /// # Errors
    ///
    /// The lease is lost, or the statement fails.
    async fn record_done(&mut self, request: StatementRequest<'_>) -> Result<(), StoreError>;

    /// Records that a statement failed: the server said yes, and its effect is not there.
    ///
    /// # Errors
    ///
    /// The lease is lost, or the statement fails.
    async fn record_failed(&mut self, request: StatementRequest<'_>) -> Result<(), StoreError>;

    /// Writes the failure into the row's logs and gives the lease back. The row stays unfinished.
    ///
    /// # Errors
    ///
    /// The lease is lost, or the statement fails.
    async fn fail(&mut self, row_id: &str, failure: &ScriptFailure) -> Result<(), StoreError>;

    /// Finishes the row under the migration lock, with the checksum of the script as it ran to its
    /// end, and gives the lease back.
    ///
    /// # Errors
    ///
    /// The lease or the row is not this session's any more, or a statement fails.
    async fn finish(
        &mut self,
        row_id: &str,
        checksum: &Checksum,
    ) -> Result<DateTime<Utc>, StoreError>;

    /// Gives the lease back between two statements, so that another run can go on at once.
    ///
    /// # Errors
    ///
    /// The statement fails; the lease then runs out by itself.
    async fn release(&mut self, row_id: &str) -> Result<(), StoreError>;
}
