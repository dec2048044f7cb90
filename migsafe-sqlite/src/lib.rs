//! migsafe for SQLite: migrations in Prisma's format, applied once, safe against crashes and
//! against each other.
//!
//! ```no_run
//! use migsafe_sqlite::{Migrations, Options, SqliteStore, ensure_up_to_date};
//!
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let store = SqliteStore::open("file:./dev.db")?;
//! let migrations = Migrations::from_directory("prisma/migrations")?;
//! ensure_up_to_date(&store, &migrations, Options::default()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! To compile the migrations into the program, call [`migrations::embed`] in `build.rs` (with this
//! crate under `[build-dependencies]` too) and use [`include_migrations!`] in place of
//! `from_directory`.
//!
//! # What to know about SQLite
//!
//! - A status never creates the file, and works on a file that may only be read.
//! - Every migration runs in one `BEGIN IMMEDIATE` transaction together with its row of the
//!   history: both are there or neither is, whatever is killed when.
//! - Foreign keys are on, except for a script that itself says `PRAGMA foreign_keys=OFF`, as
//!   Prisma's table rebuilds do. What such a script leaves is compared with what was there before.
//! - Many processes may start at once on an empty file: each migration is applied by exactly one.
//! - The system's SQLite instead of the one compiled in: see the feature `unbundled`.

#[cfg(not(any(feature = "bundled", feature = "unbundled")))]
compile_error!("migsafe-sqlite needs its feature `bundled` (default) or `unbundled`");

mod connection;
mod data;
mod decode;
mod error;
mod foreign_keys;
mod json;
mod lockers;
mod lost_rows;
mod memory;
mod read;
mod reader;
mod rows;
mod schema;
mod script;
mod session;
mod shadow;
mod sql;
mod store;
mod url;
mod watch;
mod words;

/// Everything else of migsafe.
pub use migsafe_core as core;
pub use migsafe_core::{
    Diagnosis, Dialect, Environment, Error, Event, Heartbeat, History, HistoryStore, Migrations,
    Mode, Options, Plan, Policy, Report, Severity, StopToken, Target, Verdict, diagnose,
    ensure_up_to_date, include_migrations, migrations,
};

pub use memory::MemoryConnection;
pub use shadow::SqliteShadow;
pub use store::SqliteStore;
