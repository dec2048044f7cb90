//! What statements do to whole tables on SQLite, where nobody else writes meanwhile.
//!
//! ```
//! use migsafe_core::lock::{TableWork, Work};
//! # #[cfg(feature = "sqlite-sql")] {
//! let script = migsafe_core::sql::analyse(migsafe_core::Dialect::Sqlite, "ALTER TABLE t DROP COLUMN a");
//! let action = &script.statements()[0].actions()[0];
//! let work = TableWork::of(&action.kind);
//! assert_eq!(work[0].work, Work::Rewrites);
//! # }
//! ```

use serde::Serialize;

use crate::sql::{ActionKind, Column, ConstraintKind, ObjectKind, ObjectName, Query};

/// What a statement does to a table from its first row to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableWork {
    /// The table; `None` for every table of the file.
    pub table: Option<ObjectName>,
    /// What is done to it.
    pub work: Work,
}

/// How much of a table a statement goes through, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Work {
    /// It may read every row; an index may spare it that.
    MayRead,
    /// It reads every row.
    Reads,
    /// It gives every page back, and those of the indexes.
    Frees,
    /// It writes every row anew.
    Rewrites,
}

impl TableWork {
    /// What an action does. Nothing for one whose time does not grow with the rows: most of `ALTER TABLE` changes
    /// the text of the schema only (<https://www.sqlite.org/lang_altertable.html>; each form was run on a full table,
    /// and its steps and the pages that it wrote were counted).
    #[must_use]
    pub fn of(action: &ActionKind) -> Vec<Self> {
        let one = |table: &ObjectName, work| vec![Self { table: Some(table.clone()), work }];
        let filtered = |filtered: bool, whole| if filtered { Work::MayRead } else { whole };
        match action {
            ActionKind::CreateIndex(index) => one(&index.table, Work::Reads),
            ActionKind::AddColumn { table, column, .. } if is_tested(column) => {
                one(table, Work::Reads)
            }
            ActionKind::DropColumn { table, .. } => one(table, Work::Rewrites),
            ActionKind::Drop { kind: ObjectKind::Table, name, .. } => one(name, Work::Frees),
            ActionKind::Delete { table, filtered: with } => {
                one(table, filtered(*with, Work::Frees))
            }
            ActionKind::Update { table, filtered: with, .. } => {
                one(table, filtered(*with, Work::Rewrites))
            }
            ActionKind::CreateTable(table) => Self::of_query(table.query.as_ref()),
            ActionKind::Insert { query, .. } => Self::of_query(query.as_ref()),
            ActionKind::Query { reads, .. } => Self::of_reads(reads),
            // The name may be that of a table, an index or a collation.
            ActionKind::Reindex { name: Some(name), .. } => one(name, Work::Reads),
            ActionKind::Reindex { name: None, .. } => vec![Self { table: None, work: Work::Reads }],
            ActionKind::Analyze { tables } if tables.is_empty() => {
                vec![Self { table: None, work: Work::MayRead }]
            }
            ActionKind::Analyze { tables } => Self::of_reads(tables),
            ActionKind::Vacuum { .. } => vec![Self { table: None, work: Work::Rewrites }],
            ActionKind::Set { name, .. } if CHECKS.contains(&&**name) => {
                vec![Self { table: None, work: Work::Reads }]
            }
            _ => Vec::new(),
        }
    }

    fn of_query(query: Option<&Query>) -> Vec<Self> {
        match query.map(|query| (query.copies(), query)) {
            Some((Some(table), _)) => {
                vec![Self { table: Some(table.clone()), work: Work::Reads }]
            }
            Some((None, query)) => Self::of_reads(&query.reads),
            None => Vec::new(),
        }
    }

    fn of_reads(tables: &[ObjectName]) -> Vec<Self> {
        let work = |table: &ObjectName| Self { table: Some(table.clone()), work: Work::MayRead };
        tables.iter().map(work).collect()
    }
}

/// Pragmas that read the whole file, or one table of it.
const CHECKS: [&str; 4] = ["foreign_key_check", "integrity_check", "optimize", "quick_check"];

/// A `CHECK`, and `NOT NULL` on what is computed, are tried on every row that is there.
fn is_tested(column: &Column) -> bool {
    let has_check = column.constraints.iter().any(|c| matches!(c.kind, ConstraintKind::Check(_)));
    has_check || (column.generated.is_some() && column.not_null)
}
