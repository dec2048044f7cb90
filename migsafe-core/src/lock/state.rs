//! Whether the migration lock is free.

use serde::Serialize;

use super::LockHolder;

/// What a session that writes has locked, so that no other deployer runs the same step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LockKind {
    /// The advisory lock, Prisma's.
    Advisory,
    /// The history table: the server has no advisory locks.
    Table,
    /// Both.
    TableAndAdvisory,
}

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
