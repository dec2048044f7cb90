//! One migration being applied: the request, and every way it can end.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::StoreError;
use crate::migrations::{Checksum, MigrationName};
use crate::policy::Location;
use crate::sql::Script;

/// Limits for one script. `None` leaves the server's or the role's setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepOptions {
    /// How long a statement may wait for a lock on a relation (PostgreSQL `lock_timeout`).
    pub lock_timeout: Option<Duration>,
    /// How long a statement may run (PostgreSQL `statement_timeout`).
    pub statement_timeout: Option<Duration>,
}

/// One migration to apply in one transaction.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StepRequest<'a> {
    /// The id of the row that will be written.
    pub row_id: &'a str,
    /// The migration's name.
    pub name: &'a MigrationName,
    /// The checksum that goes into the row.
    pub checksum: &'a Checksum,
    /// The script as it is.
    pub script: &'a str,
    /// The script taken apart.
    pub statements: &'a Script,
    /// When the attempt began, by the client's clock (as Prisma does).
    pub started_at: DateTime<Utc>,
    /// Limits.
    pub options: StepOptions,
}

impl<'a> StepRequest<'a> {
    /// Puts a request together.
    #[must_use]
    pub fn new(
        row_id: &'a str,
        name: &'a MigrationName,
        checksum: &'a Checksum,
        script: &'a str,
        statements: &'a Script,
        started_at: DateTime<Utc>,
    ) -> Self {
        let options = StepOptions::default();
        Self { row_id, name, checksum, script, statements, started_at, options }
    }

    /// The same with limits.
    #[must_use]
    pub fn with_options(mut self, options: StepOptions) -> Self {
        self.options = options;
        self
    }
}

/// What the database said about a script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScriptFailure {
    /// SQLSTATE on PostgreSQL, the extended result code in decimal on SQLite.
    pub code: Option<String>,
    /// The database's message.
    pub message: String,
    /// PostgreSQL's DETAIL. It can hold data of a row.
    pub detail: Option<String>,
    /// PostgreSQL's HINT.
    pub hint: Option<String>,
    /// Where in the script.
    #[serde(flatten)]
    pub location: Location,
}

impl ScriptFailure {
    /// A failure of which only the message is known.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// The text that goes into the column `logs`: plain, one fact per line, no terminal codes.
    #[must_use]
    pub fn log(&self) -> String {
        let mut lines = Vec::new();
        match &self.code {
            Some(code) => lines.push(format!("ERROR {code}: {}", self.message)),
            None => lines.push(format!("ERROR: {}", self.message)),
        }
        lines.extend(self.detail.iter().map(|detail| format!("DETAIL: {detail}")));
        lines.extend(self.hint.iter().map(|hint| format!("HINT: {hint}")));
        let place: Vec<String> = [
            self.location.statement.map(|n| format!("statement {n}")),
            self.location.line.map(|n| format!("line {n}")),
            self.location.column.map(|n| format!("column {n}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !place.is_empty() {
            lines.push(format!("AT: {}", place.join(", ")));
        }
        crate::text::printable(&lines.join("\n"))
    }
}

/// Why a step ended with nothing written, not even a failed row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Aborted {
    /// A lock on a relation was not had in time (55P03), or SQLite was busy. May be tried again.
    LockTimeout,
    /// Deadlock or serialisation failure (40P01, 40001). May be tried again.
    Conflict,
    /// Cancelled, or over `statement_timeout` (57014).
    Cancelled,
    /// The server ran out of something (class 53), is shutting down (57P) or the disk is full.
    Server,
    /// The connection broke before COMMIT was sent (class 08).
    ConnectionLost,
    /// The script cannot run in a transaction (25001, 2D000).
    NeedsNoTransaction,
    /// The history row could not be written: the role lacks a right on the table, a trigger refused it.
    NotRecorded,
    /// The history was not the way this step had left it, be it its own row or another: the script wrote to it.
    HistoryTouched,
    /// The script ended or replaced the transaction. What it had committed by then stays.
    TransactionTaken,
}

impl Aborted {
    /// Whether running the same step again can help by itself.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(self, Self::LockTimeout | Self::Conflict)
    }
}

/// How a step ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum StepOutcome {
    /// Script and row are committed.
    Applied {
        /// The time in the row.
        finished_at: DateTime<Utc>,
    },
    /// The script failed; its changes are gone and a row says failed.
    Failed(ScriptFailure),
    /// Nothing is left, no row was written.
    Aborted {
        /// Why.
        reason: Aborted,
        /// What the database said.
        failure: ScriptFailure,
    },
    /// COMMIT was sent and no answer came: the step may or may not be applied. The session is dead.
    Unknown(StoreError),
}
