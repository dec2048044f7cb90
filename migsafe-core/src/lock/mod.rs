//! Who holds the migration lock, and who is in whose way.
//!
//! ```
//! use migsafe_core::lock::{LockHolder, LockState};
//!
//! let state = LockState::Held(Box::new(LockHolder::of_pid(4711)));
//! assert!(state.is_held_by_another());
//! ```

mod blocker;
mod holder;
pub mod impact;
pub mod measured;
mod state;
mod table_lock;
mod table_work;

pub use blocker::{Blocker, Blockers, FoundRelation, HeldLock, RelationSize};
pub use holder::LockHolder;
pub use state::{LockKind, LockState};
pub use table_lock::TableLock;
pub use table_work::{TableWork, Work};

/// Prisma's advisory lock key. It is one number per database, shared by every Prisma project and
/// every schema in it, so a holder may work on another schema.
pub const ADVISORY_LOCK_KEY: i64 = 72_707_369;
