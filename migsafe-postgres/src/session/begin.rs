//! The first message of a step.

use std::time::Duration;

use migsafe_core::lock::LockHolder;
use migsafe_core::store::{Begun, Reading, StoreError, StoreErrorCode};

use super::cancel::Running;
use super::stamp::Stamp;
use super::{PostgresSession, Transaction};
use crate::connection::{Answer, Connection};
use crate::error::Failure;
use crate::journal;
use crate::lock::holder;
use crate::read::{Facts, Look, Seen, lacks_schema, read_only, restless};
use crate::sql::{self, Table};

/// The statements before the look: BEGIN and the lock.
const BEFORE_LOOK: usize = 2;
/// The statement that tries for the lock.
const LOCK: usize = 1;

/// How long it is taken for true who holds the lock.
const HOLDER_FRESH: Duration = Duration::from_secs(1);

/// How often the table may come and go.
const LOOKS: usize = 5;

impl PostgresSession {
    pub(super) async fn begin_step(&mut self) -> Result<Begun, StoreError> {
        if self.transaction.is_some() {
            return Err(super::unforeseen("a transaction is open already"));
        }
        let begun = self.try_begin().await;
        if begun.is_err() {
            // Whatever is open is closed; nothing has been changed.
            self.connection = None;
            self.transaction = None;
        }
        begun
    }

    async fn try_begin(&mut self) -> Result<Begun, StoreError> {
        if let (Some(expected), Some(schema)) = (self.expected, self.schema.clone()) {
            return self.begin_again(expected, schema).await;
        }
        self.begin_with(Look::first(self.options.schema.clone()).stamped(), false).await
    }

    /// With a look at the rows.
    async fn begin_with(&mut self, look: Look, in_transaction: bool) -> Result<Begun, StoreError> {
        let mut look = look;
        let mut rollback = in_transaction;
        let mut begun = None;
        if std::mem::take(&mut self.was_refused) && !in_transaction {
            // Most likely it is refused again, and then nothing else of the message would be of use.
            let answer = self.ask_first(&sql::begin()).await?;
            match self.locked(&answer, 0).await? {
                Ok(process) => begun = Some(process),
                Err(held) => return Ok(held),
            }
        }
        for _ in 0..LOOKS {
            let mut statements = Vec::new();
            if rollback {
                statements.push("ROLLBACK".to_owned());
            }
            let first = statements.len();
            if begun.is_none() {
                statements.extend(sql::begin());
            }
            let look_at = statements.len();
            statements.extend(look.statements());
            statements.push(sql::SAVEPOINT.to_owned());
            let (answer, process) = match begun.take() {
                Some(process) => (self.ask(&statements).await, process),
                None => {
                    let answer = self.ask_first(&statements).await?;
                    match self.locked(&answer, first).await? {
                        Ok(process) => (answer, process),
                        Err(held) => return Ok(held),
                    }
                }
            };
            let stamp = look.stamp_at(look_at).and_then(|at| Stamp::decode(&answer, at));
            match look.judge(answer, look_at)? {
                Seen::Reading(reading, facts) => {
                    let absent = reading.history.is_absent();
                    let schema = self.schema_of(&facts)?;
                    self.schema = (!absent).then(|| schema.clone());
                    let lacks_schema = lacks_schema(&reading.history);
                    self.expected = stamp;
                    self.transaction = Some(Transaction { process, schema, lacks_schema, stamp });
                    return Ok(Begun::Locked(Box::new(self.with_journals(*reading).await?)));
                }
                Seen::Other(next) => {
                    look = next;
                    rollback = true;
                }
            }
        }
        Err(restless())
    }

    /// Asks for the journals of unfinished rows, if there are any of either.
    async fn with_journals(&mut self, reading: Reading) -> Result<Reading, StoreError> {
        let ids = journal::unfinished(&reading);
        if ids.is_empty() {
            return Ok(reading);
        }
        let (entries, workers) = (sql::entries(&ids), sql::workers(&ids));
        let answer = self.ask(&[sql::journal_exists().to_owned()]).await;
        if answer.ok("looking for the journal")?.value(0, 1).as_deref() != Some("t") {
            return Ok(reading);
        }
        let answer = self.ask(&[entries, workers]).await.ok("reading the journal")?;
        Ok(journal::attach(reading, &answer, 0))
    }

