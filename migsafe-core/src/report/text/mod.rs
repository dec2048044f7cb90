//! Reports for people.
//!
//! Pure functions from a report to a text that ends with a line end. Nothing that comes from a
//! database or a folder reaches a terminal as it is: control characters are taken out or shown
//! escaped. Times are UTC.
//!
//! ```
//! use migsafe_core::report::{Problem, Style, text};
//! let problem = Problem::new("usage", "no database").with_help("give --database-url");
//! assert_eq!(
//!     text::problem(&problem, Style::plain()),
//!     "error[usage]: no database\n  next: give --database-url\n"
//! );
//! ```

mod blockers;
#[cfg(feature = "render")]
mod check;
mod created;
mod diff;
mod drift;
mod error;
mod event;
mod explain;
mod findings;
mod impact;
#[cfg(feature = "render")]
mod lint;
mod locks;
mod page;
mod resolution;
mod run;
mod safe;
mod schema;
#[cfg(feature = "render")]
mod secrets;
#[cfg(feature = "render")]
mod snippet;
mod status;
mod steps;
mod table;
mod values;
mod verify;

#[cfg(feature = "render")]
pub use check::check;
#[cfg(feature = "render")]
pub(super) use check::summary as check_summary;
pub use created::created;
pub use diff::diff;
pub use drift::{DriftWritten, drift, drift_written, rehearsal};
pub use error::{error, problem};
pub use event::event;
pub use explain::{rule, rules};
#[cfg(feature = "render")]
pub use lint::lint;
pub use locks::locks;
pub use resolution::{resolution, resolution_plan};
pub use run::deploy;
pub use schema::schema;
pub use status::status;
#[cfg(feature = "render")]
use status::status_without_sql;
pub use steps::steps;
pub(super) use verify::summary as verification_summary;
pub use verify::{generated, verify};
