//! Taking a lease and keeping it.

use std::sync::Arc;
use std::time::Duration;

use migsafe_core::history::HistoryRow;
use migsafe_core::store::{StatementSupport, StoreError, StoreErrorCode};
use tokio::task::JoinHandle;

use crate::PostgresOptions;
use crate::connection::Connection;
use crate::options::StatementMode;
use crate::session::{PostgresSession, Transaction};
use crate::sql::{self, Lease};

/// How long a lease lasts without being renewed. It matters only when the connection that renews it is
/// cut off from us and not from the server.
const TIME_TO_LIVE: Duration = Duration::from_secs(30);

/// How long a question may take by which a pooler is recognised.
const PROBE_LIMIT: Duration = Duration::from_secs(3);

/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(8);

/// A lease that is ours, and the task that keeps it. Dropping it stops the renewal and closes its
/// connection, so that others see at once that nobody is at work.
#[derive(Debug)]
pub(crate) struct HeldLease {
    token: String,
    renewal: JoinHandle<()>,
}

impl HeldLease {
    pub(crate) fn token(&self) -> &str {
        &self.token
    }
}

impl Drop for HeldLease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

/// Whether statements can be run one by one over these connections: not through a pooler that hands
/// server processes from one client to another.
pub(crate) async fn probe(options: &Arc<PostgresOptions>) -> Result<StatementSupport, StoreError> {
    match options.statements {
        StatementMode::Forbidden => {
            let why = "statements outside a transaction are switched off for this connection";
            return Ok(StatementSupport::Refused(why.to_owned()));
        }
        StatementMode::Forced => return Ok(StatementSupport::Available),
        StatementMode::Detect => {}
    }
    let mut keeper = Keeper::open(options).await?;
    match keeper.check_direct(options).await {
        Ok(()) => Ok(StatementSupport::Available),
        Err(error) if error.code() == StoreErrorCode::UnsafeSetting => {
            Ok(StatementSupport::Refused(format!("{error}: {}", error.help())))
        }
        Err(error) => Err(error),
    }
}

impl PostgresSession {
    /// Writes row and lease in the open transaction and commits.
    pub(super) async fn start_in(
        &mut self,
        transaction: &Transaction,
        row: &HistoryRow,
        is_new: bool,
    ) -> Result<HeldLease, StoreError> {
        let mut keeper = Keeper::open(&self.options).await?;
        if self.options.statements == StatementMode::Detect {
            keeper.check_direct(&self.options).await?;
        }
        let answer = self.ask(&[sql::journal_exists().to_owned()]).await;
        let answer = answer.ok("looking for the journal")?;
        if answer.value(0, 0).as_deref() != Some("t") {
            let answer = self.ask(&[sql::create_journal().to_owned()]).await;
            answer.ok("creating the journal")?;
        }
        let table = transaction.table();
        let write_row = if is_new {
            sql::insert_unfinished(table, row)
                .ok_or_else(|| crate::session::unforeseen("the row cannot be written"))?
        } else {
            sql::take_up(table, &row.id)
        };
        let token = token(&*self.env);
        let claim = sql::claim(&keeper.lease(&row.id, &token));
        let answer = self.ask(&[write_row, claim]).await.ok("taking the lease")?;
        if answer.affected(0) != Some(1) {
            let text = "the row is not unfinished any more: somebody has resolved it meanwhile";
            return Err(StoreError::new(StoreErrorCode::Conflict, text));
        }
        if answer.affected(1) != Some(1) {
            let text = "another deployer is at work on this migration";
            return Err(StoreError::new(StoreErrorCode::Conflict, text));
        }
        self.ask(&["COMMIT".to_owned()]).await.ok("committing the lease")?;
        let renewal = tokio::spawn(keeper.keep(row.id.clone(), token.clone()));
        Ok(HeldLease { token, renewal })
    }
}

