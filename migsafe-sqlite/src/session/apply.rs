//! One step: the row, the script, the guard, COMMIT.

use chrono::{DateTime, Utc};
use migsafe_core::history::HistoryRow;
use migsafe_core::policy::Location;
use migsafe_core::sql::{Fact, TransactionClass};
use migsafe_core::store::{Aborted, ScriptFailure, StepOutcome, StepRequest};

use super::failed::{self, Alive};
use super::transaction::{Committed, Transaction, Work};
use super::{BEGIN_WAIT, lost};
use crate::error::{Fault, code};
use crate::foreign_keys::Snapshot;
use crate::script::{self, ScriptError};
use crate::{read, sql};

/// Whether the script switches foreign keys off itself, as every table rebuild that Prisma writes
/// does. Inside a transaction the pragma has no effect, so it is done for the script before BEGIN.
pub(super) fn wants_foreign_keys_off(step: &StepRequest<'_>) -> bool {
    let statements = step.statements.statements();
    if statements.is_empty() && !step.statements.is_split() {
        // Too large to be taken apart.
        return mentions(step.script, "foreign_keys");
    }
    statements.iter().any(|statement| {
        statement.has(|fact| matches!(fact, Fact::ForeignKeysPragma { on: false }))
    })
}

/// Whether the script leaves something on the connection that outlives its transaction: a setting,
/// a temporary table. It must not reach the migrations after it.
pub(super) fn leaves_a_trace(step: &StepRequest<'_>) -> bool {
    let harmless = ["defer_foreign_keys", "foreign_keys", "foreign_key_check", "user_version"];
    let trace = |fact: &Fact| match fact {
        Fact::Pragma(name) => !harmless.contains(&name.as_str()),
        _ => false,
    };
    let statements = step.statements.statements();
    statements.iter().any(|statement| {
        statement.has(trace) || {
            let text = step.script.get(statement.range()).unwrap_or_default();
            text.split_ascii_whitespace().take(3).any(|word| {
                word.eq_ignore_ascii_case("TEMP") || word.eq_ignore_ascii_case("TEMPORARY")
            })
        }
    })
}

/// Whether the script may write to the history: then nothing is taken for known afterwards.
pub(super) fn may_touch_history(script: &str) -> bool {
    mentions(script, "_prisma_migrations") || mentions(script, "writable_schema")
}

