//! What linting gave.

mod file;
mod finding;
mod message;
mod report;

pub use file::LintedFile;
pub use finding::{LintFinding, Quiet};
pub use report::{LintReport, LintSummary};
