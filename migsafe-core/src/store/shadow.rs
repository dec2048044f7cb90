//! Throw-away databases, on which migrations are replayed.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::{ScriptFailure, StoreError};
use crate::Dialect;
use crate::env::Env;
use crate::schema::{ServerVersion, Snapshot, SnapshotOptions};
use crate::sql::Script;

/// Makes throw-away databases of the kind that a live database is of.
#[async_trait]
pub trait ShadowProvider: Send + Sync + fmt::Debug {
    /// The SQL that its databases speak.
    fn dialect(&self) -> Dialect;

    /// Where its databases are, for people; never a password.
    fn describe(&self) -> String;

    /// The clock and timers that the backend's runtime offers.
    fn env(&self) -> Arc<dyn Env>;

    /// A text that differs where the same scripts may give another schema: version, encoding, locale, settings. It is
    /// what a cached schema is good for. Makes nothing.
    ///
    /// # Errors
    ///
    /// The server cannot be asked.
    async fn surroundings(&self) -> Result<String, StoreError>;

    /// Makes an empty database, or empties one that is proven to be ours.
    ///
    /// What earlier runs left behind that were killed is removed first, as far as it is certain that it is theirs and that
    /// they are gone.
    ///
    /// # Errors
    ///
    /// No connection, no right to make a database, or a database that was given is not proven to be
    /// another one than the live one, or holds something that is not ours (code `shadow-refused`).
    async fn open(&self) -> Result<Box<dyn ShadowDatabase>, StoreError>;
}

/// What a throw-away database has in common with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isolation {
    /// It is on a server where a live database may be: a statement that reaches out of the database must not run.
    Shared,
    /// Nothing that matters is on its server: every statement may run.
    Separate,
}

/// A throw-away database while it is used. Dropping it without [`ShadowDatabase::close`] removes it in the background, if a
/// runtime is there to do that; else the next run does.
#[async_trait]
pub trait ShadowDatabase: Send + fmt::Debug {
    /// The server.
    fn server(&self) -> &ServerVersion;

    /// What else is on its server.
    fn isolation(&self) -> Isolation;

    /// Runs a script as Prisma does: on its own, in whatever transactions it makes. Statements that cannot run in a
    /// transaction are run outside of one. What it leaves in the session is gone before the next script.
    ///
    /// # Errors
    ///
    /// The script fails, with its place; or the connection breaks.
    async fn run(&mut self, script: &str, statements: &Script) -> Result<(), ShadowError>;

    /// Reads the schema.
    ///
    /// # Errors
    ///
    /// The connection or the query fails.
    async fn read_schema(&mut self, options: &SnapshotOptions) -> Result<Snapshot, StoreError>;

    /// Removes the database and waits until it is gone.
    ///
    /// # Errors
    ///
    /// It could not be removed; the message names it.
    async fn close(self: Box<Self>) -> Result<(), StoreError>;
}

/// Why a script did not run on a throw-away database.
#[derive(Debug)]
#[non_exhaustive]
pub enum ShadowError {
    /// The database refused a statement.
    Script(ScriptFailure),
    /// The connection broke.
    Store(StoreError),
}

impl From<StoreError> for ShadowError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
