//! Recognising a transaction pooler, in two ways that do not depend on each other.
//!
//! Such a pooler hands a server process from client to client, so that nothing which is known of a process
//! holds for the next message. Two things can be seen then, and never on a direct connection or behind a pooler
//! in session mode, where a process belongs to one client until that one leaves:
//!
//! - *shared*: two connections of ours, both open, are served by one process;
//! - *exchanged*: one connection is served by one process, and then by another.
//!
//! Which of them shows depends on how the pooler chooses. `PgBouncer` takes the process that was used last: two
//! questions one after the other get the same one (shared). With `server_round_robin`, or with other clients in
//! between, they get different ones (exchanged); so they do when one of ours keeps its process in a transaction.

use std::fmt;
use std::time::Duration;

use migsafe_core::store::{StoreError, StoreErrorCode};

use crate::PostgresOptions;
use crate::connection::Connection;
use crate::sql;

/// How long a question may take. A server answers at once; a pooler without a free process lets us wait.
const LIMIT: Duration = Duration::from_secs(3);

/// The same when one sign is found and the other is only for the message.
const SECOND_LIMIT: Duration = Duration::from_millis(300);

/// How often it is looked, since other clients of the pooler may be in between.
const ROUNDS: usize = 3;

/// A server process: number and beginning. Numbers are used again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: i32,
    /// Text that the server reads back.
    pub(super) start: String,
}

impl Process {
    /// The one that answers on a connection.
    pub(super) async fn of(
        connection: &mut Connection,
        limit: Option<Duration>,
    ) -> Result<Self, StoreError> {
        Self::answering(connection, sql::own_process().to_owned(), 0, limit).await
    }

    /// The same with a statement before, in one message.
    async fn answering(
        connection: &mut Connection,
        message: String,
        at: usize,
        limit: Option<Duration>,
    ) -> Result<Self, StoreError> {
        let answer = connection.send_within(message, limit).await;
        let answer = answer.ok("asking for the server process")?;
        let pid = answer.value(at, 0).and_then(|pid| pid.parse().ok());
        let start = answer.value(at, 1).map(|start| start.into_owned());
        pid.zip(start)
            .map(|(pid, start)| Self { pid, start })
            .ok_or_else(|| crate::session::unforeseen("the server process is not known"))
    }
}

/// What gives a transaction pooler away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs {
    /// The process that served two connections.
    shared: Option<i32>,
    /// The processes that served one connection.
    exchanged: Option<(i32, i32)>,
}

impl Signs {
    /// Looks for them on a connection and on one more, which is opened for it. `None` when there are none.
    ///
    /// # Errors
    ///
    /// A connection fails; code `unsafe-setting` when a question is not answered in time.
    pub(super) async fn look(
        connection: &mut Connection,
        options: &PostgresOptions,
    ) -> Result<Option<Self>, StoreError> {
        let mut other = Connection::open(options).await?;
        let mut signs = Self::default();
        let mut looked = Ok(());
        for _ in 0..ROUNDS {
            looked = signs.look_once(connection, &mut other).await;
            if looked.is_err() || signs.is_any() {
                break;
            }
        }
        other.close().await;
        match looked {
            // What was seen was seen: with a single process in the pool, the second question never gets its turn.
            _ if signs.is_any() => Ok(Some(signs)),
            Ok(()) => Ok(None),
            Err(error) if error.code() == StoreErrorCode::Timeout => Err(not_served(&error)),
            Err(error) => Err(error),
        }
    }

    async fn look_once(
        &mut self,
        connection: &mut Connection,
        other: &mut Connection,
    ) -> Result<(), StoreError> {
        let limit = Some(LIMIT);
        let ours = Process::of(connection, limit).await?;
        if Process::of(other, limit).await? == ours {
            self.shared = Some(ours.pid);
        }
        let begin = format!("BEGIN;\n{}", sql::own_process());
        if Process::answering(other, begin, 1, limit).await? == ours {
            self.shared = Some(ours.pid);
        }
        // Nothing hangs on the second sign when there is the first, and a pool may have no process left for it.
        let limit = if self.is_any() { Some(SECOND_LIMIT) } else { limit };
        let next = Process::of(connection, limit).await?;
        if next != ours {
            self.exchanged = Some((ours.pid, next.pid));
        }
        let ended = other.send_within("ROLLBACK".to_owned(), Some(LIMIT)).await;
        ended.ok("looking for a pooler").map(drop)
    }

    fn is_any(&self) -> bool {
        self.shared.is_some() || self.exchanged.is_some()
    }

    /// The refusal.
    pub(super) fn into_error(self) -> StoreError {
        StoreError::new(
            StoreErrorCode::UnsafeSetting,
            format!(
                "the connection goes through a transaction pooler, where a statement outside a \
                 transaction cannot be watched over: {self}"
            ),
        )
        .with_help("give the direct URL of the server (`--direct-url`, or DIRECT_URL)")
    }
}

/// A server answers whoever is connected. Whatever the mode of a pooler, with too few processes it is of no use here.
fn not_served(error: &StoreError) -> StoreError {
    StoreError::new(
        StoreErrorCode::UnsafeSetting,
        format!(
            "with other connections of ours open, one that is needed for statements outside a \
             transaction got no answer ({error}): as it seems a pooler has no server process left for it"
        ),
    )
    .with_help(
        "give the direct URL of the server (`--direct-url`, or DIRECT_URL), or the pooler three server \
         connections or more",
    )
}

impl fmt::Display for Signs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(pid) = self.shared {
            write!(f, "two open connections were served by one server process ({pid})")?;
        }
        if let Some((first, second)) = self.exchanged {
            let and = if self.shared.is_some() { ", and " } else { "" };
            write!(f, "{and}one connection by two ({first}, then {second})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_signs_are_told() {
        let both = Signs { shared: Some(7), exchanged: Some((7, 8)) };
        assert_eq!(
            both.to_string(),
            "two open connections were served by one server process (7), and one connection by two \
             (7, then 8)"
        );
        let one = Signs { shared: None, exchanged: Some((7, 8)) };
        assert_eq!(one.to_string(), "one connection by two (7, then 8)");
        assert!(one.is_any() && !Signs::default().is_any());
    }
}
