//! `ensure_up_to_date`: the one call of a start-up.

use std::time::Duration;

use super::assess::{AsksData, Assessment, Run};
use super::error::ErrorKind;
use super::execute::Execution;
use super::heartbeat::Phase;
use super::locks::preview;
use super::tick::with_ticks;
use super::verify::{prepare, verified};
use super::wait::{Backoff, is_lock};
use super::{Error, Event, Mode, Options, observe};
use crate::diagnosis::{Entry, State};
use crate::migrations::{MigrationName, Migrations};
use crate::policy::{Finding, Verdict};
use crate::report::{Outcome, Report, Status};
use crate::store::{HistoryStore, Reading};

/// The rule that is about failed attempts.
const FAILED: &str = "failed";

/// Brings a database up to date with a folder, or says why not.
///
/// Reads first, without a lock: an up-to-date database costs one read and nothing else. Only when
/// something is to do is the lock taken, per step, inside the step's transaction, and the history is read again
/// after it is had. Diagnosis and judgement are complete before the first write.
///
/// Of many callers at once one applies each step and the others wait for it, all with the same call.
///
/// # Cancellation
///
/// The future may be dropped at every await. Before COMMIT is sent nothing remains; afterwards the step is
/// whole or not there, and the next call finds out which.
///
/// # Errors
///
/// See [`Error`]; whatever was applied before an error is in [`Error::report`].
pub async fn ensure_up_to_date(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    options: Options,
) -> Result<Report, Error> {
    let mut run = Run::new(store, migrations, &options);
    run.asks_for_support = options.dry_run;
    run.asks_data = match options.mode {
        Mode::Apply if options.dry_run => AsksData::Always,
        Mode::Apply => AsksData::BeforeRefusing,
        Mode::Wait | Mode::Verify => AsksData::Never,
    };
    let env = run.env.clone();
    let started = env.elapsed();
    let elapsed = || env.elapsed().saturating_sub(started);
    options.enter(Phase::Reading, Duration::ZERO);
    let work = async {
        prepare(store, &options)?;
        let report = match options.mode {
            Mode::Apply => apply(&mut run).await,
            Mode::Wait => wait(&mut run).await,
            Mode::Verify => verify(&mut run).await,
        }?;
        verified(&run, report).await
    };
    let result = match options.tick {
        None => work.await,
        Some(interval) => with_ticks(&*env, interval, work, || options.tick_now(elapsed())).await,
    };
    let (elapsed, waited) = (elapsed(), run.waited());
    options.enter(if result.is_ok() { Phase::Ready } else { Phase::Failed }, elapsed);
    match result {
        Ok(report) => Ok(Report { elapsed, waited, ..report }),
        Err(Stopped { error, report }) => {
            observe::error(&error);
            Err(match report {
                Some(report) => error.with_report(Report { elapsed, waited, ..*report }),
                None => error,
            })
        }
    }
}

/// An error on its way out, with the report that goes into it.
pub(super) struct Stopped {
    pub(super) error: Error,
    pub(super) report: Option<Box<Report>>,
}

impl<E: Into<Error>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self { error: error.into(), report: None }
    }
}

impl Stopped {
    pub(super) fn with(kind: ErrorKind, report: Report) -> Self {
        Self { error: Error::new(kind), report: Some(Box::new(report)) }
    }
}

async fn verify(run: &mut Run<'_>) -> Result<Report, Stopped> {
    let assessment = match run.glance().await? {
        Some(assessment) => assessment,
        None => {
            let reading = run.store.read().await?;
            run.assess(reading).await?
        }
    };
    settle(run, assessment, None)
}

async fn wait(run: &mut Run<'_>) -> Result<Report, Stopped> {
    let env = run.env.clone();
    let mut backoff = Backoff::new(&*env, run.options.lock_wait, run.options.poll_interval);
    loop {
        let assessment = read_and_assess(run).await?;
        if run.options.is_stopped() {
            let report = report(assessment.status, Outcome::Failed, Vec::new());
            return Err(Stopped::with(ErrorKind::Stopped, report));
        }
        let is_refused = assessment.verdict.is_refusal() && !is_in_doubt(&assessment);
        if is_refused || assessment.status.is_up_to_date() {
            return settle(run, assessment, None);
        }
        let waited = backoff.waited(&*env);
        let holder = assessment.status.diagnosis().lock().holder().cloned().map(Box::new);
        run.emit(Event::Waiting { holder, waited });
        if !backoff.pause(&*env).await {
            return settle(run, assessment, Some(waited));
        }
    }
}

