//! How to connect, and where the history is.

use std::fmt;
use std::time::Duration;

use migsafe_core::store::{StoreError, StoreErrorCode};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

/// Whether migrations that cannot run in a transaction may be run, statement by statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatementMode {
    /// If no transaction pooler is found between us and the server. The default.
    #[default]
    Detect,
    /// In any case: the caller knows that the connection is direct.
    Forced,
    /// Never.
    Forbidden,
}

/// What keeps two deployers from the same step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LockMode {
    /// The advisory lock, and [`LockMode::Table`] on a server that has none. The default.
    ///
    /// That is a property of the server, the same for every role, so that all deployers come to the same choice.
    #[default]
    Detect,
    /// The advisory lock that Prisma takes too, for the length of a step's transaction.
    Advisory,
    /// A lock on the history table (`SHARE ROW EXCLUSIVE`: others read, nobody else writes) for the length of a step's
    /// transaction; and the advisory lock with it where the server has one, so that it excludes every other deployer,
    /// whatever its mode.
    Table,
}

/// What [`PostgresStore`](crate::PostgresStore) connects to. Neither `Debug` nor an error shows a password.
#[derive(Clone)]
pub struct PostgresOptions {
    pub(crate) connect: PgConnectOptions,
    pub(crate) schema: Option<String>,
    /// `None` waits for ever.
    pub(crate) connect_timeout: Option<Duration>,
    /// How long the server may take to answer a question (never a migration); `None` waits for ever.
    pub(crate) answer_timeout: Option<Duration>,
    pub(crate) ignored: Vec<String>,
    /// The connection for sessions that write, when it is another than the one for reading.
    pub(crate) direct: Option<PgConnectOptions>,
    /// Which URL these are from, where there are two.
    pub(crate) url: Option<&'static str>,
    pub(crate) statements: StatementMode,
    pub(crate) lock: LockMode,
    pub(crate) lease: Duration,
}

impl PostgresOptions {
    /// Prisma's default, and a sensible one.
    const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
    /// Long enough for every history, short enough for a start-up.
    const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
    /// As long as an answer may take.
    const LEASE: Duration = Duration::from_secs(30);
    /// Renewing takes its time too.
    const SHORTEST_LEASE: Duration = Duration::from_secs(1);

    /// Reads a URL, `postgresql://user:password@host:port/database?parameters`.
    ///
    /// Parameters that have a meaning here, in Prisma's and in libpq's spelling:
    ///
    /// - `schema`: the schema of the history table; scripts run with it as their `search_path`.
    ///   Without it the server's `search_path` decides.
    /// - `host` (also the folder of a Unix socket), `hostaddr`, `port`, `user`, `password`, `dbname`.
    /// - `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `sslaccept=strict`. Without `sslkey`, `sslcert` is the
    ///   certificate of the authority, as it is for Prisma. TLS needs a feature of this crate, `tls-…`.
    /// - `connect_timeout` (5 s) and `socket_timeout` (30 s, for reading only) in seconds, 0 for no limit.
    /// - `application_name`.
    ///
    /// `connection_limit`, `pool_timeout`, `pgbouncer` and `statement_cache_size` are understood and need
    /// nothing: every store has one connection, uses no prepared statement and works through a pooler.
    /// `options` is refused, since poolers refuse it and the start of a migration would depend on it.
    /// Everything else is ignored and listed in [`PostgresOptions::ignored_parameters`].
    ///
    /// A URL in which the password seems to end early, because a character of it is not encoded, is refused: its
    /// rest would be taken for the name of a database or of a parameter, and shown.
    ///
    /// # Errors
    ///
    /// Code `invalid-url`; the message never shows the URL or a value of it.
    pub fn from_url(url: &str) -> Result<Self, StoreError> {
        crate::url::parse(url)
    }

    pub(crate) fn new(connect: PgConnectOptions) -> Self {
        // No statement of ours goes to a log of this process: a script may hold secrets. No
        // `extra_float_digits`: poolers refuse start-up parameters that they do not know.
        let connect = connect.disable_statement_logging().extra_float_digits(None);
        let connect = match connect.get_application_name() {
            Some(_) => connect,
            None => connect.application_name("migsafe"),
        };
        Self {
            connect,
            schema: None,
            connect_timeout: Some(Self::CONNECT_TIMEOUT),
            answer_timeout: Some(Self::ANSWER_TIMEOUT),
            ignored: Vec::new(),
            direct: None,
            url: None,
            statements: StatementMode::Detect,
            lock: LockMode::Detect,
            lease: Self::LEASE,
        }
    }

