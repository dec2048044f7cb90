//! All rows, or the proven fact that there is no table.

use std::fmt;
use std::sync::Arc;

use super::{HistoryRow, Journal};

/// The columns of Prisma's table, in the order of its definition.
pub const COLUMNS: [&str; 8] = [
    "id",
    "checksum",
    "finished_at",
    "migration_name",
    "logs",
    "rolled_back_at",
    "started_at",
    "applied_steps_count",
];

/// What is proven not to exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Absence {
    /// The database itself (a SQLite file).
    Database,
    /// The schema that the URL names.
    Schema,
    /// The table, in a schema that is there and visible.
    Table,
}

/// Something about the table's shape.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableProblem {
    /// A column of Prisma's table is not there; every Prisma command fails then.
    MissingColumn(String),
    /// A column that Prisma does not know (and ignores).
    UnknownColumn(String),
}

impl fmt::Display for TableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingColumn(name) => write!(f, "the history table has no column {name:?}"),
            Self::UnknownColumn(name) => {
                write!(f, "the history table has a column {name:?} that Prisma does not know")
            }
        }
    }
}

/// The rows of a table that exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryTable {
    rows: Vec<HistoryRow>,
    problems: Vec<TableProblem>,
    journals: Vec<Journal>,
    hidden_journals: Option<String>,
}

impl HistoryTable {
    /// A table with these rows, in any order.
    #[must_use]
    pub fn new(rows: Vec<HistoryRow>) -> Self {
        Self { rows, ..Self::default() }
    }

    /// The same with what is wrong with the table's shape.
    #[must_use]
    pub fn with_problems(mut self, problems: Vec<TableProblem>) -> Self {
        self.problems = problems;
        self
    }

    /// The same with the journals of unfinished rows.
    #[must_use]
    pub fn with_journals(mut self, journals: Vec<Journal>) -> Self {
        self.journals = journals;
        self
    }

    /// The same with the fact that there may be journals which may not be read, and with the statements that would let
    /// them be. An unfinished row may then be somebody's who is at work on it.
    #[must_use]
    pub fn with_hidden_journals(mut self, remedy: impl Into<String>) -> Self {
        self.hidden_journals = Some(remedy.into());
        self
    }

    /// The journals of unfinished rows.
    #[must_use]
    pub fn journals(&self) -> &[Journal] {
        &self.journals
    }

    /// The rows, in the order in which they were read.
    #[must_use]
    pub fn rows(&self) -> &[HistoryRow] {
        &self.rows
    }

    /// What is wrong with the table's shape.
    #[must_use]
    pub fn problems(&self) -> &[TableProblem] {
        &self.problems
    }
}

/// The history: all rows, or the fact that the table is absent.
///
/// Only a positive check says absent. A read that fails is an error of the store and never "nothing
/// applied": a permission error or a time-out must not look like an empty history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum History {
    /// Proven absent.
    Absent(Absence),
    /// The table is there.
    Present(Arc<HistoryTable>),
}

impl History {
    /// A history with these rows, in any order.
    #[must_use]
    pub fn present(rows: Vec<HistoryRow>) -> Self {
        Self::Present(Arc::new(HistoryTable::new(rows)))
    }

    /// The rows; none when absent.
    #[must_use]
    pub fn rows(&self) -> &[HistoryRow] {
        match self {
            Self::Absent(_) => &[],
            Self::Present(table) => table.rows(),
        }
    }

    /// Whether the table is proven absent.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent(_))
    }

    /// The row of an id.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<&HistoryRow> {
        self.rows().iter().find(|row| row.id == id)
    }

    /// The journal of a row, by the row's id.
    #[must_use]
    pub fn journal(&self, row_id: &str) -> Option<&Journal> {
        match self {
            Self::Absent(_) => None,
            Self::Present(table) => table.journals().iter().find(|j| j.row_id == row_id),
        }
    }

    /// The statements that would let journals be read which may not be; `None` when none is hidden.
    #[must_use]
    pub fn hidden_journals(&self) -> Option<&str> {
        match self {
            Self::Absent(_) => None,
            Self::Present(table) => table.hidden_journals.as_deref(),
        }
    }

    /// What is wrong with the table's shape.
    #[must_use]
    pub fn table_problems(&self) -> &[TableProblem] {
        match self {
            Self::Absent(_) => &[],
            Self::Present(table) => table.problems(),
        }
    }
}
