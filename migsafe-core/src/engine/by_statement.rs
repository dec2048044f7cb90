//! Carrying out a migration statement by statement, and going on with an interrupted one.
//!
//! The migration lock is held only while the unfinished row is committed and while it is finished: a
//! statement such as `CREATE INDEX CONCURRENTLY` waits for every older snapshot, and a deployer that waits
//! for the lock in a statement of its own would hold one (the two would wait for each other). In between the
//! unfinished row keeps Prisma away, and the lease keeps other deployers of ours away.

use std::time::Duration;

use tracing::Instrument as _;

use super::ensure::Stopped;
use super::error::ErrorKind;
use super::execute::{Execution, Next};
use super::tick::with_beside;
use super::wait::jittered;
use super::{Event, observe};
use crate::env::uuid_v4;
use crate::history::{HistoryRow, Resume};
use crate::plan::{PlanStep, StepKind};
use crate::report::Failure;
use crate::sql::Effect;
use crate::store::{
    Aborted, Begun, EffectState, JournalSession, ScriptFailure, StatementOutcome, StatementRequest,
    StoreError, StoreErrorCode,
};

/// How often a half-done effect is mended and its statement run again.
const MENDS: u32 = 3;

/// How often it is asked how far a statement has come.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(2);

/// Why the statements stopped.
enum Halt {
    Store(StoreError),
    Failed(Box<ScriptFailure>),
    Aborted(Aborted, Box<ScriptFailure>),
    Unknown(StoreError),
    LeaseLost,
    Stopped,
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Execution<'_, '_> {
    /// One step by statement. Called with the lock held; the step gives it back at once.
    pub(super) async fn apply_by_statement(&mut self, step: &PlanStep) -> Result<Next, Stopped> {
        let env = self.run.env.clone();
        let began = env.elapsed();
        let (row, is_new) = self.row_of(step);
        let first = match step.kind() {
            StepKind::Resume { at, .. } => at.clone(),
            _ => Resume::At { statement: 1 },
        };
        let started = match self.journal() {
            Some(journal) => journal.start(&row, is_new).await,
            None => Err(StoreError::new(StoreErrorCode::Sql, "this backend has no journal")),
        };
        if let Err(error) = started {
            return Err(self.stop(ErrorKind::Store(error)).await);
        }
        if is_new {
            self.rows.push(row.clone());
        }
        self.unfinished = Some((row.id.clone(), false));
        if let Err(halt) = self.run_statements(step, &row.id, first).await {
            return Err(self.halted(step, &row.id, halt).await);
        }
        match self.finish_row(step, &row.id).await {
            Ok(finished_at) => {
                self.unfinished = None;
                self.rows.retain(|known| known.id != row.id);
                // As `finish` has written it: a mended script counts as it ran to its end.
                let mut row = row;
                row.checksum = step.checksum().to_string();
                row.logs = None;
                let duration = env.elapsed().saturating_sub(began);
                self.record_applied(step.name().clone(), row, finished_at, duration);
                Ok(Next::Continue)
            }
            Err(stopped) => Err(stopped),
        }
    }

    fn row_of(&self, step: &PlanStep) -> (HistoryRow, bool) {
        if let StepKind::Resume { row_id, .. } = step.kind()
            && let Some(row) = self.rows.iter().find(|row| row.id == *row_id)
        {
            return (row.clone(), false);
        }
        let env = &self.run.env;
        let id = uuid_v4(env.random());
        let checksum = step.checksum().to_string();
        (HistoryRow::started(id, step.name().as_str(), checksum, env.now()), true)
    }

    fn journal(&mut self) -> Option<&mut dyn JournalSession> {
        self.session.as_mut()?.journal()
    }

    async fn run_statements(
        &mut self,
        step: &PlanStep,
        row_id: &str,
        first: Resume,
    ) -> Result<(), Halt> {
        let script = self.run.scripts.get(step.name()).cloned();
        let text = self.run.migrations.find(step.name().as_str()).and_then(|m| m.script());
        let (Some(script), Some(text)) = (script, text) else {
            return Err(halt("the script was not analysed"));
        };
        let (next, in_doubt) = match first {
            Resume::At { statement } => (statement, false),
            Resume::Inspect { statement } => (statement, true),
            Resume::Decide { reason, .. } => return Err(halt(reason)),
        };
        let total = script.statements().len();
        for (number, statement) in (1..).zip(script.statements()).skip(next.saturating_sub(1)) {
            if self.run.options.is_stopped() {
                return Err(Halt::Stopped);
            }
            let name = step.name().clone();
            self.run.emit(Event::StatementStarted { name, statement: number, total });
            let sql = text.get(statement.range()).unwrap_or_default();
            let request =
                StatementRequest::new(row_id, number, sql, statement, self.run.options.step);
            let span = observe::statement(number, total);
            self.run_one(request, in_doubt && number == next).instrument(span).await?;
        }
        Ok(())
    }

    /// Runs one statement until its effect is there: in doubt, the catalog is asked first.
    async fn run_one(&mut self, request: StatementRequest<'_>, in_doubt: bool) -> Result<(), Halt> {
        let effect = request.statement.effect();
        if in_doubt && effect != Some(&Effect::Repeatable) {
            match self.settle(effect).await? {
                Some(true) => return Ok(self.required()?.record_done(request).await?),
                Some(false) => {}
                None => {
                    let failure = ScriptFailure::new(
                        "whether the statement was carried out cannot be seen in the catalog",
                    );
                    return Err(Halt::Failed(at_statement(request, failure)));
                }
            }
        }
        let (mut attempt, mut done) = (1, 0);
        loop {
            match self.run_watched(request).await? {
                StatementOutcome::Done { rows } if request.statement.repeats() => {
                    done += rows;
                    if rows == 0 {
                        return Ok(self.required()?.record_done(request).await?);
                    }
                    self.run
                        .emit(Event::StatementProgress { statement: request.number, rows: done });
                    if self.run.options.is_stopped() {
                        return Err(Halt::Stopped);
                    }
                    continue;
                }
                StatementOutcome::Done { .. } => match self.settle(effect).await? {
                    None | Some(true) => return Ok(()),
                    // `IF NOT EXISTS` took an invalid index for the index.
                    Some(false) if attempt <= MENDS => {}
                    Some(false) => {
                        return Err(Halt::Failed(at_statement(
                            request,
                            ScriptFailure::new("it succeeded, and its effect is not there"),
                        )));
                    }
                },
                StatementOutcome::Aborted { reason, failure } => {
                    let failure = at_statement(request, failure);
                    let limit = self.run.options.retries;
                    // Outside a transaction, and without an effect to look for, part of it may be done.
                    let in_doubt = request.statement.runs_outside_transaction() && effect.is_none();
                    if in_doubt || !reason.is_transient() || attempt > limit {
                        return Err(Halt::Aborted(reason, failure));
                    }
                    let env = self.run.env.clone();
                    let pause = jittered(&*env, Duration::from_millis(200) * attempt.min(50));
                    env.sleep(pause).await;
                    if self.settle(effect).await? == Some(true) {
                        return Ok(self.required()?.record_done(request).await?);
                    }
                }
                StatementOutcome::Failed(failure) => {
                    return Err(Halt::Failed(at_statement(request, failure)));
                }
                StatementOutcome::LeaseLost => return Err(Halt::LeaseLost),
                StatementOutcome::Unknown(error) => return Err(Halt::Unknown(error)),
            }
            attempt += 1;
        }
    }

    /// Runs a statement; one that runs outside a transaction is looked at meanwhile.
    async fn run_watched(
        &mut self,
        request: StatementRequest<'_>,
    ) -> Result<StatementOutcome, Halt> {
        let Self { run, session, .. } = self;
        let journal = session.as_mut().and_then(|session| session.journal()).ok_or_else(closed)?;
        let work = journal.run(request);
        let inspector = run.store.progress_inspector();
        let Some(inspector) = inspector.filter(|_| request.statement.runs_outside_transaction())
        else {
            return Ok(work.await);
        };
        let look = async {
            loop {
                run.env.sleep(PROGRESS_INTERVAL).await;
                // A courtesy: the statement does not depend on what becomes of the question.
                if let Ok(Some(progress)) = inspector.progress(request.row_id).await {
                    run.emit(Event::StatementAdvanced { statement: request.number, progress });
                }
            }
        };
        Ok(with_beside::<_, ()>(work, look).await)
    }

    /// Looks for an effect and mends what is half done. `Some(true)`: it has come about;
    /// `Some(false)`: it has not; `None`: nothing to look for.
    async fn settle(&mut self, effect: Option<&Effect>) -> Result<Option<bool>, Halt> {
        let Some(effect) = effect.filter(|effect| **effect != Effect::Repeatable) else {
            return Ok(None);
        };
        for _ in 0..MENDS {
            match self.required()?.inspect(effect).await? {
                EffectState::Present => return Ok(Some(true)),
                EffectState::Absent => return Ok(Some(false)),
                EffectState::Half(_) => self.required()?.mend(effect).await?,
                // An index without a name of its own: its success is what the server said.
                EffectState::Unknown(_) => return Ok(None),
            }
        }
        let message = "what the statement left half done could not be mended";
        Err(halt(message))
    }

    fn required(&mut self) -> Result<&mut dyn JournalSession, Halt> {
        self.journal().ok_or_else(closed)
    }

    async fn finish_row(
        &mut self,
        step: &PlanStep,
        row_id: &str,
    ) -> Result<chrono::DateTime<chrono::Utc>, Stopped> {
        let env = self.run.env.clone();
        let mut backoff = self.backoff();
        loop {
            match self.begin().await {
                Ok(Begun::Locked(_) | Begun::Unchanged) => break,
                Ok(Begun::Held(holder)) => {
                    let waited = backoff.waited(&*env);
                    self.run.emit(Event::Waiting { holder: holder.clone(), waited });
                    if !backoff.pause(&*env).await {
                        return Err(self.stop(ErrorKind::Locked { waited, holder }).await);
                    }
                }
                Err(error) => return Err(self.stop(ErrorKind::Store(error)).await),
            }
        }
        let finished = match self.journal() {
            Some(journal) => journal.finish(row_id, step.checksum()).await,
            None => Err(StoreError::new(StoreErrorCode::Connection, "the session is closed")),
        };
        match finished {
            Ok(at) => Ok(at),
            Err(error) => Err(self.stop(ErrorKind::Store(error)).await),
        }
    }

    async fn halted(&mut self, step: &PlanStep, row_id: &str, halt: Halt) -> Stopped {
        let name = step.name().clone();
        let gives_back = matches!(halt, Halt::Failed(_) | Halt::Aborted(..) | Halt::Stopped);
        self.unfinished = Some((row_id.to_owned(), gives_back));
        match halt {
            Halt::Failed(failure) => {
                if let Ok(journal) = self.required() {
                    // The row is unfinished whether or not its logs can still be written.
                    let _ = journal.fail(row_id, &failure).await;
                }
                if let Some(row) = self.rows.iter_mut().find(|row| row.id == row_id) {
                    row.logs = Some(failure.log());
                }
                self.run.emit(Event::StepFailed { name: name.clone() });
                let help = "the statements before it are done; mend the statement or the data, \
                     then `migsafe deploy --resume` goes on there";
                let failure = Failure::new("statement-failed", &name, *failure, help);
                self.stop(ErrorKind::MigrationFailed(failure)).await
            }
            Halt::Aborted(reason, failure) => {
                if let Ok(journal) = self.required() {
                    let _ = journal.fail(row_id, &failure).await;
                }
                self.give_up(name, reason, *failure).await
            }
            Halt::Unknown(cause) => {
                self.session = None;
                self.run.emit(Event::OutcomeUnknown { name: name.clone() });
                self.stop(ErrorKind::OutcomeUnknown { migration: name, cause }).await
            }
            Halt::LeaseLost => {
                let error = StoreError::new(
                    StoreErrorCode::Conflict,
                    "another deployer has taken over this migration",
                );
                self.stop(ErrorKind::Store(error)).await
            }
            // The journal says where to go on.
            Halt::Stopped => {
                if let Some(journal) = self.journal() {
                    let _ = journal.release(row_id).await;
                }
                self.stop(ErrorKind::Stopped).await
            }
            Halt::Store(error) => self.stop(ErrorKind::Store(error)).await,
        }
    }
}

fn closed() -> Halt {
    Halt::Store(StoreError::new(StoreErrorCode::Connection, "the session is closed"))
}

fn halt(message: impl Into<String>) -> Halt {
    Halt::Failed(Box::new(ScriptFailure::new(message)))
}

fn at_statement(request: StatementRequest<'_>, mut failure: ScriptFailure) -> Box<ScriptFailure> {
    failure.location.statement = Some(request.number);
    if failure.location.line.is_none() {
        failure.location.line = Some(request.statement.start().line);
        failure.location.column = Some(request.statement.start().column);
    }
    Box::new(failure)
}
