//! Changes that are not a step: the history table itself, and rows changed by decision.

use migsafe_core::history::HistoryRow;
use migsafe_core::store::{AuditNote, RowChange, StoreError, StoreErrorCode};

use super::transaction::Work;
use crate::error::{Fault, code};
use crate::read;
use crate::sql::{self, AuditEntry};

pub(super) const DOING: &str = "change the history";

/// Creates the history table and commits.
pub(super) async fn create_history_table(work: &mut Work<'_>) -> Result<(), Fault> {
    if let Err(fault) = work.connection.run(sql::CREATE_HISTORY_TABLE).await {
        work.roll_back().await;
        return Err(fault);
    }
    work.commit_or_roll_back().await
}

/// Changes the rows, writes an audit entry for each, and commits all of it or nothing.
pub(super) async fn change_rows(
    work: &mut Work<'_>,
    changes: &[RowChange],
    note: &AuditNote,
) -> Result<(), StoreError> {
    if let Err(error) = write(work, changes, note).await {
        work.roll_back().await;
        return Err(error);
    }
    work.commit_or_roll_back().await.map_err(|fault| fault.store_error(DOING))
}

async fn write(
    work: &mut Work<'_>,
    changes: &[RowChange],
    note: &AuditNote,
) -> Result<(), StoreError> {
    let failed = |fault: Fault| fault.store_error(DOING);
    if !changes.is_empty() {
        work.connection.run(sql::CREATE_AUDIT_TABLE).await.map_err(failed)?;
    }
    for change in changes {
        if let Some(before) = change.before() {
            let found = read::row(work.connection, &before.id).await.map_err(failed)?;
            if found.as_ref() != Some(before) {
                return Err(conflict(&before.id));
            }
        }
        let sql = match change {
            RowChange::Insert { row } => sql::insert_row(row),
            RowChange::MarkRolledBack { before, at } => sql::roll_back_row(&before.id, *at),
            other => {
                let message = format!("this version cannot make the change to {}", other.name());
                return Err(StoreError::new(StoreErrorCode::Sql, message));
            }
        };
        match work.connection.run(sql).await {
            Ok(1) => {}
            Ok(_) => return Err(conflict(change.name())),
            Err(fault) if fault.primary() == Some(code::CONSTRAINT) => {
                return Err(conflict(change.name()).with_source(failed(fault)));
            }
            Err(fault) => return Err(failed(fault)),
        }
        let after = change.after();
        let entry = AuditEntry {
            at: note.at,
            action: &note.action,
            actor: note.actor.as_deref(),
            migration_name: change.name(),
            before: change.before().map(json).transpose()?,
            after: after.as_ref().map(json).transpose()?,
        };
        work.connection.run(sql::insert_audit(&entry)).await.map_err(failed)?;
    }
    Ok(())
}

fn conflict(what: &str) -> StoreError {
    StoreError::new(StoreErrorCode::Conflict, format!("row {what} is no longer what it was"))
}

fn json(row: &HistoryRow) -> Result<String, StoreError> {
    serde_json::to_string(row).map_err(|error| {
        StoreError::new(StoreErrorCode::Sql, "a row cannot be written as JSON").with_source(error)
    })
}
