//! Who holds the migration lock.
//!
//! ```
//! use migsafe_core::lock::{LockHolder, LockState};
//!
//! let state = LockState::Held(Box::new(LockHolder::of_pid(4711)));
//! assert!(state.is_held_by_another());
//! ```

use std::fmt;

use serde::Serialize;

/// Prisma's advisory lock key. It is one number per database, shared by every Prisma project and
/// every schema in it, so a holder may work on another schema.
pub const ADVISORY_LOCK_KEY: i64 = 72_707_369;

/// The state of the migration lock when a history was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockState {
    /// Nobody holds it.
    Free,
    /// Another session holds it.
    Held(Box<LockHolder>),
    /// The reading session holds it itself.
    HeldByUs,
    /// It cannot be known (SQLite always; other databases without the right to look).
    #[default]
    Unknown,
}

impl LockState {
    /// Whether another session holds it.
    #[must_use]
    pub fn is_held_by_another(&self) -> bool {
        matches!(self, Self::Held(_))
    }

    /// The other session.
    #[must_use]
    pub fn holder(&self) -> Option<&LockHolder> {
        match self {
            Self::Held(holder) => Some(holder),
            _ => None,
        }
    }
}

/// A session that holds the migration lock, as far as the reader may see it.
///
/// PostgreSQL hides most columns of `pg_stat_activity` from a role without `pg_read_all_stats`; what is
/// hidden is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LockHolder {
    /// The server process.
    pub pid: i32,
    /// The role it is logged in as.
    pub user: Option<String>,
    /// Its `application_name`.
    pub application: Option<String>,
    /// The client's address, `local` for a Unix socket.
    pub address: Option<String>,
    /// `active`, `idle in transaction`, ….
    pub state: Option<String>,
    /// The statement it runs or ran last, cut and in one line.
    pub query: Option<String>,
    /// Age of its transaction in milliseconds, by the server's clock.
    pub transaction_age_ms: Option<i64>,
    /// Age of its connection in milliseconds, by the server's clock.
    pub connection_age_ms: Option<i64>,
}

impl LockHolder {
    /// A holder of which only the process is known.
    #[must_use]
    pub fn of_pid(pid: i32) -> Self {
        Self { pid, ..Self::default() }
    }

    /// The statement that ends the holder's session. PostgreSQL manual, section 9.28.2 (Server
    /// Signaling Functions): needs the same role, or `pg_signal_backend`.
    #[must_use]
    pub fn terminate_statement(&self) -> String {
        format!("SELECT pg_terminate_backend({})", self.pid)
    }
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}", self.pid)?;
        for (label, value) in [
            ("user", &self.user),
            ("application", &self.application),
            ("address", &self.address),
            ("state", &self.state),
        ] {
            if let Some(value) = value {
                write!(f, ", {label} {value}")?;
            }
        }
        if let Some(age) = self.transaction_age_ms {
            write!(f, ", in a transaction for {}.{} s", age / 1000, age % 1000 / 100)?;
        }
        if let Some(query) = &self.query {
            write!(f, ", query: {query}")?;
        }
        Ok(())
    }
}
