//! Reports in SARIF 2.1.0, the format that code scanning services take.
//!
//! The form is that of the [OASIS standard](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
//! Paths that are not absolute are relative to `%SRCROOT%`; columns count Unicode code points.
//!
//! ```
//! use migsafe_core::engine::{LintOptions, lint};
//! use migsafe_core::report::sarif;
//! use migsafe_core::{Dialect, Migrations};
//!
//! let migrations = Migrations::from_scripts([("20250101000000_init", "\u{feff}SELECT 1;")])?;
//! let text = sarif::lint(&lint(&migrations, &LintOptions::new(Dialect::Postgres)));
//! assert!(text.contains("\"ruleId\": \"byte-order-mark\""));
//! # Ok::<(), migsafe_core::migrations::MigrationsError>(())
//! ```

mod fingerprint;
mod lint;
mod location;
mod result;
mod rule;

pub use lint::lint;
