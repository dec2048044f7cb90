//! The conformance suite: what every backend must do, as tests.
//!
//! A backend author writes a [`Harness`] and one line:
//!
//! ```
//! use migsafe_core::testkit::{block_on, conformance::MemoryHarness};
//!
//! migsafe_core::conformance!(MemoryHarness::default(), block_on);
//! # fn main() {}
//! ```
//!
//! The macro expands to one `#[test]` per case. The second argument is a function that runs a future to
//! its end: the `block_on` of the backend's runtime.

#[expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a case is a test: it panics where the backend does not conform"
)]
mod cases;
mod memory;
#[expect(clippy::unwrap_used, reason = "a case is a test: it panics if the backend is at fault")]
mod state_table;

use async_trait::async_trait;

pub use cases::*;
pub use memory::MemoryHarness;
pub use state_table::the_state_table_holds;

use crate::history::HistoryRow;
use crate::store::HistoryStore;

/// Makes databases for the suite.
#[async_trait]
pub trait Harness: Send + Sync {
    /// A fresh database without any object of its own.
    async fn database(&self) -> Box<dyn TestDatabase>;
}

/// One database under test. Dropping it removes it.
#[async_trait]
pub trait TestDatabase: Send + Sync {
    /// A store on this database; each call gives one of its own, like another process would have.
    async fn store(&self) -> Box<dyn HistoryStore>;

    /// Whether a table of this name exists, asked without the store.
    async fn has_table(&self, name: &str) -> bool;

    /// Runs SQL behind the store's back; only `CREATE TABLE name (id INTEGER PRIMARY KEY)` and
    /// `DROP TABLE name` are used.
    async fn execute(&self, sql: &str);

    /// Writes rows into the history table behind the store's back, creating the table in Prisma's
    /// shape when it is not there.
    async fn insert_rows(&self, rows: &[HistoryRow]);

    /// How many audit entries there are; 0 when they were never needed.
    async fn audit_count(&self) -> usize;

    /// Holds the migration lock (or what takes its place) as another process would, until dropped.
    async fn hold_lock(&self) -> Box<dyn Send + Sync>;
}

/// Expands to one test per case of the suite; see the module's documentation.
#[macro_export]
macro_rules! conformance {
    ($harness:expr, $block_on:path) => {
        $crate::conformance!(@cases $harness, $block_on;
            absence_is_proven_and_reading_creates_nothing,
            rows_are_read_as_they_are_stored,
            the_history_table_is_created_once,
            a_step_is_applied_with_its_row,
            a_failing_script_leaves_one_failed_row_and_nothing_else,
            a_second_session_is_kept_out,
            a_foreign_lock_keeps_sessions_out,
            a_dropped_session_frees_the_lock,
            a_rolled_back_transaction_leaves_nothing,
            what_the_session_wrote_itself_is_no_change,
            rows_are_changed_with_an_audit_entry,
            a_row_that_changed_meanwhile_is_a_conflict,
            deploy_applies_everything_once_then_nothing,
            many_deployers_apply_each_migration_once,
            a_target_limits_a_deploy,
            a_dry_run_and_verify_write_nothing,
            waiting_ends_when_another_has_finished,
            a_held_lock_times_out_and_names_the_wait,
            a_database_with_tables_and_no_history_is_refused,
            a_failed_migration_stops_and_can_be_resolved,
            marking_applied_begins_a_baseline,
            resolve_keeps_the_preconditions,
            the_state_table_holds,
        );
    };
    (@cases $harness:expr, $block_on:path; $($case:ident,)+) => {
        $(
            #[test]
            fn $case() {
                let harness = $harness;
                $block_on($crate::testkit::conformance::$case(&harness));
            }
        )+
    };
}
