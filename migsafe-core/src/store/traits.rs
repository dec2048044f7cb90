//! The reading half of a backend.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::{
    Reading, ShadowProvider, StatementProgress, StatementSupport, StoreError, WriteSession,
};
use crate::Dialect;
use crate::data::{DataAnswer, DataLimits, DataQuestion};
use crate::env::Env;
use crate::lock::{Blockers, LockHolder};
use crate::schema::{Snapshot, SnapshotOptions};
use crate::sql::ObjectName;
use crate::verify::{RowAnswer, RowQuery};

/// A database with a migration history.
///
/// Reading writes nothing, takes no lock, creates nothing, and works with a role that may only SELECT.
#[async_trait]
pub trait HistoryStore: Send + Sync + fmt::Debug {
    /// The SQL that the database speaks.
    fn dialect(&self) -> Dialect;

    /// What is connected to, for people; never a password.
    fn describe(&self) -> String;

    /// What sessions that write connect to, for people, where that is not what [`HistoryStore::describe`] says; never a
    /// password.
    fn writes_to(&self) -> Option<String> {
        None
    }

    /// The clock and timers that the backend's runtime offers.
    fn env(&self) -> Arc<dyn Env>;

    /// Reads the whole history.
    ///
    /// # Errors
    ///
    /// Anything but rows or a proven absence: a read that fails is never "nothing applied".
    async fn read(&self) -> Result<Reading, StoreError>;

    /// Reads the whole history in a cheaper way than [`HistoryStore::read`], if there is one.
    ///
    /// Nothing may be missing in it but the state of the lock ([`crate::lock::LockState::Unknown`]),
    /// which does not matter when nothing is to do. The engine goes on with [`HistoryStore::read`]
    /// unless the database turns out to be up to date. `None`, the default, when there is no cheaper
    /// way, and when what was seen is not plainly a history without unfinished attempts.
    ///
    /// # Errors
    ///
    /// As for [`HistoryStore::read`]; only those that `read` would run into as well.
    async fn glance(&self) -> Result<Option<Reading>, StoreError> {
        Ok(None)
    }

    /// Opens the session that writes, on a connection of its own.
    ///
    /// # Errors
    ///
    /// No connection, or a database that must not be written (a read replica).
    async fn open_session(&self) -> Result<Box<dyn WriteSession>, StoreError>;

    /// Whether migrations can run statement by statement on this database, found out with care: asked
    /// only when such a migration is pending, and before anything is written. What
    /// [`Reading::database`] says is the cheap answer.
    ///
    /// # Errors
    ///
    /// The connection fails.
    async fn probe_statements(&self) -> Result<StatementSupport, StoreError> {
        Ok(StatementSupport::None)
    }

    /// Looks at the rows that pending statements are about, where the backend can.
    fn data_inspector(&self) -> Option<&dyn DataInspector> {
        None
    }

    /// Looks at the lock, where the database has one to look at.
    fn lock_inspector(&self) -> Option<&dyn LockInspector> {
        None
    }

    /// Tells how far a statement has come, where the database does.
    fn progress_inspector(&self) -> Option<&dyn ProgressInspector> {
        None
    }

    /// Reads the schema, where the backend knows how to.
    fn schema_reader(&self) -> Option<&dyn SchemaReader> {
        None
    }

    /// Makes throw-away databases beside this one, where the backend knows how to.
    fn shadow_provider(&self) -> Option<Arc<dyn ShadowProvider>> {
        None
    }

    /// Asks queries of others, where the backend can keep them from writing.
    fn row_reader(&self) -> Option<&dyn RowReader> {
        None
    }
}

/// What queries give that somebody wrote into a file.
#[async_trait]
pub trait RowReader: Send + Sync {
    /// Asks queries, each with one answer, in their order, and no later than each of them may take.
    ///
    /// The database itself must keep every query from writing: a transaction or a connection that only reads. That
    /// the text is one query is known ([`RowQuery`]), and not enough: a query can call a function that writes. One
    /// that fails does not spoil the others: it is [`RowAnswer::Unanswered`], whose reason holds nothing of a row.
    ///
    /// # Errors
    ///
    /// No connection.
    async fn ask_rows(&self, queries: &[RowQuery]) -> Result<Vec<RowAnswer>, StoreError>;
}

/// What is in a database beside the history.
#[async_trait]
pub trait SchemaReader: Send + Sync {
    /// Reads the schema as it is at one moment. Writes nothing, takes no lock but those of a SELECT, never makes a
    /// deploy fail, and costs a constant number of statements.
    ///
    /// # Errors
    ///
    /// The connection or the query fails; never a snapshot that lacks a part.
    async fn read_schema(&self, options: &SnapshotOptions) -> Result<Snapshot, StoreError>;
}

/// How far a long statement has come.
#[async_trait]
pub trait ProgressInspector: Send + Sync {
    /// How far the statement has come that runs outside a transaction for the row with this id; `None` when none
    /// does, or it is not of a kind that the database tells about. Asked while the session is at work on it.
    ///
    /// # Errors
    ///
    /// The connection or the query fails; the statement goes on all the same.
    async fn progress(&self, row_id: &str) -> Result<Option<StatementProgress>, StoreError>;
}

/// What the rows that are there mean for statements that are about to run.
#[async_trait]
pub trait DataInspector: Send + Sync {
    /// Answers questions, each with one answer, in their order; with the rights and the names that migrations
    /// have, on a connection of its own. Changes nothing and is over within the limits: what could not be
    /// found out by then is [`DataAnswer::Unanswered`], with the reason.
    ///
    /// # Errors
    ///
    /// No connection, or it broke.
    async fn answer(
        &self,
        questions: &[DataQuestion],
        limits: &DataLimits,
    ) -> Result<Vec<DataAnswer>, StoreError>;
}

/// Who holds the migration lock, and who is in whose way.
#[async_trait]
pub trait LockInspector: Send + Sync {
    /// The sessions that hold the migration lock of this database, in full detail as far as the role
    /// may see it.
    ///
    /// # Errors
    ///
    /// The connection or the query fails.
    async fn lock_holders(&self) -> Result<Vec<LockHolder>, StoreError>;

    /// The statements that would let the role see whether a migration runs statement by statement, when it may not
    /// see that; then one that [`LockInspector::lock_holders`] does not name may be at work all the same.
    ///
    /// `None`, the default, where nothing is hidden.
    ///
    /// # Errors
    ///
    /// The connection or the query fails.
    async fn hidden_work(&self) -> Result<Option<String>, StoreError> {
        Ok(None)
    }

    /// The sessions of this database that are in each other's way: those with a lock on one of these
    /// relations or waiting for one, those that wait for anything or make others wait, and those that
    /// are idle in a transaction. Never the session that asks. Changes nothing and works with any rights;
    /// what they hide is `None`.
    ///
    /// `None`, the default, where the database or the backend has no way to tell.
    ///
    /// # Errors
    ///
    /// The connection or the query fails.
    async fn blockers(&self, relations: &[ObjectName]) -> Result<Option<Blockers>, StoreError> {
        let _ = relations;
        Ok(None)
    }
}