/// Whether all that is refused are migrations that look failed and may be running, which this role may not see. Whoever
/// only waits can wait for these too; should they have failed, the refusal comes when the time is over.
fn is_in_doubt(assessment: &Assessment) -> bool {
    let Verdict::Refuse(refusal) = &assessment.verdict else { return false };
    let diagnosis = assessment.status.diagnosis();
    let is_uncertain = |finding: &Finding| {
        let entry = finding.migration.as_ref().and_then(|name| diagnosis.entry(name.as_str()));
        entry.is_some_and(Entry::is_uncertain) && finding.rule == FAILED
    };
    diagnosis.history().hidden_journals().is_some() && refusal.causes().all(is_uncertain)
}

async fn apply(run: &mut Run<'_>) -> Result<Report, Stopped> {
    let assessment = read_and_assess(run).await?;
    let assessment = run.with_drift(assessment).await?;
    let nothing_to_do = match &assessment.verdict {
        Verdict::Refuse(_) => true,
        Verdict::Proceed(plan) => {
            let steps = plan.steps().iter().map(|step| step.name().clone()).collect();
            run.emit(Event::Planned { steps });
            plan.is_empty() && assessment.status.diagnosis().summary().running == 0
        }
    };
    if nothing_to_do || run.options.dry_run {
        let locks = if nothing_to_do { None } else { preview(run, &assessment.status).await? };
        let report = settle(run, assessment, None)?;
        return Ok(Report { locks: locks.map(Box::new), ..report });
    }
    if assessment.status.facts().is_read_replica() {
        let report = report(assessment.status, Outcome::Failed, Vec::new());
        return Err(Stopped::with(ErrorKind::ReadReplica, report));
    }
    Execution::new(run, assessment.status).run().await
}

/// Reads and judges. A row that looks failed may belong to another deployer that took the lock
/// between the look at the lock and the look at the rows: then one second look decides.
pub(super) async fn read_and_assess(run: &mut Run<'_>) -> Result<Assessment, Error> {
    if let Some(assessment) = run.glance().await? {
        return Ok(assessment);
    }
    let reading = read(run).await?;
    let assessment = run.assess(reading).await?;
    let doubtful = assessment.verdict.is_refusal()
        && assessment.status.diagnosis().entries().iter().any(|e| e.state() == State::Failed);
    if !doubtful {
        return Ok(assessment);
    }
    let env = run.env.clone();
    env.sleep(Duration::from_millis(50)).await;
    let reading = read(run).await?;
    run.assess(reading).await
}

/// Reads, and waits for a deployer that keeps even readers out as for one that holds the lock.
async fn read(run: &Run<'_>) -> Result<Reading, Error> {
    let env = run.env.clone();
    let mut backoff = Backoff::new(&*env, run.options.lock_wait, run.options.poll_interval);
    loop {
        let error = match run.store.read().await {
            Ok(reading) => return Ok(reading),
            Err(error) => error,
        };
        if !is_lock(run.store, &error) || run.options.is_stopped() {
            return Err(error.into());
        }
        let waited = backoff.waited(&*env);
        run.emit(Event::Waiting { holder: None, waited });
        if !backoff.pause(&*env).await {
            return Err(Error::new(ErrorKind::Locked { waited, holder: None }));
        }
    }
}

/// The end of a run that changes nothing.
fn settle(
    run: &Run<'_>,
    assessment: Assessment,
    waited: Option<Duration>,
) -> Result<Report, Stopped> {
    let Assessment { status, verdict } = assessment;
    let plan = match verdict {
        Verdict::Refuse(refusal) => {
            let report = report(status, Outcome::Refused, Vec::new());
            return Err(Stopped::with(ErrorKind::Refused(refusal), report));
        }
        Verdict::Proceed(plan) => plan,
    };
    let planned: Vec<MigrationName> = plan.steps().iter().map(|step| step.name().clone()).collect();
    let summary = status.diagnosis().summary();
    let (pending, running) = (summary.pending + summary.rolled_back, summary.running);
    if run.options.mode == Mode::Apply {
        let outcome = if planned.is_empty() { Outcome::UpToDate } else { Outcome::WouldApply };
        return Ok(report(status, outcome, planned));
    }
    if status.is_up_to_date() {
        return Ok(report(status, Outcome::UpToDate, planned));
    }
    let report = report(status, Outcome::NotUpToDate, planned);
    Err(Stopped::with(ErrorKind::NotUpToDate { pending, running, waited }, report))
}

pub(super) fn report(status: Status, outcome: Outcome, planned: Vec<MigrationName>) -> Report {
    Report {
        status,
        outcome,
        applied: Vec::new(),
        planned,
        created_history_table: false,
        elapsed: Duration::ZERO,
        waited: Duration::ZERO,
        failure: None,
        locks: None,
        verification: None,
    }
}
