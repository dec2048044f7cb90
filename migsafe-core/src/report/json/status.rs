//! The state of a database.

use serde::Serialize;

use super::document::document;
use crate::Dialect;
use crate::diagnosis::{Diagnosis, Entry, Marks, Relation, State, Summary};
use crate::history::{HistoryRow, Journal, StoredTime};
use crate::lock::{LockHolder, LockKind, LockState};
use crate::migrations::{Checksum, Origin};
use crate::policy::{Finding, Suppressed};
use crate::report::Status;
use crate::store::StatementSupport;

/// The document of `status`.
#[must_use]
pub fn status(status: &Status) -> String {
    document("status", StatusBody::of(status))
}

#[derive(Serialize)]
pub(super) struct StatusBody<'a> {
    database: &'a str,
    /// What is written through, where that is another connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    direct: Option<&'a str>,
    dialect: Dialect,
    server: Option<&'a str>,
    schema: Option<&'a str>,
    read_replica: bool,
    /// `null` for migrations embedded in a program.
    migrations_dir: Option<&'a str>,
    environment: &'a str,
    up_to_date: bool,
    refused: bool,
    history_table: bool,
    lock: LockBody<'a>,
    /// Only when it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    statements: Option<SupportBody<'a>>,
    summary: Summary,
    relation: &'a Relation,
    migrations: Vec<MigrationBody<'a>>,
    findings: &'a [Finding],
    /// What comments in scripts keep quiet, each with its reason.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    suppressed: &'a [Suppressed],
}

impl<'a> StatusBody<'a> {
    pub(super) fn of(status: &'a Status) -> Self {
        let diagnosis = status.diagnosis();
        Self {
            database: status.database(),
            direct: status.writes_to(),
            dialect: status.dialect(),
            server: status.facts().server(),
            schema: status.facts().schema(),
            read_replica: status.facts().is_read_replica(),
            migrations_dir: match status.origin() {
                Origin::Directory(path) => Some(path),
                Origin::Embedded | Origin::Files => None,
            },
            environment: status.environment(),
            up_to_date: status.is_up_to_date(),
            refused: status.is_refused(),
            history_table: !diagnosis.history().is_absent(),
            lock: LockBody::of(diagnosis.lock(), status.facts().lock_kind()),
            statements: status.statement_support().map(SupportBody::of),
            summary: diagnosis.summary(),
            relation: diagnosis.relation(),
            migrations: diagnosis
                .entries()
                .iter()
                .map(|entry| MigrationBody::of(diagnosis, entry))
                .collect(),
            findings: status.findings(),
            suppressed: status.suppressed(),
        }
    }
}

#[derive(Serialize)]
struct LockBody<'a> {
    state: &'static str,
    holder: Option<HolderBody<'a>>,
    /// What was locked; only after a session that did.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<LockKind>,
}

impl<'a> LockBody<'a> {
    fn of(lock: &'a LockState, kind: Option<LockKind>) -> Self {
        Self {
            state: match lock {
                LockState::Free => "free",
                LockState::Held(_) => "held",
                LockState::HeldByUs => "held_by_us",
                LockState::Unknown => "unknown",
            },
            holder: lock.holder().map(HolderBody::of),
            kind,
        }
    }
}

/// Whether migrations can run statement by statement over the connection.
#[derive(Serialize)]
struct SupportBody<'a> {
    support: &'static str,
    reason: Option<&'a str>,
}

impl<'a> SupportBody<'a> {
    fn of(support: &'a StatementSupport) -> Self {
        let (support, reason) = match support {
            StatementSupport::None => ("none", None),
            StatementSupport::Available => ("available", None),
            StatementSupport::Refused(reason) => ("refused", Some(&**reason)),
        };
        Self { support, reason }
    }
}

#[derive(Serialize)]
pub(super) struct HolderBody<'a> {
    #[serde(flatten)]
    holder: &'a LockHolder,
    terminate_statement: String,
}

impl<'a> HolderBody<'a> {
    pub(super) fn of(holder: &'a LockHolder) -> Self {
        Self { holder, terminate_statement: holder.terminate_statement() }
    }
}

#[derive(Serialize)]
struct MigrationBody<'a> {
    name: &'a str,
    state: State,
    /// The state is `failed`, and it may be running: the lock cannot be seen.
    uncertain: bool,
    marks: Marks,
    has_file: bool,
    /// Of the file.
    checksum: Option<&'a Checksum>,
    /// These three: of the newest row that is not rolled back, else of the newest.
    started_at: Option<&'a StoredTime>,
    finished_at: Option<&'a StoredTime>,
    rolled_back_at: Option<&'a StoredTime>,
    attempt_count: usize,
    attempts: Vec<AttemptBody<'a>>,
    /// How far a migration that runs statement by statement came.
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<&'a Journal>,
}

impl<'a> MigrationBody<'a> {
    fn of(diagnosis: &'a Diagnosis, entry: &'a Entry) -> Self {
        let newest = diagnosis.newest_live(entry).or_else(|| diagnosis.attempts(entry).next_back());
        Self {
            name: entry.name().as_str(),
            state: entry.state(),
            uncertain: entry.is_uncertain(),
            marks: entry.marks(),
            has_file: entry.has_file(),
            checksum: entry.checksum(),
            started_at: newest.and_then(|row| row.started_at.as_ref()),
            finished_at: newest.and_then(|row| row.finished_at.as_ref()),
            rolled_back_at: newest.and_then(|row| row.rolled_back_at.as_ref()),
            attempt_count: entry.attempt_count(),
            attempts: diagnosis.attempts(entry).map(AttemptBody::of).collect(),
            journal: diagnosis.journal(entry),
        }
    }
}

/// One row of the history, oldest first.
#[derive(Serialize)]
pub(super) struct AttemptBody<'a> {
    id: &'a str,
    checksum: &'a str,
    started_at: Option<&'a StoredTime>,
    finished_at: Option<&'a StoredTime>,
    rolled_back_at: Option<&'a StoredTime>,
    applied_steps_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logs: Option<&'a str>,
}

impl<'a> AttemptBody<'a> {
    fn of(row: &'a HistoryRow) -> Self {
        Self {
            id: &row.id,
            checksum: &row.checksum,
            started_at: row.started_at.as_ref(),
            finished_at: row.finished_at.as_ref(),
            rolled_back_at: row.rolled_back_at.as_ref(),
            applied_steps_count: row.applied_steps_count,
            logs: row.logs.as_deref(),
        }
    }
}
