//! The second message of a step: settings, row, script.

use migsafe_core::store::{Aborted, ScriptFailure, StepOutcome, StepRequest};

use super::location::Sent;
use super::{PostgresSession, Transaction};
use crate::error::{Failure, ServerError};
use crate::sql;

impl PostgresSession {
    pub(super) async fn apply_step(&mut self, step: StepRequest<'_>) -> StepOutcome {
        let transaction = match self.take_transaction() {
            Ok(transaction) => transaction,
            Err(error) => return aborted(Aborted::ConnectionLost, error.to_string()),
        };
        if let Some(at) = step.script.find('\0') {
            // It would end the message.
            let failure =
                Sent::script_only(&step).failure_at(at, "the script holds a NUL character");
            return self.record_failure(&transaction, None, &step, failure).await;
        }
        let schema = self.options.schema.as_deref();
        let before = format!(
            "{};\n{};\n",
            sql::settings(step.options, schema),
            sql::insert_started(transaction.table(), &step)
        );
        let sent = Sent::new(&before, &step);
        self.running = Some(transaction.process.clone());
        let answer = self.tell(before.clone() + step.script, 1, Some(transaction.worker())).await;
        let number = answer.value(0, 0).map(|number| number.into_owned());
        match (answer.failure, number) {
            (None, Some(number)) => {
                self.running = None;
                self.finish_step(&transaction, &number, &step).await
            }
            (None, None) => {
                self.running = None;
                self.abandon().await;
                aborted(Aborted::Server, "the server gave the transaction no number")
            }
            (Some(Failure::Broken(error)), _) => {
                // The server may still be at it: `running` stays, and dropping us stops it.
                self.connection = None;
                aborted(Aborted::ConnectionLost, error.to_string())
            }
            (Some(Failure::Server(error)), number) => {
                self.running = None;
                self.refused(&transaction, number, &step, &sent, &error, answer.completed).await
            }
        }
    }

    /// The server refused a statement of the second message.
    async fn refused(
        &mut self,
        transaction: &Transaction,
        number: Option<String>,
        step: &StepRequest<'_>,
        sent: &Sent<'_>,
        error: &ServerError,
        completed: usize,
    ) -> StepOutcome {
        let failure = sent.failure(error, completed);
        if let Some(reason) = reason(error) {
            self.abandon().await;
            return StepOutcome::Aborted { reason, failure };
        }
        if sent.is_ours(error, completed) {
            self.abandon().await;
            return StepOutcome::Aborted { reason: Aborted::NotRecorded, failure };
        }
        self.record_failure(transaction, number.as_deref(), step, failure).await
    }
}

/// The errors that are no fault of the script and leave nothing behind, not even a failed row: a failed
/// row stops every deploy, Prisma's too. PostgreSQL manual, appendix A.
pub(crate) fn reason(error: &ServerError) -> Option<Aborted> {
    match &*error.code {
        "55P03" => Some(Aborted::LockTimeout),
        "40P01" | "40001" => Some(Aborted::Conflict),
        "57014" => Some(Aborted::Cancelled),
        // Only our BEGIN made them errors.
        "25001" | "2D000" => Some(Aborted::NeedsNoTransaction),
        // Idle for too long, the whole transaction too long, and trouble with the disk.
        "25P03" | "25P04" | "58000" | "58030" => Some(Aborted::Server),
        code if code.starts_with("53") || code.starts_with("57P") => Some(Aborted::Server),
        code if error.fatal || code.starts_with("08") => Some(Aborted::ConnectionLost),
        _ => None,
    }
}

pub(super) fn aborted(reason: Aborted, message: impl Into<String>) -> StepOutcome {
    StepOutcome::Aborted { reason, failure: ScriptFailure::new(message) }
}
