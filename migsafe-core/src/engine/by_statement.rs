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
use super::halt::{Halt, Left};
use super::settle::MENDS;
use super::tick::with_beside;
use super::wait::jittered;
use super::{Event, observe};
use crate::env::uuid_v4;
use crate::history::{HistoryRow, Resume};
use crate::plan::{PlanStep, StepKind};
use crate::sql::Effect;
use crate::store::{
    Begun, EffectState, JournalSession, ScriptFailure, StatementOutcome, StatementRequest,
    StoreError, StoreErrorCode,
};

/// What is known of the statement that a run begins with.
#[derive(Debug, Default)]
enum Doubt {
    /// Nothing speaks against running it.
    #[default]
    None,
    /// It was sent, and what became of it is not recorded.
    Sent,
    /// It failed half way, and the rest was done now.
    Completed,
    /// It failed, and what has come about since may be its effect.
    Unseen(String),
}

/// How often it is asked how far a statement has come.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(2);

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

    pub(super) fn journal(&mut self) -> Option<&mut dyn JournalSession> {
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
            return Err(Halt::failed("the script was not analysed"));
        };
        let (next, mut doubt) = match first {
            Resume::At { statement } => (statement, Doubt::None),
            Resume::Inspect { statement } => (statement, Doubt::Sent),
            Resume::Again { statement, changed } => {
                // By what was recorded of the statement that failed, whatever stands there now.
                let settled = self.settle(row_id, statement).await?;
                let doubt = match settled.state {
                    _ if changed => Doubt::None,
                    EffectState::Present if settled.mended => Doubt::Completed,
                    EffectState::Unknown(why) => Doubt::Unseen(why),
                    _ => Doubt::None,
                };
                (statement, doubt)
            }
            Resume::Decide { reason, .. } => return Err(Halt::failed(reason)),
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
            self.run_one(request, std::mem::take(&mut doubt)).instrument(span).await?;
        }
        Ok(())
    }

    /// Runs one statement until its effect is there: in doubt, the catalog is asked first.
    async fn run_one(&mut self, request: StatementRequest<'_>, doubt: Doubt) -> Result<(), Halt> {
        let StatementRequest { row_id, number, statement, .. } = request;
        let outside = statement.runs_outside_transaction();
        let effect = statement.effect().filter(|_| outside);
        match doubt {
            Doubt::None => {}
            Doubt::Unseen(why) if effect.is_some_and(|effect| !effect.is_repeatable()) => {
                return Err(undecided(request, &why));
            }
            // The server's answer is all that there is.
            Doubt::Unseen(_) => {}
            Doubt::Completed => return Ok(self.required()?.record_done(request).await?),
            Doubt::Sent => match self.settle(row_id, number).await?.state {
                EffectState::Present => return Ok(self.required()?.record_done(request).await?),
                EffectState::Unknown(why) if !effect.is_some_and(Effect::is_repeatable) => {
                    return Err(undecided(request, &why));
                }
                // Not carried out; or what it says was so before, and then the server will say what is wrong.
                _ => {}
            },
        }
        let (mut attempt, mut done) = (1, 0);
        loop {
            match self.run_watched(request).await? {
                StatementOutcome::Done { rows } if statement.repeats() => {
                    done += rows;
                    if rows == 0 {
                        return Ok(self.required()?.record_done(request).await?);
                    }
                    self.run.emit(Event::StatementProgress { statement: number, rows: done });
                    if self.run.options.is_stopped() {
                        return Err(Halt::Stopped);
                    }
                    continue;
                }
                StatementOutcome::Done { .. } if !outside => return Ok(()),
                StatementOutcome::Done { .. } => {
                    if self.is_there(request, effect, attempt).await? {
                        return Ok(self.required()?.record_done(request).await?);
                    }
                }
                StatementOutcome::Aborted { reason, failure } => {
                    let failure = at_statement(request, failure);
                    let limit = self.run.options.retries;
                    // Outside a transaction, and without an effect to look for, part of it may be done.
                    let in_doubt = outside && effect.is_none();
                    if in_doubt || !reason.is_transient() || attempt > limit {
                        let left = self.left_by(request).await;
                        return Err(Halt::Aborted(reason, failure, left));
                    }
                    let env = self.run.env.clone();
                    let pause = jittered(&*env, Duration::from_millis(200) * attempt.min(50));
                    env.sleep(pause).await;
                    if outside && self.settle(row_id, number).await?.state == EffectState::Present {
                        return Ok(self.required()?.record_done(request).await?);
                    }
                }
                StatementOutcome::Failed(failure) => {
                    let left = self.left_by(request).await;
                    return Err(Halt::Failed(at_statement(request, failure), left));
                }
                StatementOutcome::LeaseLost => return Err(Halt::LeaseLost),
                StatementOutcome::Unknown(error) => return Err(Halt::Unknown(error)),
            }
            attempt += 1;
        }
    }

    /// Looks whether the effect of a statement that succeeded is there, before that is recorded. False when what was
    /// there is mended and the statement has to run again.
    async fn is_there(
        &mut self,
        request: StatementRequest<'_>,
        effect: Option<&Effect>,
        attempt: u32,
    ) -> Result<bool, Halt> {
        if effect.is_none_or(|effect| *effect == Effect::Repeatable) {
            return Ok(true);
        }
        let settled = self.settle(request.row_id, request.number).await?;
        let what = match settled.state {
            // `IF NOT EXISTS` took an invalid index for the index.
            EffectState::Absent if settled.mended && attempt <= MENDS => return Ok(false),
            EffectState::Absent => String::new(),
            EffectState::Taken(what) => format!(": {what}"),
            // Of what the catalog cannot tell, what the server said counts.
            _ => return Ok(true),
        };
        self.required()?.record_failed(request).await?;
        let failure =
            ScriptFailure::new(format!("it succeeded, and its effect is not there{what}"));
        Err(Halt::Failed(at_statement(request, failure), Left::Nothing))
    }

    /// Runs a statement; one that runs outside a transaction is looked at meanwhile.
    async fn run_watched(
        &mut self,
        request: StatementRequest<'_>,
    ) -> Result<StatementOutcome, Halt> {
        let Self { run, session, .. } = self;
        let journal =
            session.as_mut().and_then(|session| session.journal()).ok_or_else(Halt::closed)?;
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

    pub(super) fn required(&mut self) -> Result<&mut dyn JournalSession, Halt> {
        self.journal().ok_or_else(Halt::closed)
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
}

fn undecided(request: StatementRequest<'_>, why: &str) -> Halt {
    let message = format!("whether the statement was carried out cannot be seen: {why}");
    let help = "look what it has left. If it was carried out, finish the rest by hand, then `migsafe resolve \
                --applied`; if not, take back what is left of it, then `migsafe deploy` goes on there";
    Halt::Undecided(at_statement(request, ScriptFailure::new(message)), help.to_owned())
}

fn at_statement(request: StatementRequest<'_>, mut failure: ScriptFailure) -> Box<ScriptFailure> {
    failure.location.statement = Some(request.number);
    if failure.location.line.is_none() {
        failure.location.line = Some(request.statement.start().line);
        failure.location.column = Some(request.statement.start().column);
    }
    Box::new(failure)
}
