//! One row of the history table.

use std::cmp::Ordering;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::StoredTime;

/// Something in a row that must not be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    column: &'static str,
    found: String,
}

impl RowProblem {
    pub(super) fn new(column: &'static str, found: String) -> Self {
        Self { column, found }
    }

    /// The column.
    #[must_use]
    pub fn column(&self) -> &str {
        self.column
    }
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} holds {}", self.column, self.found)
    }
}

/// One row of `_prisma_migrations`, as stored, without judgement.
///
/// A *live* row is one whose `rolled_back_at` is NULL; rolled-back rows count as attempts only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HistoryRow {
    /// A UUID by custom; anything up to 36 characters in fact.
    pub id: String,
    /// The migration's name; empty when the column held no text (see [`HistoryRow::name`]).
    pub migration_name: String,
    /// 64 lower-case hexadecimal digits by custom.
    pub checksum: String,
    /// When the attempt began; `None` only in a corrupt row.
    pub started_at: Option<StoredTime>,
    /// When it ended well; NULL while it runs and after it failed.
    pub finished_at: Option<StoredTime>,
    /// When it was marked rolled back.
    pub rolled_back_at: Option<StoredTime>,
    /// 1 after a deploy, 0 after a failure and after `resolve --applied`; never a count of statements.
    pub applied_steps_count: Option<i64>,
    /// The error text of a failed attempt (possibly cut by the reader), `""` after `resolve --applied`.
    pub logs: Option<String>,
    #[serde(skip)]
    pub(super) has_name: bool,
    #[serde(skip)]
    pub(super) problems: Vec<RowProblem>,
}

impl HistoryRow {
    /// A row for an attempt that begins now: unfinished, steps 0.
    pub fn started(
        id: impl Into<String>,
        name: impl Into<String>,
        checksum: impl Into<String>,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id: id.into(),
            migration_name: name.into(),
            checksum: checksum.into(),
            started_at: Some(at.into()),
            finished_at: None,
            rolled_back_at: None,
            applied_steps_count: Some(0),
            logs: None,
            has_name: true,
            problems: Vec::new(),
        }
    }

    /// A row as a successful deploy leaves it, at the Unix epoch; for examples and tests.
    pub fn applied(name: impl Into<String>, checksum: impl Into<String>) -> Self {
        let name = name.into();
        let mut row = Self::started(format!("id-{name}"), name, checksum, DateTime::UNIX_EPOCH);
        row.finished_at = Some((DateTime::UNIX_EPOCH + chrono::TimeDelta::milliseconds(1)).into());
        row.applied_steps_count = Some(1);
        row
    }

    /// A row as Prisma's `resolve --applied` writes it: both times equal, steps 0, logs empty.
    pub fn marked_applied(
        id: impl Into<String>,
        name: impl Into<String>,
        checksum: impl Into<String>,
        at: DateTime<Utc>,
    ) -> Self {
        let mut row = Self::started(id, name, checksum, at);
        row.finished_at = Some(at.into());
        row.logs = Some(String::new());
        row
    }

    /// The migration's name, or `None` when the column held no text.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.has_name.then_some(&*self.migration_name)
    }

    /// Not marked rolled back.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.rolled_back_at.is_none()
    }

    /// `finished_at` is set.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished_at.is_some()
    }

    /// The exact shape that `resolve --applied` leaves: finished, steps 0, logs empty (not NULL), both
    /// times equal. No deploy leaves it.
    #[must_use]
    pub fn is_marked_applied(&self) -> bool {
        self.applied_steps_count == Some(0)
            && self.logs.as_deref() == Some("")
            && self.finished_at.is_some()
            && self.finished_at == self.started_at
    }

    /// What in the row must not be there.
    #[must_use]
    pub fn problems(&self) -> &[RowProblem] {
        &self.problems
    }

    /// The order in which attempts of one name happened: start, end, id. Total, and independent of
    /// the order in which the database returned the rows (SQLite sorts integers before texts).
    pub(crate) fn attempt_order(&self, other: &Self) -> Ordering {
        self.started_at
            .cmp(&other.started_at)
            .then_with(|| self.finished_at.cmp(&other.finished_at))
            .then_with(|| self.id.cmp(&other.id))
    }
}
