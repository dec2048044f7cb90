//! Carrying a plan out: per step the lock, a second look, one transaction.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::Instrument as _;

use super::assess::{AsksData, Assessment, Progress, Run};
use super::ensure::{Stopped, report};
use super::error::ErrorKind;
use super::wait::{Backoff, is_lock, jittered};
use super::{Error, Event, observe};
use crate::env::uuid_v4;
use crate::history::{History, HistoryRow, HistoryTable, Journal, Worker};
use crate::lock::{LockHolder, LockState};
use crate::migrations::MigrationName;
use crate::plan::{PlanStep, StepKind};
use crate::policy::Verdict;
use crate::report::{AppliedStep, Failure, Outcome, Report, Status};
use crate::store::{
    Aborted, Begun, HistoryStore, Reading, ScriptFailure, StepOutcome, StepRequest, StoreError,
    StoreErrorCode, WriteSession,
};

pub(super) struct Execution<'r, 'a> {
    pub(super) run: &'r mut Run<'a>,
    /// The state as last judged.
    status: Status,
    /// The rows as last read, and those written since.
    pub(super) rows: Vec<HistoryRow>,
    steps: VecDeque<PlanStep>,
    applied: Vec<AppliedStep>,
    created_history_table: bool,
    /// How many rows there were when last looked at while waiting.
    seen: usize,
    pub(super) session: Option<Box<dyn WriteSession>>,
    /// The row of the migration by statement under way, and whether its lease was given back.
    pub(super) unfinished: Option<(String, bool)>,
}

/// What a look with the lock held has led to.
enum Look {
    /// There is a plan, and the transaction is open.
    Planned,
    /// The history table was created, which ended the transaction.
    CreatedHistoryTable,
    /// Another deployer is at work on a migration without holding the lock; the transaction is ended.
    Running,
}

/// What is to be done after a step.
pub(super) enum Next {
    Continue,
    Retry,
}

impl<'r, 'a> Execution<'r, 'a> {
    pub(super) fn new(run: &'r mut Run<'a>, status: Status) -> Self {
        let seen = status.diagnosis().history().rows().len();
        Self {
            run,
            status,
            rows: Vec::new(),
            steps: VecDeque::new(),
            applied: Vec::new(),
            created_history_table: false,
            seen,
            session: None,
            unfinished: None,
        }
    }

    pub(super) async fn run(mut self) -> Result<Report, Stopped> {
        let mut backoff = self.backoff();
        let mut attempt = 1;
        loop {
            if self.run.options.is_stopped() {
                return Err(self.stop(ErrorKind::Stopped).await);
            }
            match self.begin().await {
                Err(error) => return Err(self.stop(ErrorKind::Store(error)).await),
                Ok(Begun::Held(holder)) => {
                    if self.wait(&mut backoff, holder).await? {
                        return Ok(self.finish(Outcome::Applied).await);
                    }
                    continue;
                }
                Ok(Begun::Locked(reading)) => match self.look_again(*reading).await? {
                    Look::Planned => {}
                    Look::CreatedHistoryTable => continue,
                    Look::Running => {
                        let holder = ask_for_holder(self.run.store).await;
                        if self.wait(&mut backoff, holder).await? {
                            return Ok(self.finish(Outcome::Applied).await);
                        }
                        continue;
                    }
                },
                Ok(Begun::Unchanged) => {}
            }
            let Some(step) = self.steps.front().cloned() else {
                self.rollback().await;
                return Ok(self.finish(Outcome::Applied).await);
            };
            let span = observe::step(step.name(), attempt);
            match self.apply(&step, attempt).instrument(span).await? {
                // What the plan held is done: another look would cost a round trip and change nothing.
                Next::Continue if self.steps.is_empty() => {
                    return Ok(self.finish(Outcome::Applied).await);
                }
                Next::Continue => {
                    attempt = 1;
                    backoff = self.backoff();
                }
                Next::Retry => attempt += 1,
            }
        }
    }

