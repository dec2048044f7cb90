//! What was found and what happened, as data; renderings for people and machines.
//!
//! ```
//! use migsafe_core::report::ExitCode;
//! assert_eq!(ExitCode::Refused.code(), 4);
//! ```

mod exit_code;
mod failure;
#[expect(clippy::module_inception, reason = "the file holds the type `Report`")]
mod report;
mod status;

pub use exit_code::ExitCode;
pub use failure::Failure;
pub use report::{AppliedStep, Outcome, Report};
pub use status::Status;
