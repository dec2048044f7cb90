//! What a statement will lock, and whether it reads or rewrites whole tables while it does.
//!
//! ```
//! # #[cfg(feature = "postgres-sql")] {
//! use migsafe_core::lock::TableLock;
//! use migsafe_core::lock::impact::{Effect, LockImpact};
//! use migsafe_core::{Dialect, sql};
//!
//! let text = "ALTER TABLE orders ADD CONSTRAINT paid CHECK (paid >= 0)";
//! let script = sql::analyse(Dialect::Postgres, text);
//! let impact = LockImpact::of_statement(&script.statements()[0], text, Some(150_020));
//! assert_eq!(impact.relations[0].lock, Some(TableLock::AccessExclusive));
//! assert_eq!(impact.scan, Effect::Yes);
//! assert_eq!(impact.rewrite, Effect::No);
//! # }
//! ```
//!
//! Nothing here is a rule of thumb: each action is looked up in what was [measured](super::measured) on the
//! server's version. Where it takes more than the text to tell which of several measured forms it is, all of
//! them are looked up, and what they do not agree on is said to depend on it. What was not measured is unknown.

mod columns;
mod combine;
mod constraints;
mod context;
mod objects;
mod part;
mod relation;
mod tables;
#[cfg(all(test, feature = "postgres-sql"))]
mod tests;
mod types;
mod window;

pub use relation::{Effect, LockImpact, RelationLock};
pub use window::{LockWindow, lock_windows};