    /// With the stamp only: usually nobody but us has written since.
    async fn begin_again(&mut self, expected: Stamp, schema: String) -> Result<Begun, StoreError> {
        let mut statements = sql::begin().to_vec();
        statements.push(sql::stamp(Table::in_schema(&schema)));
        statements.push(sql::SAVEPOINT.to_owned());
        let answer = self.ask_first(&statements).await?;
        let process = match self.locked(&answer, 0).await? {
            Ok(process) => process,
            Err(held) => return Ok(held),
        };
        if Stamp::decode(&answer, BEFORE_LOOK) == Some(expected) && answer.failure.is_none() {
            let stamp = Some(expected);
            let lacks_schema = false;
            self.transaction = Some(Transaction { process, schema, lacks_schema, stamp });
            return Ok(Begun::Unchanged);
        }
        // Even a table that is gone: the look finds out.
        self.expected = None;
        let look = Look::first(self.options.schema.clone()).stamped();
        self.begin_with(look, true).await
    }

    /// Sends the first message of a transaction. Before it the connection was idle, perhaps for long, and may
    /// have broken unnoticed; nothing was done on it, so that another one serves as well. One on which a
    /// message was abandoned is not replaced: what became of that is for the caller to find out.
    async fn ask_first(&mut self, statements: &[String]) -> Result<Answer, StoreError> {
        let was_usable = self.connection.as_ref().is_some_and(Connection::is_usable);
        let mut answer = self.ask(statements).await;
        let is_usable = self.connection.as_ref().is_some_and(Connection::is_usable);
        let timed_out = matches!(
            &answer.failure,
            Some(Failure::Broken(error)) if error.code() == StoreErrorCode::Timeout
        );
        if was_usable && !is_usable && !timed_out {
            self.connection = Some(Connection::open(&self.options).await?);
            answer = self.ask(statements).await;
        }
        match answer.failure {
            Some(Failure::Broken(error)) => Err(error),
            failure => {
                answer.failure = failure;
                Ok(answer)
            }
        }
    }

    /// Whether the lock was got; if not, the transaction is ended and the holder asked for, in one message.
    async fn locked(
        &mut self,
        answer: &Answer,
        begin_at: usize,
    ) -> Result<Result<Running, Begun>, StoreError> {
        let lock = begin_at + LOCK;
        let Some(locked) = answer.value(lock, 0) else {
            return Err(match &answer.failure {
                // A standby refuses READ WRITE.
                Some(failure)
                    if answer.completed == begin_at && failure.code() == Some("0A000") =>
                {
                    read_only(self.options.connect.get_database().unwrap_or("of the URL"))
                }
                Some(Failure::Server(error)) => error.clone().into_error("beginning a transaction"),
                _ => super::unforeseen("the lock gave no answer"),
            });
        };
        if locked == "true" {
            let process = Running::decode(answer, lock);
            return process.map(Ok).ok_or_else(|| super::unforeseen("the lock gave no process"));
        }
        self.was_refused = true;
        Ok(Err(Begun::Held(self.leave_to_holder().await)))
    }

    /// Ends the transaction. Who holds the lock is asked in the same message, but not again and again: a
    /// hundred sessions may be waiting.
    async fn leave_to_holder(&mut self) -> Option<Box<LockHolder>> {
        let now = self.env.elapsed();
        if let Some((asked, known)) = &self.holder
            && now.saturating_sub(*asked) < HOLDER_FRESH
        {
            let known = known.clone();
            if self.ask(&["ROLLBACK".to_owned()]).await.failure.is_some() {
                self.abandon().await;
            }
            return known;
        }
        let held = self.ask(&[sql::holders(), "ROLLBACK".to_owned()]).await;
        if held.failure.is_some() {
            self.abandon().await;
        }
        let by = held.rows(0).first().and_then(holder).map(Box::new);
        self.holder = Some((now, by.clone()));
        by
    }

    fn schema_of(&self, facts: &Facts) -> Result<String, StoreError> {
        facts
            .table
            .as_ref()
            .map(|table| table.schema.clone())
            .or_else(|| self.options.schema.clone())
            .or_else(|| facts.current_schema.clone())
            .ok_or_else(|| super::unforeseen("no schema is known for it"))
    }
}
