//! migsafe for PostgreSQL 14 and newer, direct or through a pooler.
//!
//! One dependency line is enough: what a start-up needs of the core is re-exported here.
//!
//! ```no_run
//! # async fn start_up() -> Result<(), Box<dyn std::error::Error>> {
//! use migsafe_postgres::{Migrations, Options, PostgresStore, ensure_up_to_date};
//!
//! let migrations = Migrations::from_directory("migrations")?;
//! let store = PostgresStore::connect("postgresql://app@localhost/app?schema=app").await?;
//! ensure_up_to_date(&store, &migrations, Options::default()).await?;
//! # Ok(()) }
//! ```
//!
//! An up-to-date database costs one message on an open connection and takes no lock. A migration is
//! applied in one transaction together with its row in `_prisma_migrations`, under Prisma's advisory lock,
//! with three round trips and one COMMIT. The book's page "The protocol on PostgreSQL" says what is sent
//! and why.
//!
//! The URL may be Prisma's or an ordinary one; see [`PostgresOptions::from_url`].

mod blockers;
mod connection;
mod data;
mod error;
mod identity;
mod journal;
mod lock;
mod options;
mod progress;
mod read;
mod rows;
mod schema;
mod session;
mod shadow;
mod sql;
mod store;
mod url;

pub use migsafe_core as core;
pub use migsafe_core::{
    Diagnosis, Dialect, Environment, Error, History, HistoryStore, Migrations, Mode, Options, Plan,
    Policy, Report, Severity, Target, Verdict, diagnose, ensure_up_to_date, include_migrations,
    migrations,
};
pub use options::{LockMode, PostgresOptions, StatementMode};
pub use shadow::PostgresShadow;
pub use store::PostgresStore;
