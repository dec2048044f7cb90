//! The first message of a step.

use std::time::Duration;

use migsafe_core::store::{Begun, Reading, StoreError, StoreErrorCode};

use super::cancel::Running;
use super::stamp::Stamp;
use super::{PostgresSession, Transaction};
use crate::connection::{Answer, Connection};
use crate::error::Failure;
use crate::journal;
use crate::lock::holder;
use crate::read::{Facts, Journals, Look, Seen, lacks_schema, read_only, restless};
use crate::sql::{self, Table};

/// The statement that tries for the advisory lock; after BEGIN, and before that for the table if there is one.
const LOCK: usize = 1;

/// How long it is taken for true who holds the lock.
const HOLDER_FRESH: Duration = Duration::from_secs(1);

/// How often the table may come and go; what to lock may turn out otherwise in between.
const LOOKS: usize = 12;

/// How trying for the lock went.
enum Tried {
    Locked(Running),
    /// By another. The transaction is ended.
    Held(Begun),
    /// There is no table to lock. The transaction is ended.
    NoTable,
    /// Something else has to be locked on this server. The transaction is ended.
    Otherwise,
}

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
        self.begin_with(false).await
    }

    /// With a look at the rows.
    async fn begin_with(&mut self, in_transaction: bool) -> Result<Begun, StoreError> {
        let schema = self.options.schema.clone();
        let table = Table { schema: schema.as_deref() };
        let first_look = || Look::first(schema.clone()).stamped();
        let mut look = first_look();
        let mut rollback = in_transaction;
        let mut begun = None;
        let mut has_table = true;
        if std::mem::take(&mut self.was_refused) && !in_transaction {
            // Most likely it is refused again, and then nothing else of the message would be of use.
            let answer = self.ask_first(&sql::begin(self.exclusion.locks(Some(table)))).await?;
            match self.tried(&answer, 0, has_table).await? {
                Tried::Locked(process) => begun = Some(process),
                Tried::Held(held) => return Ok(held),
                Tried::NoTable => has_table = false,
                Tried::Otherwise => {}
            }
        }
        for _ in 0..LOOKS {
            let mut statements = Vec::new();
            if rollback {
                statements.push("ROLLBACK".to_owned());
            }
            let first = statements.len();
            if begun.is_none() {
                statements.extend(sql::begin(self.exclusion.locks(has_table.then_some(table))));
            }
            let look_at = statements.len();
            statements.extend(look.statements());
            statements.push(sql::SAVEPOINT.to_owned());
            let (answer, process) = match begun.take() {
                Some(process) => (self.ask(&statements).await, process),
                None => {
                    let answer = self.ask_first(&statements).await?;
                    match self.tried(&answer, first, has_table).await? {
                        Tried::Locked(process) => (answer, process),
                        Tried::Held(held) => return Ok(held),
                        again => {
                            has_table = matches!(again, Tried::Otherwise);
                            (look, rollback) = (first_look(), false);
                            continue;
                        }
                    }
                }
            };
            let stamp = look.stamp_at(look_at).and_then(|at| Stamp::decode(&answer, at));
            match look.judge(answer, look_at)? {
                Seen::Reading(reading, facts) => {
                    let absent = reading.history.is_absent();
                    let instead = self.exclusion.instead(&facts, self.options.lock)?;
                    // A table that was created meanwhile is not locked.
                    let unlocked = !absent && !has_table && self.exclusion.is_of_table();
                    if instead.is_some() || unlocked {
                        self.exclusion = instead.unwrap_or(self.exclusion);
                        (look, rollback, has_table) = (first_look(), true, true);
                        continue;
                    }
                    let schema = self.schema_of(&facts)?;
                    self.schema = (!absent).then(|| schema.clone());
                    let lacks_schema = lacks_schema(&reading.history);
                    self.expected = stamp;
                    self.transaction = Some(Transaction { process, schema, lacks_schema, stamp });
                    let mut reading = self.with_journals(*reading, &facts.user).await?;
                    let kind = Some(self.exclusion.kind());
                    reading.database = reading.database.with_lock_kind(kind);
                    return Ok(Begun::Locked(Box::new(reading)));
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
    async fn with_journals(&mut self, reading: Reading, role: &str) -> Result<Reading, StoreError> {
        let ids = journal::unfinished(&reading);
        if ids.is_empty() {
            return Ok(reading);
        }
        let (entries, workers) = (sql::entries(&ids), sql::workers(&ids));
        let answer = self.ask(&[sql::journal_exists().to_owned()]).await;
        let journals = Journals::decode(&answer.ok("looking for the journal")?, 0);
        if journals != Journals::Readable {
            return Ok(journals.note(reading, role));
        }
        let answer = self.ask(&[entries, workers]).await.ok("reading the journal")?;
        Ok(journal::attach(reading, &answer, 0))
    }

    /// With the stamp only: usually nobody but us has written since.
    async fn begin_again(&mut self, expected: Stamp, schema: String) -> Result<Begun, StoreError> {
        let table = Table::in_schema(&schema);
        let mut statements = sql::begin(self.exclusion.locks(Some(table)));
        let stamp_at = statements.len();
        statements.push(sql::stamp(table));
        statements.push(sql::SAVEPOINT.to_owned());
        let answer = self.ask_first(&statements).await?;
        let process = match self.tried(&answer, 0, true).await? {
            Tried::Locked(process) => process,
            Tried::Held(held) => return Ok(held),
            Tried::NoTable | Tried::Otherwise => {
                self.expected = None;
                return self.begin_with(false).await;
            }
        };
        if Stamp::decode(&answer, stamp_at) == Some(expected) && answer.failure.is_none() {
            let stamp = Some(expected);
            let lacks_schema = false;
            self.transaction = Some(Transaction { process, schema, lacks_schema, stamp });
            return Ok(Begun::Unchanged);
        }
        // Even a table that is gone: the look finds out.
        self.expected = None;
        self.begin_with(true).await
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
    async fn tried(
        &mut self,
        answer: &Answer,
        begin_at: usize,
        has_table: bool,
    ) -> Result<Tried, StoreError> {
        let lock = begin_at + LOCK;
        let Some(locked) = answer.value(lock, 0) else {
            return match &answer.failure {
                // A standby refuses READ WRITE.
                Some(failure)
                    if answer.completed == begin_at && failure.code() == Some("0A000") =>
                {
                    Err(read_only(self.options.connect.get_database().unwrap_or("of the URL")))
                }
                Some(Failure::Server(error)) if answer.completed == lock && !error.fatal => {
                    self.exclusion = self.exclusion.after(error, self.options.lock)?;
                    self.abandon().await;
                    Ok(Tried::Otherwise)
                }
                Some(Failure::Server(error)) => {
                    Err(error.clone().into_error("beginning a transaction"))
                }
                _ => Err(super::unforeseen("the lock gave no answer")),
            };
        };
        if locked != "true" {
            return Ok(Tried::Held(self.leave_to_holder().await));
        }
        if let Some(Failure::Server(error)) = &answer.failure
            && answer.completed == lock + 1
            && has_table
            && self.exclusion.is_of_table()
        {
            return match &*error.code {
                "55P03" => Ok(Tried::Held(self.leave_to_holder().await)),
                "42P01" | "3F000" => {
                    self.abandon().await;
                    Ok(Tried::NoTable)
                }
                _ => Err(error.clone().into_error("locking the history table")),
            };
        }
        let process = Running::decode(answer, lock);
        process.map(Tried::Locked).ok_or_else(|| super::unforeseen("the lock gave no process"))
    }

    /// Ends the transaction. Who holds the lock is asked in the same message, but not again and again: a
    /// hundred sessions may be waiting.
    async fn leave_to_holder(&mut self) -> Begun {
        self.was_refused = true;
        let now = self.env.elapsed();
        if let Some((asked, known)) = &self.holder
            && now.saturating_sub(*asked) < HOLDER_FRESH
        {
            let known = known.clone();
            if self.ask(&["ROLLBACK".to_owned()]).await.failure.is_some() {
                self.abandon().await;
            }
            return Begun::Held(known);
        }
        let schema = self.options.schema.clone();
        let holders = sql::holders(Table { schema: schema.as_deref() });
        let held = self.ask(&["ROLLBACK".to_owned(), holders]).await;
        if held.failure.is_some() {
            self.abandon().await;
        }
        let by = held.rows(1).first().and_then(holder).map(Box::new);
        self.holder = Some((now, by.clone()));
        Begun::Held(by)
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
