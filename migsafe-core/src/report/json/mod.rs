//! Reports for machines: one JSON document each, ending with a line end.
//!
//! Every document has `format_version` and `kind`. Within one format version keys are only added.
//! Text from a database or a folder is kept as it is; what could steer a terminal is written as a JSON escape.
//!
//! ```
//! use migsafe_core::report::{Problem, json};
//! let document = json::problem(&Problem::new("usage", "no database"));
//! assert!(document.starts_with("{\n  \"format_version\": 1,\n  \"kind\": \"error\","));
//! ```

mod check;
mod created;
mod diff;
mod document;
mod drift;
mod error;
mod explain;
mod lint;
mod locks;
mod resolution;
mod run;
mod status;
mod steps;
mod verify;

pub use check::check;
pub use created::created;
pub use diff::diff;
pub(crate) use document::escaped;
pub(super) use document::pretty;
pub use document::{FORMAT_VERSION, with_notes};
pub use drift::drift;
pub use error::{error, problem};
pub use explain::{rule, rules};
pub use lint::lint;
pub use locks::locks;
pub use resolution::{resolution, resolution_plan};
pub use run::deploy;
pub use status::status;
pub use steps::steps;
pub use verify::{generated, verify};
