//! Every migration in exactly one state: files and rows laid side by side.
//!
//! ```
//! use migsafe_core::diagnosis::{State, diagnose};
//! use migsafe_core::history::{History, HistoryRow};
//! use migsafe_core::lock::LockState;
//! use migsafe_core::migrations::{Checksum, Migrations};
//!
//! let files = Migrations::from_scripts([("1_a", "SELECT 1;"), ("2_b", "SELECT 2;")])?;
//! let rows = vec![HistoryRow::applied("1_a", Checksum::of("SELECT 1;").to_string())];
//! let diagnosis = diagnose(&files, &History::present(rows), &LockState::Free);
//! let states: Vec<State> = diagnosis.entries().iter().map(|entry| entry.state()).collect();
//! assert_eq!(states, [State::Applied, State::Pending]);
//! # Ok::<(), migsafe_core::migrations::MigrationsError>(())
//! ```
//!
//! The result depends on its arguments alone: no clock, no database, no order of rows.

mod classify;
mod diagnose;
mod entry;
mod relation;
mod state;
mod summary;

pub use diagnose::{Diagnosis, diagnose};
pub use entry::Entry;
pub use relation::Relation;
pub use state::{Mark, Marks, State};
pub use summary::Summary;
