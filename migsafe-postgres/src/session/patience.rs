//! Waiting for what may take as long as it takes, but not for an answer that will never come.
//!
//! A script may run for hours, so that no limit fits its answer. But an answer can get lost: a gateway forgets
//! a connection that was quiet for long, a machine goes away without a word, and TCP tells a side that
//! only listens nothing about it. So from time to time another connection asks the server whether it is
//! still at work for us. When it twice is not and no answer has come, none will come; the connection counts as
//! broken, with all that follows from that.

use std::pin::pin;
use std::time::Duration;

use migsafe_core::store::{StoreError, StoreErrorCode};

use super::cancel::Running;
use crate::PostgresOptions;
use crate::connection::{Answer, Connection};
use crate::error::Failure;
use crate::sql::Literal;

/// How often it is asked when questions may take any time.
const INTERVAL: Duration = Duration::from_secs(30);
/// How often in a row the server must not be at work.
const SILENT: u32 = 2;
/// How often in a row it must be out of reach. Longer, since a network may recover, and the connection with it.
const UNREACHABLE: u32 = 5;

/// The server process that works for us.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    pid: i32,
    /// Behind a pooler a process works for us only as long as this transaction lasts, which began then.
    since: Option<String>,
}

/// What a look has shown.
enum Seen {
    AtWork,
    Silent,
    Unreachable,
}

impl Worker {
    /// The process as long as the transaction lasts.
    pub(super) fn in_transaction(running: &Running) -> Self {
        Self { pid: running.pid, since: Some(running.since.clone()) }
    }

    /// The process of a connection without a pooler.
    pub(super) fn direct(running: &Running) -> Self {
        Self { pid: running.pid, since: None }
    }

    async fn look(&self, options: &PostgresOptions) -> Seen {
        let connection = Connection::open(options).await;
        let mut connection = match connection {
            Ok(connection) => connection,
            Err(error) => return Seen::of_error(&error),
        };
        let limit = options.answer_timeout.unwrap_or(INTERVAL);
        let answer = connection.send_within(self.question(), Some(limit)).await;
        let seen = match &answer.failure {
            Some(Failure::Broken(error)) => Seen::of_error(error),
            Some(Failure::Server(_)) => Seen::AtWork,
            None if answer.rows(0).is_empty() => Seen::Silent,
            None => match answer.value(0, 0).as_deref() {
                Some("active") => Seen::AtWork,
                Some(state) if state.starts_with("idle") => Seen::Silent,
                // Hidden or not recorded: nothing is known against it.
                _ => Seen::AtWork,
            },
        };
        connection.close().await;
        seen
    }

    fn question(&self) -> String {
        let ours = self.since.as_ref().map_or("true".to_owned(), |since| {
            format!("extract(epoch FROM xact_start)::text = {}", Literal(since))
        });
        format!(
            "SELECT state FROM pg_catalog.pg_stat_get_activity({}) \
             WHERE state IS NULL OR state = 'disabled' OR {ours}",
            self.pid
        )
    }
}

impl Seen {
    fn of_error(error: &StoreError) -> Self {
        match error.code() {
            StoreErrorCode::Connection | StoreErrorCode::Timeout => Self::Unreachable,
            // It answered, if only that it has no connection to spare.
            _ => Self::AtWork,
        }
    }
}

/// Sends a message and waits for its answer as long as the server is at work on it.
pub(super) async fn send(
    connection: &mut Connection,
    sql: String,
    keep: usize,
    worker: Option<Worker>,
    options: &PostgresOptions,
) -> Answer {
    let Some(worker) = worker else {
        return connection.send_keeping(sql, keep).await;
    };
    // Dropped in the middle, it leaves the connection marked as of no use.
    let mut sent = pin!(connection.send_keeping(sql, keep));
    let interval = options.answer_timeout.unwrap_or(INTERVAL);
    let (mut silent, mut unreachable) = (0, 0);
    loop {
        if let Ok(answer) = tokio::time::timeout(interval, &mut sent).await {
            return answer;
        }
        (silent, unreachable) = match worker.look(options).await {
            Seen::AtWork => (0, 0),
            Seen::Silent => (silent + 1, 0),
            Seen::Unreachable => (silent, unreachable + 1),
        };
        if silent >= SILENT || unreachable >= UNREACHABLE {
            let text = "the connection to the server went silent: no answer came, and none will";
            return Answer::failed(Failure::Broken(StoreError::new(StoreErrorCode::Timeout, text)));
        }
    }
}