    /// The same with a schema, as `?schema=` names one.
    ///
    /// # Errors
    ///
    /// Code `invalid-url` if it can be no name.
    pub fn with_schema(mut self, schema: impl Into<String>) -> Result<Self, StoreError> {
        let schema = schema.into();
        if schema.is_empty() || schema.contains('\0') {
            return Err(StoreError::new(
                StoreErrorCode::InvalidUrl,
                "the schema is empty or holds a NUL character",
            ));
        }
        self.schema = Some(schema);
        Ok(self)
    }

    /// The same with a name by which the server knows this program.
    #[must_use]
    pub fn with_application_name(mut self, name: &str) -> Self {
        self.connect = self.connect.application_name(name);
        self
    }

    /// The same with a limit for connecting, `None` for none.
    #[must_use]
    pub fn with_connect_timeout(mut self, limit: Option<Duration>) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// The same with a limit for the answer to a question about the history, `None` for none. It does
    /// not limit migrations; see [`Options::with_statement_timeout`](crate::Options::with_statement_timeout).
    #[must_use]
    pub fn with_answer_timeout(mut self, limit: Option<Duration>) -> Self {
        self.answer_timeout = limit;
        self
    }

    /// The same with a second URL that leads to the server itself, past a pooler (Prisma's `directUrl`).
    ///
    /// Reading goes on through the first URL; every session that writes uses the second. Migrations
    /// that run statement by statement need it where the first leads to a transaction pooler.
    ///
    /// # Errors
    ///
    /// Code `invalid-url`; also when both name a schema and not the same one.
    pub fn with_direct_url(mut self, url: &str) -> Result<Self, StoreError> {
        let direct = Self::from_url(url)?;
        if direct.schema.is_some() && direct.schema != self.schema {
            return Err(StoreError::new(
                StoreErrorCode::InvalidUrl,
                "the direct URL names another schema than the database URL",
            ));
        }
        self.direct = Some(direct.connect);
        self.url = Some("the database URL");
        Ok(self)
    }

    /// The same with whether migrations that cannot run in a transaction may be run.
    #[must_use]
    pub fn with_statement_mode(mut self, mode: StatementMode) -> Self {
        self.statements = mode;
        self
    }

    /// The same with what keeps two deployers from the same step.
    #[must_use]
    pub fn with_lock_mode(mut self, mode: LockMode) -> Self {
        self.lock = mode;
        self
    }

    /// The same with how long the lease on a migration that runs statement by statement lasts without being renewed;
    /// 30 s by default, 1 s at least. It is renewed every quarter of it.
    ///
    /// So long others wait for a deployer that is connected and silent (a stopped process, a machine that was put to
    /// sleep) before they go on in its place, unless a statement of it may still be under way. For one that is gone they
    /// do not wait.
    #[must_use]
    pub fn with_lease_duration(mut self, duration: Duration) -> Self {
        self.lease = duration.max(Self::SHORTEST_LEASE);
        self
    }

    /// What a session that writes connects with.
    pub(crate) fn for_writing(&self) -> Self {
        match &self.direct {
            Some(direct) => Self {
                connect: direct.clone(),
                direct: None,
                url: Some("the direct URL"),
                ..self.clone()
            },
            None => self.clone(),
        }
    }

    /// The schema of the history table, when one is named.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The names of the URL's parameters that nothing was done with, sorted; `…` stands for those that could be
    /// the rest of a password.
    #[must_use]
    pub fn ignored_parameters(&self) -> &[String] {
        &self.ignored
    }

    /// What is connected to, for people: no password, and nothing that was not used.
    pub(crate) fn describe(&self) -> String {
        let connect = &self.connect;
        let place = match connect.get_socket() {
            Some(folder) => format!("{} port {}", folder.display(), connect.get_port()),
            None if connect.get_host().contains(':') => {
                format!("[{}]:{}", connect.get_host(), connect.get_port())
            }
            None => format!("{}:{}", connect.get_host(), connect.get_port()),
        };
        let user = connect.get_username();
        let database = connect.get_database().unwrap_or(user);
        let text = match &self.schema {
            Some(schema) => format!("PostgreSQL {user}@{place}/{database}, schema {schema}"),
            None => format!("PostgreSQL {user}@{place}/{database}"),
        };
        text.chars().filter(|c| !c.is_control()).collect()
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("database", &self.describe())
            .field("connect_timeout", &self.connect_timeout)
            .field("answer_timeout", &self.answer_timeout)
            .field("ignored", &self.ignored)
            .finish_non_exhaustive()
    }
}
