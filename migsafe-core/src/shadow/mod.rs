//! Replaying migrations on a throw-away database: what the schema should be.
//!
//! [`replay`] runs scripts in order on a database that a [`ShadowProvider`] makes, reads the schema that they give, and
//! removes the database. Statements that reach out of a database ([`Reach`]) are not run where a live
//! database may be on the same server. A schema once replayed is kept in a [`SnapshotCache`], if there is one.
//!
//! ```
//! use migsafe_core::Dialect;
//! use migsafe_core::shadow::{Reach, reach_of};
//! use migsafe_core::sql::analyse;
//!
//! let sql = "CREATE TABLE t (id bigint PRIMARY KEY); CREATE ROLE app LOGIN";
//! let script = analyse(Dialect::Postgres, sql);
//! let reaches: Vec<Reach> =
//!     script.statements().iter().map(|statement| reach_of(statement, sql)).collect();
//! # if cfg!(feature = "postgres-sql") {
//! assert!(matches!(reaches[0], Reach::Database));
//! assert!(matches!(reaches[1], Reach::Cluster(_)));
//! # }
//! ```
//!
//! [`ShadowProvider`]: crate::store::ShadowProvider

mod cache;
mod directory_cache;
mod opaque;
mod reach;
mod replay;

pub use cache::{SnapshotCache, cache_key};
pub use directory_cache::DirectoryCache;
pub use reach::{Reach, reach_of};
pub use replay::{
    Replay, ReplayError, ReplayOptions, Replayed, SkippedStatement, replay, replay_on,
};
