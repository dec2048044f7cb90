//! Reports as workflow commands of GitHub Actions: annotations at the lines of a pull request.
//!
//! The form is that of GitHub's documentation of
//! [workflow commands](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
//! Of one step GitHub shows at most ten errors, ten warnings and ten notices, so the gravest come first; the
//! last line, which is no command, says how many there are.
//!
//! ```
//! use migsafe_core::engine::{LintOptions, lint};
//! use migsafe_core::report::github;
//! use migsafe_core::{Dialect, Migrations};
//!
//! let migrations = Migrations::from_scripts([("20250101000000_init", "\u{feff}SELECT 1;")])?;
//! let text = github::lint(&lint(&migrations, &LintOptions::new(Dialect::Postgres)));
//! assert!(text.starts_with("::error file=20250101000000_init/migration.sql,line=1,col=1"));
//! # Ok::<(), migsafe_core::migrations::MigrationsError>(())
//! ```

mod command;
mod lint;
mod problem;

pub use lint::lint;
pub use problem::problem;