    pub(super) async fn begin(&mut self) -> Result<Begun, StoreError> {
        let session = match &mut self.session {
            Some(session) => session,
            empty => empty.insert(self.run.store.open_session().await?),
        };
        session.begin().await
    }

    /// Somebody else is at work: pause holding nothing, then look without the lock, until nothing is
    /// running. True when the other one has done everything.
    async fn wait(
        &mut self,
        backoff: &mut Backoff,
        holder: Option<Box<LockHolder>>,
    ) -> Result<bool, Stopped> {
        let env = self.run.env.clone();
        let mut holder = holder;
        loop {
            let waited = backoff.waited(&*env);
            self.run.emit(Event::Waiting { holder: holder.clone(), waited });
            if !backoff.pause(&*env).await {
                let holder = match holder {
                    Some(holder) => Some(holder),
                    None => ask_for_holder(self.run.store).await,
                };
                return Err(self.stop(ErrorKind::Locked { waited, holder }).await);
            }
            if self.run.options.is_stopped() {
                return Err(self.stop(ErrorKind::Stopped).await);
            }
            let assessment = match self.run.look_while_waiting().await {
                Ok(Progress::Seen(assessment)) => *assessment,
                Ok(Progress::Behind { rows }) if rows == self.seen => return Ok(false),
                // The other one gets on. To try for the lock now would only take it away from it: between
                // two steps it is free.
                Ok(Progress::Behind { rows }) => {
                    self.seen = rows;
                    backoff.begin_anew(&*env);
                    continue;
                }
                Err(error) => return Err(self.stop_with(error).await),
            };
            let Assessment { status, verdict } = assessment;
            self.rows = status.diagnosis().history().rows().to_vec();
            let running = status.diagnosis().summary().running;
            // Who works without the lock is known from before.
            holder = status.diagnosis().lock().holder().cloned().map(Box::new).or(holder);
            self.status = status;
            match verdict {
                Verdict::Refuse(refusal) => {
                    return Err(self.stop(ErrorKind::Refused(refusal)).await);
                }
                Verdict::Proceed(plan) if running == 0 => return Ok(plan.is_empty()),
                Verdict::Proceed(_) => {}
            }
        }
    }

    /// The lock is ours: judge what is there now.
    async fn look_again(&mut self, reading: Reading) -> Result<Look, Stopped> {
        self.run.asks_for_support = true;
        self.run.asks_data = AsksData::Always;
        let assessment = match self.run.assess(reading).await {
            Ok(assessment) => assessment,
            Err(error) => return Err(self.stop_with(error).await),
        };
        let Assessment { status, verdict } = assessment;
        self.rows = status.diagnosis().history().rows().to_vec();
        let running = status.diagnosis().summary().running;
        self.status = status;
        let plan = match verdict {
            Verdict::Refuse(refusal) => {
                self.rollback().await;
                return Err(self.stop(ErrorKind::Refused(refusal)).await);
            }
            Verdict::Proceed(plan) => plan,
        };
        self.steps = plan.steps().iter().cloned().collect();
        if running > 0 {
            self.rollback().await;
            // A lease runs out without a write: this session must not call that `Unchanged`.
            self.close().await;
            return Ok(Look::Running);
        }
        if !plan.creates_history_table() {
            return Ok(Look::Planned);
        }
        let Some(session) = &mut self.session else {
            return Ok(Look::CreatedHistoryTable);
        };
        match session.create_history_table().await {
            Ok(()) => {}
            // Somebody else has it, or had it just now.
            Err(error)
                if is_lock(self.run.store, &error) || error.code() == StoreErrorCode::Conflict =>
            {
                self.close().await;
                return Ok(Look::Running);
            }
            Err(error) => return Err(self.stop(ErrorKind::Store(error)).await),
        }
        self.created_history_table = true;
        self.run.emit(Event::HistoryTableCreated);
        Ok(Look::CreatedHistoryTable)
    }

