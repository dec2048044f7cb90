//! What was found and what happened, as data; renderings for people and machines.
//!
//! ```
//! use migsafe_core::report::ExitCode;
//! assert_eq!(ExitCode::Refused.code(), 4);
//! ```
//!
//! [`text`], [`json`], [`markdown`], [`github`] and [`sarif`] are pure functions of the data: no clock, no terminal, no environment.

mod check;
mod comparison;
mod exit_code;
mod failure;
pub mod github;
pub mod json;
mod lint;
pub mod markdown;
mod problem;
mod prometheus;
#[expect(clippy::module_inception, reason = "the file holds the type `Report`")]
mod report;
pub mod sarif;
mod status;
mod steps;
mod style;
#[cfg(test)]
mod tests;
pub mod text;

pub use check::{CheckReport, Part};
pub use comparison::Comparison;
pub use exit_code::ExitCode;
pub use failure::Failure;
pub use lint::{LintFinding, LintReport, LintSummary, LintedFile, Quiet};
pub use problem::Problem;
pub use prometheus::{FinishedRun, prometheus};
pub use report::{AppliedStep, Outcome, Report};
pub use status::Status;
pub use steps::Steps;
pub use style::Style;
