//! `lint`: the rules on files and their SQL, without a database.

mod options;
mod pending;
mod run;

pub use options::{LintOptions, LintScope};
pub(super) use pending::pending_names;
pub use pending::{PendingMigrations, pending};
pub use run::lint;
