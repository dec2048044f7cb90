//! Reports as Markdown (GitHub's, with tables), for a comment on a pull request or an issue.
//!
//! Nothing that comes from a database, a folder or a file can end a cell, begin an element of HTML, a link, an image,
//! or a mention: see [`escape`] and [`code`].
//!
//! ```
//! use migsafe_core::report::markdown;
//! assert_eq!(markdown::escape("a|b<c>"), "a\\|b\\<c\\>");
//! ```

#[cfg(feature = "render")]
mod check;
mod drift;
mod escape;
mod page;
mod problem;
mod verify;

#[cfg(feature = "render")]
pub use check::check;
pub use drift::{diff, drift};
pub use escape::{code, escape};
pub(in crate::report) use page::{Cell, Page};
pub use problem::problem;
pub use verify::{generated, verify};
