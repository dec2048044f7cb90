//! The store: one connection for reading, opened when needed and again when it broke.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use migsafe_core::Dialect;
use migsafe_core::env::{Env, TokioEnv};
use migsafe_core::schema::{Snapshot, SnapshotOptions};
use migsafe_core::store::{
    DataInspector, HistoryStore, LockInspector, ProgressInspector, Reading, RowReader,
    SchemaReader, ShadowProvider, StatementSupport, StoreError, StoreErrorCode, WriteSession,
};
use tokio::sync::{Mutex, MutexGuard};

use crate::PostgresOptions;
use crate::PostgresShadow;
use crate::connection::{Answer, Connection, Message};
use crate::error::Failure;
use crate::identity;
use crate::journal;
use crate::read;
use crate::schema;
use crate::session::PostgresSession;

/// `hashtid` and `client_connection_check_interval` came with it.
const OLDEST_SERVER: u32 = 140_000;

/// A PostgreSQL database with a migration history.
///
/// The store owns its connection: one message is one round trip, and nothing that another user of a pool
/// has left behind can disturb it. It is cheap to keep for the life of a program, for readiness probes,
/// and as cheap to drop after the start-up.
///
/// All futures need a tokio runtime with time and I/O enabled.
pub struct PostgresStore {
    options: Arc<PostgresOptions>,
    env: Arc<dyn Env>,
    reading: Mutex<Option<Connection>>,
}

impl PostgresStore {
    /// Connects to the database of a URL; see [`PostgresOptions::from_url`].
    ///
    /// # Errors
    ///
    /// The URL cannot be used (code `invalid-url`), or no connection is made.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let store = Self::from_options(PostgresOptions::from_url(url)?);
        let connection = Connection::open(&store.options).await?;
        *store.reading.lock().await = Some(connection);
        Ok(store)
    }

    /// A store that connects when it is first used.
    #[must_use]
    pub fn from_options(options: PostgresOptions) -> Self {
        if !options.ignored_parameters().is_empty() {
            let parameters = options.ignored_parameters().join(", ");
            tracing::warn!(target: "migsafe", parameters, "parameters of the database URL are ignored");
        }
        Self { options: Arc::new(options), env: Arc::new(TokioEnv), reading: Mutex::new(None) }
    }

    /// What it was made from.
    #[must_use]
    pub fn options(&self) -> &PostgresOptions {
        &self.options
    }

    pub(crate) async fn reader(&self) -> Reader<'_> {
        Reader { slot: self.reading.lock().await, options: &self.options }
    }
}

/// The reading connection while somebody uses it.
pub(crate) struct Reader<'a> {
    slot: MutexGuard<'a, Option<Connection>>,
    pub(crate) options: &'a PostgresOptions,
}

impl Reader<'_> {
    /// Sends a message that changes nothing. An error of the server is in the answer.
    ///
    /// The connection is out of its slot meanwhile: a caller that drops the future drops the connection
    /// with it, and the next one opens another. One that broke while nobody looked (a server that was
    /// restarted, a firewall) is replaced without a word.
    pub(crate) async fn send(&mut self, message: impl Into<Message>) -> Result<Answer, StoreError> {
        let message = message.into();
        if let Some(connection) = self.slot.take() {
            let answer = self.send_on(connection, message.clone()).await;
            match &answer.failure {
                Some(Failure::Broken(error)) if error.code() == StoreErrorCode::Connection => {}
                Some(Failure::Server(error)) if error.fatal => {}
                _ => return settled(answer),
            }
        }
        let connection = Connection::open(self.options).await?;
        settled(self.send_on(connection, message).await)
    }

    async fn send_on(&mut self, mut connection: Connection, message: Message) -> Answer {
        let answer = connection.send_within(message, self.options.answer_timeout).await;
        if connection.is_usable() {
            *self.slot = Some(connection);
        }
        answer
    }
}

fn settled(mut answer: Answer) -> Result<Answer, StoreError> {
    match answer.failure.take() {
        Some(Failure::Broken(error)) => Err(error),
        failure => {
            answer.failure = failure;
            Ok(answer)
        }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("options", &self.options).finish_non_exhaustive()
    }
}

#[async_trait]
impl HistoryStore for PostgresStore {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn describe(&self) -> String {
        self.options.describe()
    }

    fn writes_to(&self) -> Option<String> {
        self.options.direct.as_ref().map(|_| self.options.for_writing().describe())
    }

    fn env(&self) -> Arc<dyn Env> {
        Arc::clone(&self.env)
    }

    async fn read(&self) -> Result<Reading, StoreError> {
        read::read(&mut self.reader().await).await
    }

    async fn glance(&self) -> Result<Option<Reading>, StoreError> {
        read::glance(&mut self.reader().await).await
    }

    /// Takes over the idle reading connection, which saves connecting; it never comes back, since
    /// scripts run on it. With a direct URL it connects to that, and compares where both lead.
    async fn open_session(&self) -> Result<Box<dyn WriteSession>, StoreError> {
        let options = Arc::new(self.options.for_writing());
        let idle = match self.options.direct {
            // The reading connection leads elsewhere.
            Some(_) => None,
            None => self.reading.try_lock().ok().and_then(|mut slot| slot.take()),
        };
        let mut connection = match idle {
            Some(connection) => connection,
            None => Connection::open(&options).await?,
        };
        if let Some(version) = connection.server_version()
            && version < OLDEST_SERVER
        {
            return Err(StoreError::new(
                StoreErrorCode::UnsafeSetting,
                format!("the server is PostgreSQL {}", version / 10_000),
            )
            .with_help("migsafe deploys to PostgreSQL 14 and newer"));
        }
        if self.options.direct.is_some() {
            identity::check(&mut self.reader().await, &mut connection).await?;
        }
        let env = Arc::clone(&self.env);
        Ok(Box::new(PostgresSession::new(options, env, connection)))
    }

    async fn probe_statements(&self) -> Result<StatementSupport, StoreError> {
        journal::probe(&Arc::new(self.options.for_writing())).await
    }

    fn data_inspector(&self) -> Option<&dyn DataInspector> {
        Some(self)
    }

    fn lock_inspector(&self) -> Option<&dyn LockInspector> {
        Some(self)
    }

    fn progress_inspector(&self) -> Option<&dyn ProgressInspector> {
        Some(self)
    }

    fn schema_reader(&self) -> Option<&dyn SchemaReader> {
        Some(self)
    }

    fn shadow_provider(&self) -> Option<Arc<dyn ShadowProvider>> {
        Some(Arc::new(PostgresShadow::beside((*self.options).clone())))
    }

    fn row_reader(&self) -> Option<&dyn RowReader> {
        Some(self)
    }
}

#[async_trait]
impl SchemaReader for PostgresStore {
    async fn read_schema(&self, options: &SnapshotOptions) -> Result<Snapshot, StoreError> {
        schema::read(&self.options, options).await
    }
}