/// The connection that renews a lease.
struct Keeper {
    options: Arc<PostgresOptions>,
    connection: Connection,
    pid: i32,
    start: String,
    owner: String,
}

impl Keeper {
    async fn open(options: &Arc<PostgresOptions>) -> Result<Self, StoreError> {
        let mut connection = Connection::open(options).await?;
        let (pid, start) = process(&mut connection, options.answer_timeout).await?;
        let owner =
            format!("migsafe {}, process {}", env!("CARGO_PKG_VERSION"), std::process::id());
        Ok(Self { options: Arc::clone(options), connection, pid, start, owner })
    }

    /// Refuses a transaction pooler: between two messages it may hand our server process to somebody
    /// else, so that nothing which is known of a process holds.
    ///
    /// While another client is in a transaction, the pooler has to give us another server process than
    /// the one it had given us before, if that is the one it gave to the other. Direct connections never change.
    async fn check_direct(&mut self, options: &PostgresOptions) -> Result<(), StoreError> {
        for _ in 0..4 {
            let mut other = Connection::open(options).await?;
            let begin = format!("BEGIN;\n{}", sql::own_process());
            let begun = other.send_within(begin, Some(PROBE_LIMIT)).await;
            begun.ok("looking for a pooler").map_err(pooled_if_late)?;
            let asked = process(&mut self.connection, Some(PROBE_LIMIT)).await;
            let (pid, _) = asked.map_err(pooled_if_late)?;
            let ended = other.send_within("ROLLBACK".to_owned(), Some(PROBE_LIMIT)).await;
            ended.ok("looking for a pooler")?;
            other.close().await;
            if pid != self.pid {
                return Err(pooled());
            }
        }
        Ok(())
    }

    fn lease<'a>(&'a self, row_id: &'a str, token: &'a str) -> Lease<'a> {
        Lease {
            row_id,
            token,
            owner: &self.owner,
            pid: self.pid,
            process_start: &self.start,
            time_to_live: TIME_TO_LIVE,
        }
    }

    /// Renews until the lease is somebody else's. A connection that breaks is made anew.
    async fn keep(mut self, row_id: String, token: String) {
        loop {
            tokio::time::sleep(RENEWAL).await;
            let renew = sql::renew(&self.lease(&row_id, &token));
            let answer = self.connection.send_within(renew, self.options.answer_timeout).await;
            if answer.failure.is_none() && answer.affected(0) != Some(1) {
                return;
            }
            if !self.connection.is_usable()
                && let Ok(next) = Self::open(&self.options).await
            {
                self = next;
                let renew = sql::renew(&self.lease(&row_id, &token));
                let _ = self.connection.send_within(renew, self.options.answer_timeout).await;
            }
        }
    }
}

/// A pooler without a free server process lets a client wait; a server never does. Any other error says
/// nothing about poolers.
fn pooled_if_late(error: StoreError) -> StoreError {
    if error.code() == StoreErrorCode::Timeout { pooled() } else { error }
}

fn pooled() -> StoreError {
    StoreError::new(
        StoreErrorCode::UnsafeSetting,
        "the connection goes through a transaction pooler, where a statement outside a transaction \
         cannot be watched over",
    )
    .with_help("give the direct URL of the server (`--direct-url`, or DIRECT_URL)")
}

async fn process(
    connection: &mut Connection,
    limit: Option<Duration>,
) -> Result<(i32, String), StoreError> {
    let sql = sql::own_process().to_owned();
    let answer = connection.send_within(sql, limit).await;
    let answer = answer.ok("asking for the server process")?;
    let pid = answer.value(0, 0).and_then(|pid| pid.parse().ok());
    let start = answer.value(0, 1).map(|start| start.into_owned());
    pid.zip(start).ok_or_else(|| crate::session::unforeseen("the server process is not known"))
}

fn token(env: &dyn migsafe_core::env::Env) -> String {
    env.random().iter().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
