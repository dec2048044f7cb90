//! `SqliteStore`: a database, opened by nobody yet.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use migsafe_core::Dialect;
use migsafe_core::env::{Env, TokioEnv};
use migsafe_core::schema::{Snapshot, SnapshotOptions};
use migsafe_core::store::{
    DataInspector, HistoryStore, Reading, RowReader, SchemaReader, ShadowProvider, StoreError,
    StoreErrorCode, WriteSession,
};
use sqlx::SqliteConnection;

use crate::SqliteShadow;
use crate::memory::{Memory, MemoryConnection};
use crate::reader::{Reader, TheHistory, TheSchema};
use crate::session::SqliteSession;
use crate::url::{self, Place};

/// How long a connection waits for another one's lock, if nothing else is said.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// The driver counts milliseconds in 32 bits.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// A SQLite database with a migration history. Clones share it.
///
/// Making one opens nothing and creates nothing. [`HistoryStore::read`] opens the file for reading
/// only, and never creates it; only [`HistoryStore::open_session`] does, when something is to be
/// applied.
///
/// ```
/// use migsafe_sqlite::{Migrations, Options, SqliteStore, ensure_up_to_date};
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let migrations = Migrations::from_scripts([
///     ("20250101000000_init", "CREATE TABLE users (id INTEGER PRIMARY KEY);"),
/// ])?;
/// let store = SqliteStore::in_memory();
/// let report = ensure_up_to_date(&store, &migrations, Options::default()).await?;
/// assert_eq!(report.applied().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct SqliteStore {
    target: Target,
    busy_wait: Duration,
}

/// Where a database is.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    File { reader: Arc<Reader>, shown: String, read_only: bool },
    Memory(Arc<Memory>),
}

impl SqliteStore {
    /// The database of a URL.
    ///
    /// `sqlite:dev.db`, `sqlite://dev.db`, `sqlite:///srv/app.db`, Prisma's `file:./dev.db` and
    /// `file:dev.db?connection_limit=1`, `file:///srv/app.db`, `sqlite::memory:`. `%20` and the
    /// like are decoded. Of the parameters only `mode=memory` and `mode=ro` mean anything, all
    /// others are ignored.
    ///
    /// A relative path belongs to the **current directory**. Prisma takes it from the folder of its
    /// schema file, so `file:./dev.db` of a project with `prisma/schema.prisma` is
    /// `file:./prisma/dev.db` here.
    ///
    /// # Errors
    ///
    /// Code `invalid-url`: not a URL of SQLite, or one without a path.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        Ok(Self::at(url::parse(url)?))
    }

    /// The database file at a path. A relative one belongs to the current directory.
    ///
    /// # Errors
    ///
    /// Code `invalid-url`: the path is empty, or not valid UTF-8 (SQLite's own names are).
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Ok(Self::at(url::file(path.as_ref(), false)?))
    }

    /// A new, empty database in memory. It lives as long as the store and its clones;
    /// [`SqliteStore::connection`] lends its connection.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::at(Place::Memory)
    }

    /// The database of a connection that is open already, such as a database in memory that the
    /// application has made. [`SqliteStore::into_connection`] gives the connection back.
    ///
    /// The connection must not be in a transaction. Its commit, rollback and progress hooks are
    /// replaced.
    #[must_use]
    pub fn from_connection(connection: SqliteConnection) -> Self {
        let memory = Memory::adopting(connection);
        Self { target: Target::Memory(Arc::new(memory)), busy_wait: BUSY_WAIT }
    }

    fn at(place: Place) -> Self {
        let target = match place {
            Place::File { path, shown, read_only } => {
                Target::File { reader: Arc::new(Reader::new(path)), shown, read_only }
            }
            Place::Memory => Target::Memory(Arc::new(Memory::default())),
        };
        Self { target, busy_wait: BUSY_WAIT }
    }

    /// How long to wait while another connection keeps the database locked; 5 s by default. It
    /// limits a read and the wait of a COMMIT for readers. The wait for other deployers is
    /// [`Options::with_lock_wait`](migsafe_core::Options::with_lock_wait).
    #[must_use]
    pub fn with_busy_wait(mut self, wait: Duration) -> Self {
        self.busy_wait = wait.min(LONGEST_WAIT);
        self
    }

    /// The file; `None` in memory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.target {
            Target::File { reader, .. } => Some(reader.path()),
            Target::Memory(_) => None,
        }
    }

    /// Lends the one connection of a database in memory, for the application's own statements.
    /// While it is lent, everything else waits. What is not committed when it goes back is rolled
    /// back.
    ///
    /// # Errors
    ///
    /// Code `timeout`: a session is in its transaction and stays there. Code `unsafe-setting`: the
    /// database is a file; connect to it as usual.
    pub async fn connection(&self) -> Result<MemoryConnection, StoreError> {
        self.memory()?.lend(self.busy_wait).await
    }

    /// Takes the one connection out of a database in memory, as it is after migrating. Clones of
    /// the store can do nothing more then.
    ///
    /// # Errors
    ///
    /// As for [`SqliteStore::connection`].
    pub async fn into_connection(self) -> Result<SqliteConnection, StoreError> {
        self.memory()?.take(self.busy_wait).await
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    fn memory(&self) -> Result<&Arc<Memory>, StoreError> {
        match &self.target {
            Target::Memory(memory) => Ok(memory),
            Target::File { .. } => Err(StoreError::new(
                StoreErrorCode::UnsafeSetting,
                "a store on a file has no connection to give away",
            )
            .with_help("connect to the file as usual")),
        }
    }

    /// Closes the connection that is kept for reading. The next read opens a new one; dropping the
    /// store does the same without waiting for it.
    pub async fn close(&self) {
        if let Target::File { reader, .. } = &self.target {
            reader.close().await;
        }
    }
}

