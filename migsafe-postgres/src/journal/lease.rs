//! Taking a lease and keeping it.

use std::sync::Arc;

use migsafe_core::history::HistoryRow;
use migsafe_core::store::{StatementSupport, StoreError, StoreErrorCode};
use tokio::task::JoinHandle;

use crate::PostgresOptions;
use crate::connection::Connection;
use crate::options::StatementMode;
use crate::session::{PostgresSession, Transaction};
use crate::sql::{self, Lease};

use super::pooler::{Process, Signs};
use super::rights;

/// How often a lease is renewed while it lasts.
const RENEWALS: u32 = 4;

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
/// server processes from one client to another, and not by a role that may not keep a journal.
pub(crate) async fn probe(options: &Arc<PostgresOptions>) -> Result<StatementSupport, StoreError> {
    match options.statements {
        StatementMode::Forbidden => {
            let why = "statements outside a transaction are switched off (`--statement-mode \
                       forbidden`, `StatementMode::Forbidden`)";
            return Ok(StatementSupport::Refused(why.to_owned()));
        }
        StatementMode::Forced | StatementMode::Detect => {}
    }
    let mut connection = Connection::open(options).await?;
    let refused = refused(&mut connection, options).await;
    connection.close().await;
    Ok(refused?.map_or(StatementSupport::Available, StatementSupport::Refused))
}

/// Why they cannot, if so.
async fn refused(
    connection: &mut Connection,
    options: &PostgresOptions,
) -> Result<Option<String>, StoreError> {
    if options.statements == StatementMode::Detect {
        let error = match Signs::look(connection, options).await {
            Ok(None) => None,
            Ok(Some(signs)) => Some(signs.into_error()),
            Err(error) if error.code() == StoreErrorCode::UnsafeSetting => Some(error),
            Err(error) => return Err(error),
        };
        if let Some(error) = error {
            return Ok(Some(format!("{error}; {}", error.help())));
        }
    }
    rights::missing(connection, options.answer_timeout).await
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
            keeper.check_direct().await?;
        }
        let answer = self.ask(&[sql::journal_exists().to_owned()]).await;
        let answer = answer.ok("looking for the journal")?;
        if answer.value(0, 0).as_deref() != Some("t") {
            let answer = self.ask(&[sql::create_journal().to_owned()]).await;
            answer.ok("creating the journal").map_err(|error| match error.code() {
                StoreErrorCode::Permission => error.with_help(
                    "the journal of a migration that runs statement by statement is in a schema of its own: \
                     GRANT CREATE ON DATABASE to the role",
                ),
                _ => error,
            })?;
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
    process: Process,
    owner: String,
}

impl Keeper {
    async fn open(options: &Arc<PostgresOptions>) -> Result<Self, StoreError> {
        let mut connection = Connection::open(options).await?;
        let process = Process::of(&mut connection, options.answer_timeout).await?;
        let owner =
            format!("migsafe {}, process {}", env!("CARGO_PKG_VERSION"), std::process::id());
        Ok(Self { options: Arc::clone(options), connection, process, owner })
    }

    /// Refuses a transaction pooler.
    async fn check_direct(&mut self) -> Result<(), StoreError> {
        match Signs::look(&mut self.connection, &self.options).await? {
            None => Ok(()),
            Some(signs) => Err(signs.into_error()),
        }
    }

    fn lease<'a>(&'a self, row_id: &'a str, token: &'a str) -> Lease<'a> {
        Lease {
            row_id,
            token,
            owner: &self.owner,
            pid: self.process.pid,
            process_start: &self.process.start,
            time_to_live: self.options.lease,
        }
    }

    /// Renews until the lease is somebody else's. A connection that breaks is made anew.
    async fn keep(mut self, row_id: String, token: String) {
        loop {
            tokio::time::sleep(self.options.lease / RENEWALS).await;
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

fn token(env: &dyn migsafe_core::env::Env) -> String {
    env.random().iter().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
