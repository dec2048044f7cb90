//! What a step's transaction locks, so that no other deployer runs the same step.
//!
//! The advisory lock, Prisma's. Some servers that speak the protocol of PostgreSQL have none, or one that they grant to
//! everybody. There the history table is locked instead. Both end with the transaction, whatever happens to us: a lease
//! that runs out by a clock would be weaker, since a step that takes longer than somebody thinks is still under way.
//!
//! No two deployers may choose differently and both be right. So the table *alone* is locked only where the server has
//! no advisory lock for anybody; where it has one, whoever locks the table takes that as well, and a role that may not is
//! refused.

use migsafe_core::lock::{LockKind, LockState};
use migsafe_core::store::{StoreError, StoreErrorCode};

use crate::LockMode;
use crate::error::ServerError;
use crate::read::Facts;
use crate::sql::{Locks, Table};

/// What is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exclusion {
    /// The advisory lock.
    Advisory,
    /// The history table.
    Table {
        /// And the advisory lock, since the server has one.
        advisory: bool,
    },
}

impl Exclusion {
    /// What a session begins with.
    pub(super) fn of(mode: LockMode) -> Self {
        match mode {
            LockMode::Detect | LockMode::Advisory => Self::Advisory,
            LockMode::Table => Self::Table { advisory: true },
        }
    }

    /// As statements. A table that is not there yet cannot be locked, and need not be: of two that create it, one
    /// fails.
    pub(super) fn locks(self, table: Option<Table<'_>>) -> Locks<'_> {
        match self {
            Self::Advisory => Locks { advisory: true, table: None },
            Self::Table { advisory } => Locks { advisory, table },
        }
    }

    /// For the report.
    pub(super) fn kind(self) -> LockKind {
        match self {
            Self::Advisory => LockKind::Advisory,
            Self::Table { advisory: false } => LockKind::Table,
            Self::Table { advisory: true } => LockKind::TableAndAdvisory,
        }
    }

    /// Whether the table is what is locked.
    pub(super) fn is_of_table(self) -> bool {
        matches!(self, Self::Table { .. })
    }

    /// What to lock instead after the server refused the advisory lock.
    ///
    /// # Errors
    ///
    /// Nothing else may be locked, or the error is about something else.
    pub(super) fn after(self, error: &ServerError, mode: LockMode) -> Result<Self, StoreError> {
        match &*error.code {
            // There is no such function, or the server says that it does not have it.
            "42883" | "0A000" if self != (Self::Table { advisory: false }) => self.without(mode),
            "42501" => Err(StoreError::new(
                StoreErrorCode::Permission,
                "the role may not take the migration lock, and other deployers take nothing else",
            )
            .with_help(
                "GRANT EXECUTE ON FUNCTION pg_catalog.pg_try_advisory_xact_lock(bigint) to the role",
            )),
            _ => Err(error.clone().into_error("taking the migration lock")),
        }
    }

    /// What to lock instead when the server shows the lock that it has just granted as held by nobody, or by
    /// somebody else. `None` when all is well.
    ///
    /// # Errors
    ///
    /// Nothing else may be locked.
    pub(super) fn instead(self, facts: &Facts, mode: LockMode) -> Result<Option<Self>, StoreError> {
        match self {
            Self::Advisory if facts.lock() != LockState::HeldByUs => self.without(mode).map(Some),
            _ => Ok(None),
        }
    }

    fn without(self, mode: LockMode) -> Result<Self, StoreError> {
        if mode == LockMode::Advisory {
            return Err(StoreError::new(
                StoreErrorCode::UnsafeSetting,
                "the server has no advisory locks, which keep two deployers apart",
            )
            .with_help("allow the lock on the history table instead: `--lock-mode detect`"));
        }
        Ok(Self::Table { advisory: false })
    }
}
