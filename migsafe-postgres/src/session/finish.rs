//! The third message of a step: constraints, settings put back, the end of the row, COMMIT.

use migsafe_core::store::{Aborted, ScriptFailure, StepOutcome, StepRequest};

use super::apply::{aborted, reason};
use super::location::Sent;
use super::stamp::Stamp;
use super::{PostgresSession, Transaction};
use crate::connection::Answer;
use crate::error::{Failure, ServerError};
use crate::sql;

/// Where the statements of the message are.
const CONSTRAINTS: usize = 0;
const TRANSACTION: usize = 4;
const GUARD: usize = 5;
const COMMIT: usize = 6;

impl PostgresSession {
    /// Commits, if the transaction is still the one with this number and the row still ours.
    pub(super) async fn finish_step(
        &mut self,
        transaction: &Transaction,
        number: &str,
        step: &StepRequest<'_>,
    ) -> StepOutcome {
        let finished_at = self.env.now();
        let others = transaction.stamp.map(Stamp::numbers);
        let guard = sql::guard(transaction.table(), step.row_id, finished_at, number, others);
        let mut statements = sql::reset().map(str::to_owned).to_vec();
        statements.push(guard);
        statements.push("COMMIT".to_owned());
        self.expected = None;
        let mut answer =
            self.tell(statements.join(";\n"), usize::MAX, Some(transaction.worker())).await;
        match answer.failure.take() {
            None => {
                let row = Stamp::decode(&answer, GUARD);
                self.expected = transaction.stamp.zip(row).map(|(rows, row)| rows.with(row));
                StepOutcome::Applied { finished_at }
            }
            Some(Failure::Broken(error)) => {
                self.connection = None;
                StepOutcome::Unknown(error)
            }
            // A server that shuts down, or a pooler in its name, may say so after the COMMIT was done.
            Some(Failure::Server(error)) if error.fatal => {
                self.connection = None;
                StepOutcome::Unknown(error.into_error("committing"))
            }
            Some(Failure::Server(error)) => {
                self.not_finished(transaction, number, step, &answer, &error).await
            }
        }
    }

    /// The server refused a statement, so that COMMIT was not reached or did not commit.
    async fn not_finished(
        &mut self,
        transaction: &Transaction,
        number: &str,
        step: &StepRequest<'_>,
        answer: &Answer,
        error: &ServerError,
    ) -> StepOutcome {
        let failure = Sent::nowhere(error);
        if answer.completed == GUARD && answer.value(TRANSACTION, 0).as_deref() != Some(number) {
            self.abandon().await;
            return aborted(
                Aborted::TransactionTaken,
                "the script ended the transaction that was opened for it",
            );
        }
        if let Some(reason) = reason(error) {
            self.abandon().await;
            return StepOutcome::Aborted { reason, failure };
        }
        match answer.completed {
            // A deferred constraint: the script's fault, and it can still be undone.
            CONSTRAINTS => self.record_failure(transaction, Some(number), step, failure).await,
            GUARD => {
                self.abandon().await;
                guard_refused(error, failure)
            }
            COMMIT => {
                self.abandon().await;
                StepOutcome::Aborted { reason: Aborted::Server, failure }
            }
            _ => {
                self.abandon().await;
                StepOutcome::Aborted { reason: Aborted::NotRecorded, failure }
            }
        }
    }
}

/// The row could not be finished, in the transaction that has inserted it.
fn guard_refused(error: &ServerError, failure: ScriptFailure) -> StepOutcome {
    match &*error.code {
        // Division by zero is the guard's way to say that the row is not there or not as it was left;
        // the others, that the table is not.
        "22012" | "3F000" | "42703" | "42P01" | "42809" => aborted(
            Aborted::HistoryTouched,
            "the script changed the history, so that its row could not be finished",
        ),
        "2201F" => aborted(
            Aborted::HistoryTouched,
            "rows of other migrations in the history were changed while the script ran",
        ),
        _ => StepOutcome::Aborted { reason: Aborted::NotRecorded, failure },
    }
}
