//! Changing rows by decision, with an audit entry for each.

use migsafe_core::store::{AuditNote, RowChange, StoreError, StoreErrorCode};

use super::{PostgresSession, Transaction};
use crate::sql;

impl PostgresSession {
    pub(super) async fn change(
        &mut self,
        changes: &[RowChange],
        note: &AuditNote,
    ) -> Result<(), StoreError> {
        let transaction = self.take_transaction()?;
        self.expected = None;
        let changed = self.change_all(&transaction, changes, note).await;
        if changed.is_err() {
            self.abandon().await;
            return changed;
        }
        let answer = self.ask(&["COMMIT".to_owned()]).await;
        if answer.failure.is_some() {
            self.abandon().await;
        }
        answer.ok("committing the change").map(drop).map_err(|error| {
            error.with_help(
                "look at `migsafe status` whether the change was made, then decide again",
            )
        })
    }

    /// Everything but COMMIT.
    async fn change_all(
        &mut self,
        transaction: &Transaction,
        changes: &[RowChange],
        note: &AuditNote,
    ) -> Result<(), StoreError> {
        let mut statements = Vec::new();
        for change in changes {
            let statement = sql::change(&transaction.schema, change, note);
            statements.push(statement.ok_or_else(|| not_what_it_was(change))?);
        }
        let answer = self.ask(&[sql::audit_exists().to_owned()]).await;
        let answer = answer.ok("looking for the table of the audit")?;
        if answer.value(0, 0).as_deref() != Some("t") {
            let answer = self.ask(&[sql::create_audit().to_owned()]).await;
            answer.ok("creating the table of the audit")?;
        }
        let answer = self.ask(&statements).await.ok("changing the history")?;
        for (index, change) in changes.iter().enumerate() {
            if answer.affected(index) != Some(1) {
                return Err(not_what_it_was(change));
            }
        }
        Ok(())
    }
}

fn not_what_it_was(change: &RowChange) -> StoreError {
    let text = format!("a row of migration {} is no longer what it was", change.name());
    StoreError::new(StoreErrorCode::Conflict, text)
}
