//! Running one statement: inside a transaction with its record, or outside between two records.

use std::time::Duration;

use migsafe_core::history::JournalState;
use migsafe_core::policy::Location;
use migsafe_core::sql::{Effect, LineIndex};
use migsafe_core::store::{Aborted, ScriptFailure, StatementOutcome, StatementRequest};

use crate::connection::Answer;
use crate::error::{Failure, ServerError};
use crate::session::{PostgresSession, nowhere, reason};
use crate::sql;

/// The statement of the message inside a transaction that checks the lease.
const FENCE: usize = 1;
/// The statement itself.
const STATEMENT: usize = 4;

impl PostgresSession {
    /// The statement, its record and the check of the lease commit together: exactly once or not at all.
    pub(super) async fn run_inside(&mut self, request: StatementRequest<'_>) -> StatementOutcome {
        let Some(token) = self.lease.as_ref().map(|lease| lease.token().to_owned()) else {
            return StatementOutcome::LeaseLost;
        };
        let state =
            if request.statement.repeats() { JournalState::Started } else { JournalState::Done };
        let Ok(record) = self.record(&request, state, None) else {
            return StatementOutcome::LeaseLost;
        };
        let schema = self.options.schema.as_deref();
        let before = [
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE".to_owned(),
            sql::fence(request.row_id, &token),
            record,
            sql::settings(request.options, schema),
        ]
        .join(";\n")
            + ";\n";
        let mut message = before.clone();
        message.push_str(request.sql);
        for statement in sql::reset() {
            message.push_str(";\n");
            message.push_str(statement);
        }
        message.push_str(";\nCOMMIT");
        let mut answer = self.tell(message, 0, self.worker.clone()).await;
        match answer.failure.take() {
            None => StatementOutcome::Done { rows: answer.affected(STATEMENT).unwrap_or_default() },
            Some(Failure::Broken(error)) => {
                self.connection = None;
                StatementOutcome::Unknown(error)
            }
            Some(Failure::Server(error)) if error.fatal => {
                self.connection = None;
                StatementOutcome::Unknown(error.into_error("running a statement"))
            }
            Some(Failure::Server(error)) => {
                self.abandon().await;
                if answer.completed == FENCE && error.code == "22012" {
                    return StatementOutcome::LeaseLost;
                }
                let failure = located(&request, &error, before.chars().count());
                if let Some(reason) = reason(&error) {
                    return StatementOutcome::Aborted { reason, failure };
                }
                self.record_failed(&request, &error).await;
                StatementOutcome::Failed(failure)
            }
        }
    }

    /// The record of the start is committed, with what stands in the catalog, and the statement is sent alone.
    /// That it is done is recorded only when the catalog was looked into.
    pub(super) async fn run_outside(&mut self, request: StatementRequest<'_>) -> StatementOutcome {
        let Ok(started) = self.record(&request, JournalState::Started, None) else {
            return StatementOutcome::LeaseLost;
        };
        // An index build waits for every older transaction and blocks nobody meanwhile: a limit for that
        // wait, of ours or of the role or the database, would only leave an invalid index behind.
        let lock_timeout = match request.statement.effect() {
            None | Some(Effect::Repeatable) => request.options.lock_timeout,
            Some(_) => Some(Duration::ZERO),
        };
        let settings = sql::session_settings(
            lock_timeout,
            request.options.statement_timeout,
            self.options.schema.as_deref(),
        );
        let answer = self.ask(&[started]).await;
        match self.understood(&request, answer).await {
            Ok(answer) if answer.affected(0) == Some(1) => {}
            Ok(_) => return StatementOutcome::LeaseLost,
            Err(outcome) => return outcome,
        }
        let answer = self.ask(&[settings]).await;
        if let Err(outcome) = self.understood(&request, answer).await {
            return outcome;
        }
        let mut answer = self.tell(request.sql.to_owned(), 0, self.worker.clone()).await;
        match answer.failure.take() {
            None => {}
            Some(Failure::Broken(error)) => {
                self.connection = None;
                return StatementOutcome::Unknown(error);
            }
            Some(Failure::Server(error)) if error.fatal => {
                self.connection = None;
                return StatementOutcome::Unknown(error.into_error("running a statement"));
            }
            Some(Failure::Server(error)) => {
                let _ = self.ask(&["RESET ALL".to_owned()]).await;
                let failure = located(&request, &error, 0);
                if let Some(reason) = reason(&error) {
                    return StatementOutcome::Aborted { reason, failure };
                }
                self.record_failed(&request, &error).await;
                return StatementOutcome::Failed(failure);
            }
        }
        let reset = "RESET SESSION AUTHORIZATION;\nRESET ROLE;\nRESET ALL".to_owned();
        let answer = self.ask(&[reset]).await;
        match self.understood(&request, answer).await {
            Ok(_) => StatementOutcome::Done { rows: 0 },
            Err(outcome) => outcome,
        }
    }

    /// An answer to a statement of ours.
    async fn understood(
        &mut self,
        request: &StatementRequest<'_>,
        mut answer: Answer,
    ) -> Result<Answer, StatementOutcome> {
        match answer.failure.take() {
            None => Ok(answer),
            Some(Failure::Broken(error)) => {
                self.connection = None;
                Err(StatementOutcome::Unknown(error))
            }
            Some(Failure::Server(error)) => {
                let failure = located(request, &error, usize::MAX);
                let reason = reason(&error).unwrap_or(Aborted::NotRecorded);
                Err(StatementOutcome::Aborted { reason, failure })
            }
        }
    }

    /// As far as that still goes: without it the statement is in doubt, which is the safe side.
    async fn record_failed(&mut self, request: &StatementRequest<'_>, error: &ServerError) {
        if let Ok(record) = self.record(request, JournalState::Failed, Some(&error.code)) {
            let _ = self.ask(&[record]).await;
        }
    }
}

/// The server's error with its place in the script.
fn located(
    request: &StatementRequest<'_>,
    error: &ServerError,
    characters_before: usize,
) -> ScriptFailure {
    let mut failure = nowhere(error);
    let start = request.statement.start();
    failure.location = Location::at(start);
    failure.location.statement = Some(request.number);
    let character = error.position.and_then(|n| n.checked_sub(characters_before));
    if let Some(character) = character.filter(|n| *n > 0) {
        let lines = LineIndex::new(request.sql);
        let within = lines.position(lines.from_char_offset(character));
        failure.location.line = Some(start.line + within.line - 1);
        failure.location.column =
            Some(if within.line == 1 { start.column + within.column - 1 } else { within.column });
    }
    failure
}
