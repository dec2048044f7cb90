//! What went wrong between migsafe and a database.

use std::fmt;

use serde::Serialize;

/// The kind of a store error; its name is the stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StoreErrorCode {
    /// The URL or an option cannot be used.
    InvalidUrl,
    /// No connection, or the connection broke.
    Connection,
    /// The server refused the log-in.
    Authentication,
    /// The database does not exist.
    DatabaseMissing,
    /// The role lacks a right.
    Permission,
    /// The server did not answer in time, or SQLite stayed locked.
    Timeout,
    /// The history table is there and cannot be read as one.
    HistoryUnreadable,
    /// A standby or a read-only file, and something has to be written.
    ReadOnly,
    /// The database is set up in a way that migsafe does not work on safely.
    UnsafeSetting,
    /// A database that was given for replaying migrations is the live one, is in use, or holds something that is not ours.
    ShadowRefused,
    /// A row is not what it was when the change was planned.
    Conflict,
    /// The database refused a statement of ours.
    Sql,
}

impl StoreErrorCode {
    /// The stable code.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidUrl => "invalid-url",
            Self::Connection => "connection",
            Self::Authentication => "authentication",
            Self::DatabaseMissing => "database-missing",
            Self::Permission => "permission",
            Self::Timeout => "timeout",
            Self::HistoryUnreadable => "history-unreadable",
            Self::ReadOnly => "read-only",
            Self::UnsafeSetting => "unsafe-setting",
            Self::ShadowRefused => "shadow-refused",
            Self::Conflict => "conflict",
            Self::Sql => "sql",
        }
    }

    /// What to do next, in general.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::InvalidUrl => {
                "use postgresql://user:password@host:port/database?schema=name, sqlite:path or file:path"
            }
            Self::Connection => {
                "check that the server runs at the address and that the network lets you through"
            }
            Self::Authentication => "check user and password in the database URL",
            Self::DatabaseMissing => {
                "create the database first, or check its name in the database URL"
            }
            Self::Permission => {
                "reading needs USAGE on the schema and SELECT on _prisma_migrations; deploying needs the rights of its scripts"
            }
            Self::Timeout => {
                "try again; if it happens again, see who is in the way with `migsafe locks`"
            }
            Self::HistoryUnreadable => {
                "look at the columns and rows of _prisma_migrations; Prisma would fail on them too"
            }
            Self::ReadOnly => "connect to the primary server, or give write permission to the file",
            Self::UnsafeSetting => "change the setting named, then try again",
            Self::ShadowRefused => {
                "give the URL of an empty database that is used for nothing else"
            }
            Self::Conflict => {
                "somebody else changed the history; look at `migsafe status` and start again"
            }
            Self::Sql => "look at the message of the database",
        }
    }
}

/// An error of a store: a code, a message without secrets, the cause.
#[derive(Debug)]
pub struct StoreError {
    code: StoreErrorCode,
    message: String,
    help: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StoreError {
    /// An error with a message (a lower-case fragment without secrets).
    pub fn new(code: StoreErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: crate::text::printable(&message.into()), help: None, source: None }
    }

    /// The same with a cause. The cause must not show a password in `Display` or `Debug`.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same with what it is about before the message: which of two URLs, for example.
    #[must_use]
    pub fn about(mut self, what: &str) -> Self {
        self.message = crate::text::printable(&format!("{what}: {}", self.message));
        self
    }

    /// The same with advice that fits better than the general one of the code.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The kind.
    #[must_use]
    pub fn code(&self) -> StoreErrorCode {
        self.code
    }

    /// What to do next.
    #[must_use]
    pub fn help(&self) -> &str {
        self.help.as_deref().unwrap_or_else(|| self.code.help())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}
