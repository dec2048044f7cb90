//! The history table as data: rows as they are stored, without judgement.
//!
//! ```
//! use migsafe_core::history::{Absence, History, HistoryRow};
//!
//! let history = History::present(vec![HistoryRow::applied("20250101000000_init", "0".repeat(64))]);
//! assert_eq!(history.rows().len(), 1);
//! assert!(History::Absent(Absence::Table).rows().is_empty());
//! ```
//!
//! The table is Prisma Migrate's `_prisma_migrations`; the book's chapter on Prisma gives its columns.

mod cell;
mod fingerprint;
mod journal;
mod log;
mod row;
mod table;
mod time;

pub use cell::{Cell, RawRow};
pub use fingerprint::Fingerprint;
pub use journal::{Journal, JournalEntry, JournalState, Resume, Worker};
pub use row::{HistoryRow, RowProblem};
pub use table::{Absence, COLUMNS, History, HistoryTable, TableProblem};
pub use time::StoredTime;

/// The name of the history table. It is Prisma's and cannot be changed there, so it is not an option here.
pub const HISTORY_TABLE: &str = "_prisma_migrations";

/// The schema of migsafe's own tables on PostgreSQL.
pub(crate) const OWN_SCHEMA: &str = "migsafe";

/// How the names of migsafe's own tables begin on SQLite.
pub(crate) const OWN_PREFIX: &str = "_migsafe_";
