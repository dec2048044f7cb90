//! Orchestration: read, diagnose, judge, execute, report.
//!
//! ```no_run
//! # async fn start(store: impl migsafe_core::HistoryStore, migrations: migsafe_core::Migrations)
//! # -> Result<(), migsafe_core::Error> {
//! use migsafe_core::{Environment, Options, Policy, ensure_up_to_date};
//!
//! let policy = Policy::for_environment(Environment::production());
//! let report = ensure_up_to_date(&store, &migrations, Options::default().with_policy(policy)).await?;
//! println!("{} migrations applied", report.applied().len());
//! # Ok(()) }
//! ```
//!
//! Everything here works through the traits of [`crate::store`] and an [`crate::env::Env`]; no driver, no
//! runtime, no clock.

mod assess;
mod by_statement;
mod check;
mod drift;
mod ensure;
mod error;
mod event;
mod execute;
mod halt;
mod heartbeat;
mod lint;
mod live;
mod locks;
mod observe;
mod options;
mod pending_locks;
mod pending_path;
mod pending_statement;
mod pending_window;
mod pending_work;
mod resolve;
mod schema;
mod settle;
mod status;
mod stop;
mod tick;
mod verify;
mod wait;
mod waits;

pub use check::{CheckOptions, check};
pub use drift::{Blind, DriftOptions, DriftReport, Rehearsal, Rehearsed, drift, rehearse};
pub use ensure::ensure_up_to_date;
pub use error::Error;
pub use event::Event;
pub use heartbeat::{Heartbeat, Phase, Pulse};
pub use lint::{LintOptions, LintScope, PendingMigrations, lint, pending};
pub use live::inspect_data;
pub use locks::{LocksReport, Patience, locks, locks_in_the_way, preview_locks, wait_for_lock};
pub use options::{Mode, Options};
pub use pending_locks::{Obstacle, PendingLock, PendingLocks, Place};
pub use pending_statement::{PendingStatement, StatementLock};
pub use pending_window::PendingWindow;
pub use pending_work::{PendingWork, StatementWork};
pub use resolve::{Resolution, ResolutionPlan, ResolutionReport, plan_resolution, resolve};
pub use schema::read_schema;
pub use status::status;
pub use stop::StopToken;
pub use verify::verify;
