//! Who holds the migration lock.

use std::fmt;

use serde::Serialize;

use super::ADVISORY_LOCK_KEY;
use crate::text::one_line;

/// A session that holds the migration lock, as far as the reader may see it. Or one that works on a migration which
/// runs statement by statement: it holds no lock, and others wait for it all the same.
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
    /// Only of a session that does not hold the advisory lock: it works on a migration statement by statement, or has
    /// locked the history table instead. When it began, as the server writes it; process and beginning together name a
    /// session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_began: Option<String>,
}

impl LockHolder {
    /// A holder of which only the process is known.
    #[must_use]
    pub fn of_pid(pid: i32) -> Self {
        Self { pid, ..Self::default() }
    }

    /// The statement that ends the holder's session, and no other: it does nothing once the process
    /// does not hold the lock any more, so that a process number that was given to somebody else
    /// meanwhile is left alone. PostgreSQL manual, section 9.28.2 (Server Signaling Functions): needs the
    /// same role, or `pg_signal_backend`.
    ///
    /// A prepared transaction has no process (`pid` is 0). Only its owner can end it, by its name; the
    /// statement lists the names.
    #[must_use]
    pub fn terminate_statement(&self) -> String {
        if self.pid == 0 {
            return "SELECT gid, owner, prepared FROM pg_prepared_xacts \
                    WHERE database = current_database()"
                .to_owned();
        }
        if let Some(began) = &self.session_began {
            return format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = {} \
                 AND backend_start = '{}'",
                self.pid,
                began.replace('\'', "''"),
            );
        }
        format!(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' \
             AND classid = {high} AND objid = {low} AND objsubid = 1 AND granted AND pid = {pid} \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            high = ADVISORY_LOCK_KEY >> 32,
            low = ADVISORY_LOCK_KEY & 0xffff_ffff,
            pid = self.pid,
        )
    }
}

/// How much of one value is shown, in characters.
const LIMIT: usize = 300;

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
                write!(f, ", {label} {}", one_line(value, LIMIT))?;
            }
        }
        if let Some(age) = self.transaction_age_ms {
            write!(f, ", in a transaction for {}.{} s", age / 1000, age % 1000 / 100)?;
        }
        if let Some(query) = &self.query {
            write!(f, ", query: {}", one_line(query, LIMIT))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statement_is_bound_to_the_lock() {
        let statement = LockHolder::of_pid(4711).terminate_statement();
        assert_eq!(
            statement,
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' \
             AND classid = 0 AND objid = 72707369 AND objsubid = 1 AND granted AND pid = 4711 \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        );
        assert!(!LockHolder::of_pid(0).terminate_statement().contains("terminate"));
    }

    #[test]
    fn without_the_lock_it_is_bound_to_the_session() {
        let mut holder = LockHolder::of_pid(4711);
        holder.session_began = Some("2025-01-01 00:00:00+00".to_owned());
        assert_eq!(
            holder.terminate_statement(),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = 4711 \
             AND backend_start = '2025-01-01 00:00:00+00'"
        );
    }

    #[test]
    fn what_others_named_is_one_line() {
        let mut holder = LockHolder::of_pid(7);
        holder.application = Some("a\n\u{1b}[2Jb".to_owned());
        assert_eq!(holder.to_string(), "pid 7, application a b");
    }
}