fn mentions(script: &str, word: &str) -> bool {
    script.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// Applies one migration inside the open transaction, and ends the transaction.
pub(super) async fn apply(
    work: &mut Work<'_>,
    transaction: Transaction,
    step: &StepRequest<'_>,
) -> StepOutcome {
    if let Some(failure) = refused(step) {
        work.roll_back().await;
        return StepOutcome::Aborted { reason: Aborted::NeedsNoTransaction, failure };
    }
    let off = wants_foreign_keys_off(step);
    let transaction = match with_foreign_keys(work, transaction, !off).await {
        Ok(transaction) => transaction,
        Err(fault) => return aborted(&fault),
    };
    let outcome = run(work, transaction, step).await;
    if off {
        // Harmless when it fails: every transaction begins with the setting that it needs.
        let _ = work.connection.run("PRAGMA foreign_keys = ON").await;
    }
    outcome
}

/// What SQLite would accept without a word, and must not be sent: another file would stay attached,
/// and a journal mode is not changed inside a transaction, or is changed to one that a killed
/// process leaves a corrupt file with.
fn refused(step: &StepRequest<'_>) -> Option<ScriptFailure> {
    for (index, statement) in step.statements.statements().iter().enumerate() {
        let message = statement.facts().iter().find_map(|fact| match fact {
            Fact::Attach => Some("ATTACH and DETACH are not possible in a migration"),
            Fact::JournalModePragma(_) => {
                Some("the journal mode cannot be changed inside a transaction")
            }
            _ => None,
        });
        if let Some(message) = message {
            let mut failure = ScriptFailure::new(message);
            failure.location = Location::of_statement(index, statement);
            return Some(failure);
        }
    }
    None
}

/// The same transaction with foreign keys on or off. The switch works only outside of a
/// transaction; if another connection committed in between, what the caller knows is old, and it
/// must begin again.
async fn with_foreign_keys(
    work: &mut Work<'_>,
    transaction: Transaction,
    on: bool,
) -> Result<Transaction, Fault> {
    if transaction.foreign_keys == on {
        return Ok(transaction);
    }
    work.roll_back().await;
    let again = work.begin(BEGIN_WAIT, on).await?;
    if again.version == transaction.version {
        return Ok(again);
    }
    work.roll_back().await;
    Err(Fault::of(Some(code::BUSY), "another session wrote while foreign keys were switched"))
}

async fn run(work: &mut Work<'_>, transaction: Transaction, step: &StepRequest<'_>) -> StepOutcome {
    let before = if transaction.foreign_keys {
        None
    } else {
        match Snapshot::take(work.connection).await {
            Ok(snapshot) => Some(snapshot),
            Err(fault) => return give_up(work, &fault).await,
        }
    };
    let others = match rows_in_danger(work, step).await {
        Ok(others) => others,
        Err(fault) => return give_up(work, &fault).await,
    };
    let row = HistoryRow::started(
        step.row_id,
        step.name.as_str(),
        step.checksum.to_string(),
        step.started_at,
    );
    let insert = format!("{}; {}", sql::insert_row(&row), sql::SET_SAVEPOINT);
    if let Err(fault) = work.connection.run(insert).await {
        // Not the script's fault, whatever it is.
        let reason = fault.aborts().unwrap_or(Aborted::NotRecorded);
        work.roll_back().await;
        return StepOutcome::Aborted { reason, failure: fault.failure() };
    }
    if let Err(error) = script::run(work.connection, work.watch, step.into()).await {
        return script_failed(work, transaction, step, error).await;
    }
    if work.watch.ended() {
        return taken(work, ScriptFailure::new("the script ended its transaction")).await;
    }
    if let Some(before) = before {
        match before.compare(work.connection, step).await {
            Ok(None) => {}
            Ok(Some(message)) => {
                let failure = ScriptFailure::new(message);
                return failed::record(work, transaction, step, failure, Alive::Yes).await;
            }
            Err(fault) => return give_up(work, &fault).await,
        }
    }
    finish(work, transaction, step, others).await
}

/// The rows of other migrations, if the script may change them. SQL of SQLite is not put together while it runs, so
/// that a script either names the history or sets off a trigger that does.
async fn rows_in_danger(
    work: &mut Work<'_>,
    step: &StepRequest<'_>,
) -> Result<Option<Vec<HistoryRow>>, Fault> {
    let in_danger = may_touch_history(step.script)
        || work.connection.integer(sql::TRIGGERS_ON_HISTORY).await? > 0;
    Ok(if in_danger { Some(other_rows(work, step).await?) } else { None })
}

async fn other_rows(work: &mut Work<'_>, step: &StepRequest<'_>) -> Result<Vec<HistoryRow>, Fault> {
    let reading = read::reading(work.connection).await?;
    let others = reading.history.rows().iter().filter(|row| row.id != step.row_id);
    Ok(others.cloned().collect())
}

/// The guard and COMMIT.
async fn finish(
    work: &mut Work<'_>,
    transaction: Transaction,
    step: &StepRequest<'_>,
    others: Option<Vec<HistoryRow>>,
) -> StepOutcome {
    let finished_at = to_millis(work.env.now());
    match work.connection.run(sql::finish_row(step.row_id, finished_at)).await {
        Ok(1) if !work.watch.ended() => {}
        Ok(1) => return taken(work, ScriptFailure::new("the script ended its transaction")).await,
        Err(fault) if !fault.names_missing_table() && !fault.names_missing_column() => {
            let reason = fault.aborts().unwrap_or(Aborted::NotRecorded);
            work.roll_back().await;
            return StepOutcome::Aborted { reason, failure: fault.failure() };
        }
        Ok(_) | Err(_) => {
            return touched(work, "the script changed the history row of its own migration").await;
        }
    }
    if let Some(others) = others {
        match other_rows(work, step).await {
            Ok(rows) if rows == others => {}
            Ok(_) => {
                let message = "the script changed rows of other migrations in the history";
                return touched(work, message).await;
            }
            Err(fault) => return give_up(work, &fault).await,
        }
    }
    let wait = step.options.lock_timeout.unwrap_or(work.busy_wait);
    match work.commit(wait).await {
        Committed::Yes => StepOutcome::Applied { finished_at },
        Committed::Busy(fault) => give_up(work, &fault).await,
        Committed::Violated(fault) => {
            let alive = Alive::of(work);
            failed::record(work, transaction, step, fault.failure(), alive).await
        }
        Committed::No(fault) => {
            work.roll_back().await;
            let reason = fault.aborts().unwrap_or(Aborted::Server);
            StepOutcome::Aborted { reason, failure: fault.failure() }
        }
        Committed::Unknown(fault) => StepOutcome::Unknown(Committed::unknown(&fault)),
    }
}

/// The script ran into an error: whose fault is it, and what is left?
async fn script_failed(
    work: &mut Work<'_>,
    transaction: Transaction,
    step: &StepRequest<'_>,
    error: ScriptError,
) -> StepOutcome {
    let ScriptError { fault, location } = error;
    let mut failure = fault.failure();
    failure.location = location;
    let alive = Alive::of(work);
    let controls =
        step.statements.statements().iter().any(|s| s.class() == TransactionClass::Controls);
    if work.watch.refused() || (controls && alive == Alive::No) {
        return taken(work, failure).await;
    }
    if let Some(reason) = fault.aborts() {
        work.roll_back().await;
        return StepOutcome::Aborted { reason, failure };
    }
    failed::record(work, transaction, step, failure, alive).await
}

/// The script ended the transaction. No COMMIT but ours is let through, so nothing of it remains.
async fn taken(work: &mut Work<'_>, failure: ScriptFailure) -> StepOutcome {
    work.roll_back().await;
    StepOutcome::Aborted { reason: Aborted::TransactionTaken, failure }
}

async fn touched(work: &mut Work<'_>, message: &str) -> StepOutcome {
    work.roll_back().await;
    let failure = ScriptFailure::new(message);
    StepOutcome::Aborted { reason: Aborted::HistoryTouched, failure }
}

async fn give_up(work: &mut Work<'_>, fault: &Fault) -> StepOutcome {
    work.roll_back().await;
    aborted(fault)
}

fn aborted(fault: &Fault) -> StepOutcome {
    let failure = fault.failure();
    if fault.is_dead() {
        return lost(failure);
    }
    StepOutcome::Aborted { reason: fault.aborts().unwrap_or(Aborted::Server), failure }
}

/// As it is stored: Unix milliseconds.
fn to_millis(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(time.timestamp_millis()).unwrap_or(time)
}
