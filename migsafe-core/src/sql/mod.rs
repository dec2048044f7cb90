//! The statements of a script: where each begins, and what it means for a transaction.
//!
//! ```
//! # #[cfg(feature = "postgres-sql")] {
//! use migsafe_core::{Dialect, sql};
//!
//! let script = sql::analyse(Dialect::Postgres, "CREATE TABLE t (id int);\nCOMMIT;\n");
//! assert_eq!(script.statements().len(), 2);
//! assert_eq!(script.statements()[1].start().line, 2);
//! assert!(script.statements()[1].has(|f| matches!(f, sql::Fact::EndsTransaction)));
//! # }
//! ```
//!
//! The model is independent of any parser: each parser stands behind one module
//! (`postgres`, `sqlite`), and nothing outside sees its types but [`crate::schema`], for the statements that
//! SQLite keeps.

#[cfg(any(feature = "postgres-sql", feature = "sqlite-sql"))]
mod always;
mod analyse;
mod header;
mod model;
#[cfg(any(feature = "postgres-sql", feature = "sqlite-sql"))]
mod nesting;
mod position;
#[cfg(feature = "postgres-sql")]
mod postgres;
#[cfg(feature = "sqlite-sql")]
pub(crate) mod sqlite;
mod statement;
mod suppression;
#[cfg(any(feature = "postgres-sql", feature = "sqlite-sql"))]
#[cfg_attr(
    not(all(feature = "postgres-sql", feature = "sqlite-sql")),
    allow(dead_code, reason = "each dialect uses its part of it")
)]
mod token;
mod words;

#[cfg(all(test, feature = "postgres-sql", feature = "sqlite-sql"))]
mod properties;
#[cfg(all(test, feature = "postgres-sql", feature = "sqlite-sql"))]
mod tests;

pub(crate) use analyse::never_ends;
#[cfg(feature = "sqlite-sql")]
pub(crate) use analyse::on_large_stack;
pub use analyse::{Limits, analyse, analyse_all, analyse_with};
pub use header::{Header, HeaderProblem};
pub use model::*;
pub use position::{LineIndex, Position};
pub use statement::{Effect, Fact, Problem, Reindexed, Script, Statement, TransactionClass};
pub use suppression::{Suppression, SuppressionTarget};
pub(crate) use words::Words;