    async fn apply(&mut self, step: &PlanStep, attempt: u32) -> Result<Next, Stopped> {
        let name = step.name().clone();
        let env = self.run.env.clone();
        let total = self.applied.len() + self.steps.len();
        let index = self.applied.len() + 1;
        self.run.emit(Event::StepStarted { name: name.clone(), index, total });
        if step.kind() != &StepKind::Transaction {
            return self.apply_by_statement(step).await;
        }
        let row_id = uuid_v4(env.random());
        let started_at = env.now();
        let began = env.elapsed();
        let outcome = self.send(step, &row_id, started_at).await;
        let duration = env.elapsed().saturating_sub(began);
        let row = HistoryRow::started(
            row_id.clone(),
            name.as_str(),
            step.checksum().to_string(),
            started_at,
        );
        match outcome {
            StepOutcome::Applied { finished_at } => {
                self.record_applied(name, row, finished_at, duration);
                Ok(Next::Continue)
            }
            StepOutcome::Failed(failure) => Err(self.failed(name, Some(row), failure).await),
            StepOutcome::Aborted { reason, failure } => {
                self.aborted(name, reason, failure, attempt).await
            }
            StepOutcome::Unknown(cause) => {
                self.run.emit(Event::OutcomeUnknown { name: name.clone() });
                self.learn(name, row_id, cause, duration, attempt).await
            }
        }
    }

    async fn send(
        &mut self,
        step: &PlanStep,
        row_id: &str,
        started_at: DateTime<Utc>,
    ) -> StepOutcome {
        let script = self.run.migrations.find(step.name().as_str()).and_then(|m| m.script());
        let statements = self.run.scripts.get(step.name());
        let (Some(script), Some(statements), Some(session)) =
            (script, statements, &mut self.session)
        else {
            // A plan holds only migrations with a script that was taken apart. Should that ever be
            // untrue, nothing is sent.
            let failure = ScriptFailure::new("the script was not analysed");
            return StepOutcome::Aborted { reason: Aborted::ConnectionLost, failure };
        };
        let request =
            StepRequest::new(row_id, step.name(), step.checksum(), script, statements, started_at);
        session.apply(request.with_options(self.run.options.step)).await
    }

    pub(super) fn record_applied(
        &mut self,
        name: MigrationName,
        mut row: HistoryRow,
        finished_at: DateTime<Utc>,
        duration: Duration,
    ) {
        row.finished_at = Some(finished_at.into());
        row.applied_steps_count = Some(1);
        self.rows.push(row);
        let step = self.steps.pop_front();
        let by_statement = step.is_some_and(|step| step.kind() != &StepKind::Transaction);
        self.run.emit(Event::StepApplied { name: name.clone(), duration });
        let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.applied.push(AppliedStep { name, finished_at, duration_ms, by_statement });
    }

    async fn failed(
        &mut self,
        name: MigrationName,
        row: Option<HistoryRow>,
        failure: ScriptFailure,
    ) -> Stopped {
        self.run.emit(Event::StepFailed { name: name.clone() });
        if let Some(mut row) = row {
            row.logs = Some(failure.log());
            self.rows.push(row);
        }
        let help = format!(
            "nothing of it is in the database; mend the script, then {} and deploy again",
            crate::text::command("resolve --rolled-back", name.as_str())
        );
        let failure = Failure::new("migration-failed", &name, failure, help);
        self.stop(ErrorKind::MigrationFailed(failure)).await
    }

    async fn aborted(
        &mut self,
        name: MigrationName,
        reason: Aborted,
        failure: ScriptFailure,
        attempt: u32,
    ) -> Result<Next, Stopped> {
        if reason.is_transient() && attempt <= self.run.options.retries {
            let env = self.run.env.clone();
            let base = Duration::from_millis(100) * 2_u32.saturating_pow(attempt.min(8));
            let pause = jittered(&*env, base.min(Duration::from_secs(10)));
            let attempt = attempt + 1;
            self.run.emit(Event::StepRetried { name, reason, attempt, pause });
            env.sleep(pause).await;
            return Ok(Next::Retry);
        }
        Err(self.give_up(name, reason, failure).await)
    }

