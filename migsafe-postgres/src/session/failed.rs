//! A script that failed: its changes go, its row stays.

use migsafe_core::store::{Aborted, ScriptFailure, StepOutcome, StepRequest};

use super::{PostgresSession, Transaction};
use crate::error::Failure;
use crate::sql;

impl PostgresSession {
    /// Goes back to the savepoint, inserts the row as failed and commits, under the same lock. `number` is that
    /// of the transaction, unless not even the first statement of the second message ran.
    pub(super) async fn record_failure(
        &mut self,
        transaction: &Transaction,
        number: Option<&str>,
        step: &StepRequest<'_>,
        failure: ScriptFailure,
    ) -> StepOutcome {
        let mut statements = vec!["ROLLBACK TO SAVEPOINT migsafe_step".to_owned()];
        statements.extend(number.map(sql::transaction_is_ours));
        let checks = statements.len();
        statements.push(sql::insert_failed(transaction.table(), step, &failure.log()));
        statements.push("COMMIT".to_owned());
        self.expected = None;
        let answer = self.tell(statements.join(";\n"), 0, Some(transaction.worker())).await;
        match answer.failure {
            None => StepOutcome::Failed(failure),
            Some(Failure::Broken(error)) => {
                self.connection = None;
                StepOutcome::Unknown(error)
            }
            Some(Failure::Server(error)) if error.fatal => {
                self.connection = None;
                StepOutcome::Unknown(error.into_error("recording the failure"))
            }
            // No savepoint, or another transaction: the script ended ours before it failed.
            Some(Failure::Server(_)) if answer.completed < checks => {
                self.abandon().await;
                StepOutcome::Aborted { reason: Aborted::TransactionTaken, failure }
            }
            Some(Failure::Server(error)) => {
                self.abandon().await;
                let mut failure = failure;
                failure.message = format!(
                    "{}; recording this failed too: {} ({})",
                    failure.message, error.message, error.code
                );
                StepOutcome::Aborted { reason: Aborted::NotRecorded, failure }
            }
        }
    }
}