#[async_trait]
impl HistoryStore for SqliteStore {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn describe(&self) -> String {
        match &self.target {
            Target::File { shown, .. } => format!("sqlite:{shown}"),
            Target::Memory(_) => "sqlite::memory:".to_owned(),
        }
    }

    fn env(&self) -> Arc<dyn Env> {
        Arc::new(TokioEnv)
    }

    async fn read(&self) -> Result<Reading, StoreError> {
        match &self.target {
            Target::File { reader, .. } => reader.read::<TheHistory>(self.busy_wait).await,
            Target::Memory(memory) => memory.read::<TheHistory>(self.busy_wait).await,
        }
    }

    fn data_inspector(&self) -> Option<&dyn DataInspector> {
        Some(self)
    }

    async fn open_session(&self) -> Result<Box<dyn WriteSession>, StoreError> {
        let session = match &self.target {
            Target::File { read_only: true, .. } => {
                return Err(StoreError::new(
                    StoreErrorCode::ReadOnly,
                    "the database URL says mode=ro",
                )
                .with_help("leave `mode=ro` out of the database URL"));
            }
            Target::File { reader, .. } => {
                SqliteSession::on_file(reader.path(), self.busy_wait).await?
            }
            Target::Memory(memory) => SqliteSession::in_memory(Arc::clone(memory), self.busy_wait),
        };
        Ok(Box::new(session))
    }

    fn shadow_provider(&self) -> Option<Arc<dyn ShadowProvider>> {
        Some(Arc::new(SqliteShadow))
    }

    fn schema_reader(&self) -> Option<&dyn SchemaReader> {
        Some(self)
    }

    fn row_reader(&self) -> Option<&dyn RowReader> {
        Some(self)
    }
}

#[async_trait]
impl SchemaReader for SqliteStore {
    async fn read_schema(&self, options: &SnapshotOptions) -> Result<Snapshot, StoreError> {
        let stored = match &self.target {
            Target::File { reader, .. } => reader.read::<TheSchema>(self.busy_wait).await?,
            Target::Memory(memory) => memory.read::<TheSchema>(self.busy_wait).await?,
        };
        let options = options.clone();
        let parsed = tokio::task::spawn_blocking(move || stored.into_snapshot(&options)).await;
        parsed.map_err(|_| {
            StoreError::new(
                StoreErrorCode::Sql,
                "reading the statements of the schema was interrupted",
            )
        })
    }
}
