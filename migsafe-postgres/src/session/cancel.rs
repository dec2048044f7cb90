//! Stopping a script whose session was dropped.
//!
//! Closing our end of a connection does not stop a statement that runs. PostgreSQL on Linux looks every half second
//! whether the client is still there ([`crate::sql::settings`]); elsewhere, and behind a pooler, it would run on and keep
//! the lock. So another connection asks the server to cancel it, if a runtime is there to do that. It is a
//! courtesy: nothing depends on it, and whatever goes wrong with it is nobody's loss.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::PostgresOptions;
use crate::connection::{Answer, Connection};
use crate::sql::Literal;

/// A transaction on a server process.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub(super) pid: i32,
    /// When the transaction began, in decimal seconds by the server's clock.
    pub(super) since: String,
}

impl Running {
    /// From the row of the lock statement.
    pub(super) fn decode(answer: &Answer, statement: usize) -> Option<Self> {
        Some(Self {
            pid: answer.value(statement, 1)?.parse().ok()?,
            since: answer.value(statement, 2)?.into_owned(),
        })
    }

    /// Cancels what the process runs, if it is still in this transaction: behind a pooler it may serve
    /// somebody else by then.
    pub(super) fn cancel(self, options: Arc<PostgresOptions>) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            let Ok(mut connection) = Connection::open(&options).await else {
                return;
            };
            let sql = format!(
                "SELECT pg_catalog.pg_cancel_backend({pid}) \
                 FROM pg_catalog.pg_stat_get_activity({pid}) \
                 WHERE extract(epoch FROM xact_start)::text = {since}",
                pid = self.pid,
                since = Literal(&self.since),
            );
            let _ = connection.send_within(sql, options.answer_timeout).await;
            connection.close().await;
        });
    }
}
