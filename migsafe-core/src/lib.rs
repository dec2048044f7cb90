//! The core of migsafe: what a migration history says, what is wrong with it, what may be done.
//!
//! Applications use a backend crate (`migsafe-sqlite`, `migsafe-postgres`), which re-exports what a start-up
//! needs; this crate is for tools, for policies with tests of their own, and for backends.
//!
//! ```
//! # futures_lite(async {
//! use migsafe_core::store::MemoryStore;
//! use migsafe_core::{Dialect, Migrations, Options, ensure_up_to_date};
//!
//! let migrations = Migrations::from_scripts([
//!     ("20250101000000_init", "CREATE TABLE users (id INTEGER PRIMARY KEY);"),
//! ])?;
//! let store = MemoryStore::new(Dialect::Sqlite);
//! let report = ensure_up_to_date(&store, &migrations, Options::default()).await?;
//! assert_eq!(report.applied().len(), 1);
//! let report = ensure_up_to_date(&store, &migrations, Options::default()).await?;
//! assert!(report.applied().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! # fn futures_lite<F: Future>(future: F) -> F::Output {
//! #     let mut future = std::pin::pin!(future);
//! #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! #     loop {
//! #         if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut context) { return out; }
//! #     }
//! # }
//! ```
//!
//! Facts flow in one direction: [`Migrations`] and [`History`] give a [`Diagnosis`]; rules and a [`Policy`]
//! give a [`Verdict`]; a [`Plan`] is executed; a [`Report`] says what happened. Everything before execution is
//! a pure function of its arguments.

pub mod data;
pub mod diagnosis;
mod dialect;
pub mod engine;
pub mod env;
pub mod history;
pub mod lint;
pub mod lock;
pub mod migrations;
pub mod plan;
pub mod policy;
pub mod report;
pub mod schema;
pub mod shadow;
pub mod sql;
pub mod store;
pub mod template;
#[cfg(feature = "testkit")]
pub mod testkit;
mod text;
pub mod verify;

pub use diagnosis::{Diagnosis, diagnose};
pub use dialect::Dialect;
pub use engine::{Error, Event, Heartbeat, Mode, Options, StopToken, ensure_up_to_date};
pub use history::History;
pub use migrations::Migrations;
pub use plan::{Plan, Target};
pub use policy::{Environment, Policy, Severity, Verdict};
pub use report::Report;
pub use store::HistoryStore;

/// The set of migrations that [`migrations::embed`] compiled into the program.
///
/// ```text
/// static MIGRATIONS: migsafe_core::migrations::Embedded = migsafe_core::include_migrations!();
/// ```
#[macro_export]
macro_rules! include_migrations {
    () => {{
        // Renamed, so that no lint of the including crate finds the generated code wanting.
        #[allow(unused_imports, reason = "an empty folder uses only one of the two")]
        use $crate::migrations::{
            Embedded as __MigsafeEmbedded, StaticMigration as __MigsafeStaticMigration,
        };
        include!(concat!(env!("OUT_DIR"), "/migsafe_migrations.rs"))
    }};
}