    pub(super) async fn give_up(
        &mut self,
        name: MigrationName,
        reason: Aborted,
        failure: ScriptFailure,
    ) -> Stopped {
        let (code, help) = explain(reason);
        self.give_up_with(name, reason, failure, (code, help.to_owned())).await
    }

    /// The same with a code and a help of its own.
    pub(super) async fn give_up_with(
        &mut self,
        name: MigrationName,
        reason: Aborted,
        failure: ScriptFailure,
        (code, help): (&'static str, String),
    ) -> Stopped {
        if reason == Aborted::ConnectionLost {
            self.session = None;
        }
        self.run.emit(Event::StepFailed { name: name.clone() });
        let failure = Failure::new(code, &name, failure, help);
        self.stop(ErrorKind::StepAborted(failure)).await
    }

    /// COMMIT was sent and no answer came. On a new connection: first the lock, since the old backend
    /// may still be committing; then the row, by its id.
    async fn learn(
        &mut self,
        name: MigrationName,
        row_id: String,
        cause: StoreError,
        duration: Duration,
        attempt: u32,
    ) -> Result<Next, Stopped> {
        self.session = None;
        let env = self.run.env.clone();
        let mut backoff = self.backoff();
        let reading = loop {
            match self.begin().await {
                Ok(Begun::Locked(reading)) => break *reading,
                // A new session has no last reading: this cannot happen with a correct backend, and
                // must not be taken for knowledge.
                Ok(Begun::Unchanged) => self.rollback().await,
                Ok(Begun::Held(_)) => {}
                Err(_) => self.session = None,
            }
            if !backoff.pause(&*env).await {
                let kind = ErrorKind::OutcomeUnknown { migration: name, cause };
                return Err(self.stop(kind).await);
            }
        };
        self.rollback().await;
        // Others may have gone on meanwhile, and this reading was not judged. A session that knows it
        // would next say `Unchanged` and let the old plan go on: a new one reads, and plans anew.
        self.close().await;
        let found = reading.history.row(&row_id).cloned();
        self.rows = reading.history.rows().to_vec();
        match found {
            Some(row) if row.is_finished() => {
                let finished_at =
                    row.finished_at.as_ref().and_then(|at| at.at()).unwrap_or_else(|| env.now());
                // The row is among those just read; it must not be counted twice.
                self.rows.retain(|known| known.id != row_id);
                self.record_applied(name, row, finished_at, duration);
                Ok(Next::Continue)
            }
            Some(row) => {
                let message = row.logs.unwrap_or_else(|| "the script failed".to_owned());
                Err(self.failed(name, None, ScriptFailure::new(message)).await)
            }
            None if attempt <= self.run.options.retries => Ok(Next::Retry),
            None => {
                let failure = ScriptFailure::new(cause.to_string());
                Err(self.give_up(name, Aborted::ConnectionLost, failure).await)
            }
        }
    }

    pub(super) fn backoff(&self) -> Backoff {
        Backoff::new(&*self.run.env, self.run.options.lock_wait, self.run.options.poll_interval)
    }

    async fn rollback(&mut self) {
        if let Some(session) = &mut self.session
            && session.rollback().await.is_err()
        {
            self.session = None;
        }
    }

    async fn close(&mut self) {
        if let Some(session) = self.session.take() {
            session.finish().await;
        }
    }

    pub(super) async fn stop(&mut self, kind: ErrorKind) -> Stopped {
        self.stop_with(Error::new(kind)).await
    }

    /// Ends the run with an error; the report says what was applied and what state it left.
    async fn stop_with(&mut self, error: Error) -> Stopped {
        let outcome = if error.is_outcome_unknown() {
            Outcome::Unknown
        } else if error.is_lock_timeout() {
            Outcome::Locked
        } else if error.is_refusal() {
            Outcome::Refused
        } else {
            Outcome::Failed
        };
        let failure = error.failure().cloned();
        let report = Report { failure, ..self.conclude(outcome).await };
        Stopped { error, report: Some(Box::new(report)) }
    }

    async fn finish(mut self, outcome: Outcome) -> Report {
        let outcome = if self.applied.is_empty() { Outcome::UpToDate } else { outcome };
        self.conclude(outcome).await
    }

    /// Closes the session and judges the rows as they are now: those last read and those written since.
    /// No further read is needed, and none could fail here and hide what was done.
    async fn conclude(&mut self, outcome: Outcome) -> Report {
        let journals = self.journals().await;
        self.close().await;
        let mut status = self.status.clone();
        if self.created_history_table || !self.applied.is_empty() || outcome == Outcome::Failed {
            let history = if status.diagnosis.history().is_absent() && !self.created_history_table {
                status.diagnosis.history().clone()
            } else {
                let table = HistoryTable::new(std::mem::take(&mut self.rows));
                History::Present(Arc::new(table.with_journals(journals)))
            };
            let reading =
                Reading::of(history).with_lock(LockState::Free).with_database(status.facts.clone());
            if let Ok(assessment) = self.run.assess(reading).await {
                status = assessment.status;
            }
        }
        let planned = self.steps.iter().map(|step| step.name().clone()).collect();
        Report {
            applied: std::mem::take(&mut self.applied),
            created_history_table: self.created_history_table,
            ..report(status, outcome, planned)
        }
    }
}

impl Execution<'_, '_> {
    /// How far the migration by statement came that this run leaves unfinished; without it the row would look like
    /// one of which nothing is known. Asked only while there is a connection.
    async fn journals(&mut self) -> Vec<Journal> {
        let (Some((row_id, is_given_back)), Some(_)) = (&self.unfinished, &self.session) else {
            return Vec::new();
        };
        let reading = self.run.store.read().await.ok();
        let journal = reading.and_then(|reading| reading.history.journal(row_id).cloned());
        journal
            .map(|journal| match is_given_back {
                // The session that is still open is ours.
                true => Journal { worker: Worker::Gone, ..journal },
                false => journal,
            })
            .into_iter()
            .collect()
    }
}

async fn ask_for_holder(store: &dyn HistoryStore) -> Option<Box<LockHolder>> {
    let holders = store.lock_inspector()?.lock_holders().await.ok()?;
    holders.into_iter().next().map(Box::new)
}

/// Code and advice for a step that left nothing behind.
pub(super) fn explain(reason: Aborted) -> (&'static str, &'static str) {
    match reason {
        Aborted::LockTimeout => (
            "relation-locked",
            "somebody holds a lock that the script needs; see `migsafe locks`, then deploy again",
        ),
        Aborted::Conflict => ("conflict", "it collided with other sessions; deploy again"),
        Aborted::Cancelled => {
            ("cancelled", "it was cancelled or ran over statement_timeout; nothing of it remains")
        }
        Aborted::Server => ("server", "look at the server's log; nothing of the script remains"),
        Aborted::ConnectionLost => (
            "connection-lost",
            "nothing of the script remains; deploy again when the server answers",
        ),
        Aborted::NeedsNoTransaction => (
            "needs-no-transaction",
            "the statement cannot run in a transaction: run it by hand, then mark the migration with `migsafe resolve --applied NAME`",
        ),
        Aborted::NotRecorded => (
            "not-recorded",
            "nothing of the script remains; the role needs INSERT and UPDATE on _prisma_migrations",
        ),
        Aborted::HistoryTouched => (
            "history-touched",
            "nothing of the script remains; remove what writes to the history table, and mend a row by hand with `migsafe resolve --applied NAME` or `migsafe resolve --rolled-back NAME`",
        ),
        Aborted::TransactionTaken => (
            "transaction-taken",
            "the script ended its transaction itself: look at what it left, then mend the script",
        ),
    }
}
