//! What SQLite says, and what that means for a read and for a step.

use migsafe_core::store::{Aborted, ScriptFailure, StoreError, StoreErrorCode};

/// An error of SQLite or of the driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The extended result code; `None` when the driver itself failed (its thread is gone).
    pub(crate) code: Option<i32>,
    pub(crate) message: String,
}

/// The primary result codes that decide something (<https://www.sqlite.org/rescode.html>).
pub(crate) mod code {
    pub(crate) const ERROR: i32 = 1;
    pub(crate) const PERM: i32 = 3;
    pub(crate) const BUSY: i32 = 5;
    pub(crate) const LOCKED: i32 = 6;
    pub(crate) const NOMEM: i32 = 7;
    pub(crate) const READONLY: i32 = 8;
    pub(crate) const INTERRUPT: i32 = 9;
    pub(crate) const IOERR: i32 = 10;
    pub(crate) const CORRUPT: i32 = 11;
    pub(crate) const FULL: i32 = 13;
    pub(crate) const CANTOPEN: i32 = 14;
    pub(crate) const PROTOCOL: i32 = 15;
    pub(crate) const CONSTRAINT: i32 = 19;
    pub(crate) const NOLFS: i32 = 22;
    pub(crate) const AUTH: i32 = 23;
    pub(crate) const NOTADB: i32 = 26;

    /// The directory of a WAL database cannot be written, or its journal belongs to a crashed
    /// writer.
    pub(crate) const READONLY_RECOVERY: i32 = 264;
    pub(crate) const READONLY_CANTLOCK: i32 = 520;
    pub(crate) const READONLY_ROLLBACK: i32 = 776;
    pub(crate) const READONLY_CANTINIT: i32 = 1288;
    pub(crate) const READONLY_DIRECTORY: i32 = 1544;
    pub(crate) const CONSTRAINT_COMMITHOOK: i32 = 531;
}

impl Fault {
    /// A fault of our own making.
    pub(crate) fn of(code: Option<i32>, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The primary result code: the lowest byte.
    pub(crate) fn primary(&self) -> Option<i32> {
        self.code.map(|code| code & 0xff)
    }

    /// Somebody else holds the lock that is needed.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self.primary(), Some(code::BUSY | code::LOCKED | code::PROTOCOL))
    }

    /// The connection can do nothing more.
    pub(crate) fn is_dead(&self) -> bool {
        self.code.is_none()
    }

    pub(crate) fn names_missing_table(&self) -> bool {
        self.primary() == Some(code::ERROR) && self.message.starts_with("no such table")
    }

    pub(crate) fn names_missing_column(&self) -> bool {
        self.primary() == Some(code::ERROR) && self.message.starts_with("no such column")
    }

    /// A statement that SQLite refuses only because a transaction is open.
    fn is_about_our_transaction(&self) -> bool {
        self.code == Some(code::ERROR)
            && ((self.message.starts_with("cannot ")
                && (self.message.contains("within a transaction")
                    || self.message.contains("within transaction")))
                || self.message.ends_with("inside a transaction"))
    }

    /// Why a script that ran into this leaves nothing behind, not even a failed row; `None` for an
    /// error that is the script's own.
    pub(crate) fn aborts(&self) -> Option<Aborted> {
        if self.is_about_our_transaction() {
            return Some(Aborted::NeedsNoTransaction);
        }
        Some(match self.primary() {
            None => Aborted::ConnectionLost,
            Some(code::BUSY | code::LOCKED | code::PROTOCOL) => Aborted::LockTimeout,
            Some(code::INTERRUPT) => Aborted::Cancelled,
            Some(
                code::NOMEM
                | code::READONLY
                | code::IOERR
                | code::CORRUPT
                | code::FULL
                | code::CANTOPEN
                | code::NOLFS
                | code::NOTADB,
            ) => Aborted::Server,
            Some(_) => return None,
        })
    }

