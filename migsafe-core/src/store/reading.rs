//! What one read of the database gives.

use crate::history::History;
use crate::lock::{LockKind, LockState};

/// The result of one read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// All rows, or the proven absence of the table.
    pub history: History,
    /// The migration lock at the time of the read.
    pub lock: LockState,
    /// The rest.
    pub database: DatabaseFacts,
}

impl Reading {
    /// A reading of which only the history is known.
    #[must_use]
    pub fn of(history: History) -> Self {
        Self { history, lock: LockState::Unknown, database: DatabaseFacts::default() }
    }

    /// The same with the lock's state.
    #[must_use]
    pub fn with_lock(mut self, lock: LockState) -> Self {
        self.lock = lock;
        self
    }

    /// The same with facts about the database.
    #[must_use]
    pub fn with_database(mut self, database: DatabaseFacts) -> Self {
        self.database = database;
        self
    }
}

/// What the database holds beside the history. Only looked at when the history table is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// Not looked at.
    #[default]
    Unknown,
    /// No object of its own.
    Empty,
    /// Names of objects, sorted (a backend may stop after some).
    Objects(Vec<String>),
}

/// Whether migrations can run statement by statement on this connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatementSupport {
    /// The backend has no journal.
    #[default]
    None,
    /// It has, and this connection may use it.
    Available,
    /// It has, and this connection must not use it: why, and the way out.
    Refused(String),
}

/// Facts about a database beside its history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseFacts {
    content: Content,
    prisma8_marker: bool,
    read_replica: bool,
    schema: Option<String>,
    server: Option<String>,
    server_version: Option<u32>,
    statements: StatementSupport,
    lock_kind: Option<LockKind>,
}

impl DatabaseFacts {
    /// The same with what the database holds.
    #[must_use]
    pub fn with_content(mut self, content: Content) -> Self {
        self.content = content;
        self
    }

    /// The same with whether the marker of Prisma 8 (`prisma_contract`) is there.
    #[must_use]
    pub fn with_prisma8_marker(mut self, marker: bool) -> Self {
        self.prisma8_marker = marker;
        self
    }

    /// The same with whether the server is a standby in recovery.
    #[must_use]
    pub fn with_read_replica(mut self, replica: bool) -> Self {
        self.read_replica = replica;
        self
    }

    /// The same with the schema that holds, or would hold, the history table.
    #[must_use]
    pub fn with_schema(mut self, schema: Option<String>) -> Self {
        self.schema = schema;
        self
    }

    /// The same with the server's version as it says it: `17.2 (Debian 17.2-1)`, `SQLite 3.51.3`.
    #[must_use]
    pub fn with_server(mut self, server: Option<String>) -> Self {
        self.server_version = server.as_deref().and_then(version_number);
        self.server = server;
        self
    }

    /// The same with the server's version as a number, for judgements without a server: 170002, 3051003.
    #[must_use]
    pub fn with_server_version(mut self, version: Option<u32>) -> Self {
        self.server_version = version;
        self
    }

    /// The same with whether migrations can run statement by statement.
    #[must_use]
    pub fn with_statements(mut self, support: StatementSupport) -> Self {
        self.statements = support;
        self
    }

    /// The same with what the session that reads has locked.
    #[must_use]
    pub fn with_lock_kind(mut self, kind: Option<LockKind>) -> Self {
        self.lock_kind = kind;
        self
    }

    /// What the session that read this had locked; `None` if it only looked, and where there is nothing to choose.
    #[must_use]
    pub fn lock_kind(&self) -> Option<LockKind> {
        self.lock_kind
    }

    /// Whether migrations can run statement by statement on this connection.
    #[must_use]
    pub fn statements(&self) -> &StatementSupport {
        &self.statements
    }

    /// What the database holds beside the history.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Whether Prisma 8 manages this database: its history is not in the table we know.
    #[must_use]
    pub fn has_prisma8_marker(&self) -> bool {
        self.prisma8_marker
    }

    /// Whether the server is a standby: it can be read and not written.
    #[must_use]
    pub fn is_read_replica(&self) -> bool {
        self.read_replica
    }

    /// The schema of the history table, on databases that have schemas.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The server's version.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }
    /// The server's version as its own number: 170002 for PostgreSQL 17.2 (`server_version_num`), 3051003 for SQLite
    /// 3.51.3 (`sqlite3_libversion_number`). `None` where it is not known.
    #[must_use]
    pub fn server_version(&self) -> Option<u32> {
        self.server_version
    }
}

/// `SQLite 3.51.3` as 3051003; anything else as PostgreSQL's: `17.2 (Debian …)` and `18beta1`.
fn version_number(text: &str) -> Option<u32> {
    let (text, sqlite) = match text.strip_prefix("SQLite ") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let mut numbers = text.split('.').map(|part| {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part.get(..end).and_then(|digits| digits.parse::<u32>().ok())
    });
    let major = numbers.next().flatten().filter(|major| *major < 1000)?;
    let mut next = || numbers.next().flatten().filter(|number| *number < 1000).unwrap_or_default();
    let minor = next();
    Some(if sqlite { major * 1_000_000 + minor * 1000 + next() } else { major * 10_000 + minor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_become_the_numbers_of_their_servers() {
        for (text, number) in [
            ("17.2", Some(170_002)),
            ("15.20 (Debian 15.20-1.pgdg12+1)", Some(150_020)),
            ("18beta1", Some(180_000)),
            ("16devel", Some(160_000)),
            ("SQLite 3.51.3", Some(3_051_003)),
            ("SQLite 3.45", Some(3_045_000)),
            ("SQLite", None),
            ("", None),
            ("99999999999999", None),
        ] {
            let facts = DatabaseFacts::default().with_server(Some(text.to_owned()));
            assert_eq!(facts.server_version(), number, "{text}");
        }
        let offline = DatabaseFacts::default().with_server_version(Some(140_000));
        assert_eq!(offline.server_version(), Some(140_000));
    }
}
