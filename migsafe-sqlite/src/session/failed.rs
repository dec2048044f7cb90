//! Recording that a script failed.

use migsafe_core::history::HistoryRow;
use migsafe_core::store::{Aborted, ScriptFailure, StepOutcome, StepRequest};

use super::transaction::{Committed, Transaction, Work};
use crate::error::Fault;
use crate::sql;

/// Whether the failure left the transaction open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alive {
    Yes,
    No,
}

impl Alive {
    pub(super) fn of(work: &Work<'_>) -> Self {
        if work.watch.ended() { Self::No } else { Self::Yes }
    }
}

/// Takes the script back, writes the log into the row and commits: the lock is not let go in
/// between.
///
/// If the failure itself ended the transaction (`ON CONFLICT ROLLBACK`), or the script did away
/// with the savepoint, the row is written in a new one, provided that nobody else wrote in between.
pub(super) async fn record(
    work: &mut Work<'_>,
    transaction: Transaction,
    step: &StepRequest<'_>,
    failure: ScriptFailure,
    alive: Alive,
) -> StepOutcome {
    let log = failure.log();
    if alive == Alive::Yes && take_back(work, step, &log).await.is_ok() {
        return commit(work, step, failure).await;
    }
    work.roll_back().await;
    match write_anew(work, transaction, step, &log).await {
        Ok(true) => commit(work, step, failure).await,
        Ok(false) => {
            work.roll_back().await;
            StepOutcome::Aborted { reason: Aborted::Conflict, failure }
        }
        Err(fault) => give_up(work, &fault, failure).await,
    }
}

async fn take_back(
    work: &mut Work<'_>,
    step: &StepRequest<'_>,
    log: &str,
) -> Result<(), Option<Fault>> {
    work.connection.run(sql::BACK_TO_SAVEPOINT).await?;
    match work.connection.run(sql::log_failure(step.row_id, log)).await? {
        1 => Ok(()),
        _ => Err(None),
    }
}

/// False when somebody else wrote in between.
async fn write_anew(
    work: &mut Work<'_>,
    before: Transaction,
    step: &StepRequest<'_>,
    log: &str,
) -> Result<bool, Fault> {
    let now = work.begin(work.busy_wait, before.foreign_keys).await?;
    if now.version != before.version {
        return Ok(false);
    }
    let mut row = HistoryRow::started(
        step.row_id,
        step.name.as_str(),
        step.checksum.to_string(),
        step.started_at,
    );
    row.logs = Some(log.to_owned());
    work.connection.run(sql::insert_row(&row)).await?;
    Ok(true)
}

async fn commit(
    work: &mut Work<'_>,
    step: &StepRequest<'_>,
    failure: ScriptFailure,
) -> StepOutcome {
    let wait = step.options.lock_timeout.unwrap_or(work.busy_wait);
    match work.commit(wait).await {
        Committed::Yes => StepOutcome::Failed(failure),
        Committed::Unknown(fault) => StepOutcome::Unknown(Committed::unknown(&fault)),
        Committed::Busy(fault) | Committed::Violated(fault) | Committed::No(fault) => {
            give_up(work, &fault, failure).await
        }
    }
}

/// The failure could not be recorded: nothing is left, and the reason is what kept us from
/// recording it.
async fn give_up(work: &mut Work<'_>, fault: &Fault, failure: ScriptFailure) -> StepOutcome {
    work.roll_back().await;
    let reason = fault.aborts().unwrap_or(Aborted::NotRecorded);
    StepOutcome::Aborted { reason, failure }
}