    /// For the report of a step.
    pub(crate) fn failure(&self) -> ScriptFailure {
        let mut failure = ScriptFailure::new(self.message.clone());
        failure.code = self.code.map(|code| code.to_string());
        failure
    }

    /// For a read or a session; `doing` is a fragment such as `read the history`.
    pub(crate) fn store_error(&self, doing: &str) -> StoreError {
        let (kind, help) = self.kind();
        let code = self.code.map_or(String::new(), |code| format!(" (SQLite code {code})"));
        let error = StoreError::new(kind, format!("cannot {doing}: {}{code}", self.message));
        match help {
            Some(help) => error.with_help(help),
            None => error,
        }
    }

    fn kind(&self) -> (StoreErrorCode, Option<&'static str>) {
        match self.primary() {
            None => (StoreErrorCode::Connection, Some("try again")),
            Some(code::BUSY | code::LOCKED | code::PROTOCOL) => (
                StoreErrorCode::Timeout,
                Some(
                    "if that is a deploy (Prisma's has the file for itself from beginning to end), \
                     wait until it has ended and try again; else look for a program that leaves a \
                     transaction open, and end it",
                ),
            ),
            Some(code::READONLY) => (
                StoreErrorCode::ReadOnly,
                Some("give write permission to the file and to its folder"),
            ),
            Some(code::PERM | code::AUTH) => {
                (StoreErrorCode::Permission, Some("give permission for the file and its folder"))
            }
            Some(code::CANTOPEN) => (
                StoreErrorCode::Permission,
                Some(
                    "check that the folder exists and that file and folder may be read; SQLite \
                     also creates files beside the database",
                ),
            ),
            Some(code::NOTADB) => (
                StoreErrorCode::HistoryUnreadable,
                Some("the file is not a SQLite database, or it is encrypted; check the path"),
            ),
            Some(code::CORRUPT) => (
                StoreErrorCode::HistoryUnreadable,
                Some("the file is damaged: look at `PRAGMA integrity_check`, restore a backup"),
            ),
            Some(code::IOERR | code::FULL | code::NOMEM) => (
                StoreErrorCode::Connection,
                Some("look at the disk and its free space, then try again"),
            ),
            Some(_) => (StoreErrorCode::Sql, None),
        }
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().and_then(|code| code.parse().ok());
                // A database error without a number is an error of the statement.
                Self::of(Some(code.unwrap_or(code::ERROR)), database.message())
            }
            other => Self::of(None, other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_script_and_of_the_surroundings_are_told_apart() {
        for (code, message, aborts) in [
            (Some(1), "near \"x\": syntax error", None),
            (Some(2067), "UNIQUE constraint failed: a.b", None),
            (Some(1811), "cannot do this within a transaction", None),
            (Some(1), "cannot VACUUM from within a transaction", Some(Aborted::NeedsNoTransaction)),
            (
                Some(1),
                "cannot ATTACH database within transaction",
                Some(Aborted::NeedsNoTransaction),
            ),
            (
                Some(1),
                "cannot start a transaction within a transaction",
                Some(Aborted::NeedsNoTransaction),
            ),
            (
                Some(1),
                "Safety level may not be changed inside a transaction",
                Some(Aborted::NeedsNoTransaction),
            ),
            (Some(517), "database is locked", Some(Aborted::LockTimeout)),
            (Some(13), "database or disk is full", Some(Aborted::Server)),
            (Some(778), "disk I/O error", Some(Aborted::Server)),
            (Some(9), "interrupted", Some(Aborted::Cancelled)),
            (None, "the thread is gone", Some(Aborted::ConnectionLost)),
        ] {
            assert_eq!(Fault::of(code, message).aborts(), aborts, "{message}");
        }
    }

    #[test]
    fn a_store_error_says_what_was_tried_and_the_code() {
        let error = Fault::of(Some(26), "file is not a database").store_error("read the history");
        assert_eq!(
            error.to_string(),
            "cannot read the history: file is not a database (SQLite code 26)"
        );
        assert_eq!(error.code(), StoreErrorCode::HistoryUnreadable);
    }
}
