//! From a reading to a verdict: diagnose, take the pending scripts apart, judge.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::ensure::read_and_assess;
use super::error::ErrorKind;
use super::waits::Waits;
use super::{Error, Event, Options, drift, live, observe};
use crate::Dialect;
use crate::data::DataReport;
use crate::diagnosis::{Diagnosis, Entry, State, diagnose};
use crate::env::{self, Env};
use crate::migrations::{MigrationName, Migrations};
use crate::plan::Target;
use crate::policy::{Facts, Policy, Severity, Verdict};
use crate::report::Status;
use crate::schema::Diff;
use crate::sql::{self, Script};
use crate::store::{
    DatabaseFacts, HistoryStore, Reading, StatementSupport, StoreError, StoreErrorCode,
};

/// The scripts that were taken apart in this run; each only once.
pub(super) type Scripts = BTreeMap<MigrationName, Script>;

/// The rule that is about drift.
const DRIFT: &str = "drift";

/// A reading, judged.
pub(super) struct Assessment {
    pub(super) status: Status,
    pub(super) verdict: Verdict,
}

/// What a look while waiting has shown.
pub(super) enum Progress {
    /// Everything is done; or the look was a careful one.
    Seen(Box<Assessment>),
    /// At a glance: not everything is done, and the history has so many rows.
    Behind {
        /// Rows, whatever they say.
        rows: usize,
    },
}

/// When the database is asked about the rows of pending statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AsksData {
    /// For a mere look.
    Never,
    /// Before the lock is taken: of many deployers only the one that gets it has to know, but nobody may refuse
    /// without knowing.
    BeforeRefusing,
    /// For a dry run, and by the deployer that has the lock, before it writes.
    Always,
}

/// What stays the same during a run.
pub(super) struct Run<'a> {
    pub(super) store: &'a dyn HistoryStore,
    pub(super) env: Arc<dyn Env>,
    pub(super) migrations: &'a Migrations,
    pub(super) options: &'a Options,
    pub(super) scripts: Scripts,
    /// Asked once, and only when a migration that runs by statement is pending.
    statement_support: Option<StatementSupport>,
    /// Whether it is asked for. Asking opens connections: of many deployers only the one that has the lock
    /// asks, and one that only waits for others has no need to know.
    pub(super) asks_for_support: bool,
    /// When the database is asked about the rows of pending statements.
    pub(super) asks_data: AsksData,
    /// What it said. Asked once: what a run does later to rows was in the questions.
    data: Option<DataReport>,
    /// What was found when the rule on drift had to know. Looked for once, before anything is written.
    drift: Option<Diff>,
    started: Duration,
    waits: Waits,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        store: &'a dyn HistoryStore,
        migrations: &'a Migrations,
        options: &'a Options,
    ) -> Self {
        let env = store.env();
        let started = env.elapsed();
        Self {
            store,
            env,
            migrations,
            options,
            scripts: Scripts::new(),
            statement_support: None,
            asks_for_support: false,
            asks_data: AsksData::Never,
            data: None,
            drift: None,
            started,
            waits: Waits::default(),
        }
    }

    /// Time since the run began.
    pub(super) fn elapsed(&self) -> Duration {
        self.env.elapsed().saturating_sub(self.started)
    }

    /// Tells listeners and probes what happened.
    pub(super) fn emit(&self, event: Event) {
        if let Some(length) = self.waits.note(&event) {
            observe::waited(length);
        }
        self.options.emit(&event, self.elapsed());
    }

    /// How long the run has waited for others; the wait that was going on is over.
    pub(super) fn waited(&self) -> Duration {
        if let Some(length) = self.waits.end() {
            observe::waited(length);
        }
        self.waits.total()
    }

    /// The judgement of a database that is up to date and not refused, at a glance; `None` when a careful
    /// look is needed.
    pub(super) async fn glance(&mut self) -> Result<Option<Assessment>, Error> {
        match self.store.glance().await? {
            Some(reading) => self.settled(reading).await,
            None => Ok(None),
        }
    }

    /// Looks as cheaply as it can how far somebody else has come; there may be a hundred that look.
    pub(super) async fn look_while_waiting(&mut self) -> Result<Progress, Error> {
        let Some(reading) = self.store.glance().await? else {
            return read_and_assess(self)
                .await
                .map(|assessment| Progress::Seen(Box::new(assessment)));
        };
        let rows = reading.history.rows().len();
        Ok(match self.settled(reading).await? {
            Some(assessment) => Progress::Seen(Box::new(assessment)),
            None => Progress::Behind { rows },
        })
    }

    /// The judgement of a reading that shows nothing to do and nothing to refuse; else `None`.
    async fn settled(&mut self, reading: Reading) -> Result<Option<Assessment>, Error> {
        let Reading { history, lock, database } = reading;
        let diagnosis = diagnose(self.migrations, &history, &lock);
        if !diagnosis.is_up_to_date() {
            return Ok(None);
        }
        let assessment = self.judge(diagnosis, database).await?;
        Ok((!assessment.verdict.is_refusal()).then_some(assessment))
    }

    /// Judges a reading.
    pub(super) async fn assess(&mut self, reading: Reading) -> Result<Assessment, Error> {
        let Reading { history, lock, database } = reading;
        self.judge(diagnose(self.migrations, &history, &lock), database).await
    }

    async fn judge(
        &mut self,
        diagnosis: Diagnosis,
        mut database: DatabaseFacts,
    ) -> Result<Assessment, Error> {
        self.check_target()?;
        self.take_apart(&diagnosis).await;
        let scripts = self.within_target(&diagnosis);
        let by_statement = scripts.values().any(Script::runs_by_statement);
        if by_statement && (self.asks_for_support || self.statement_support.is_some()) {
            database = database.with_statements(self.statement_support().await?);
        }
        let dialect = self.store.dialect();
        let facts = Facts::new(dialect, self.migrations, &diagnosis, &database, &scripts)
            .resuming_failed(self.options.resume)
            .with_drift(self.drift.as_ref());
        let policy: &Policy = &self.options.policy;
        let mut verdict = policy.judge(&facts, &self.options.target);
        if self.is_worth_asking(&verdict) && !scripts.is_empty() {
            if self.data.is_none()
                && let Some(limits) = &self.options.data
            {
                self.data = live::ask(self.store, &facts.planned(), limits).await;
            }
            if let Some(data) = &self.data {
                verdict = policy.judge(&facts.with_data(data), &self.options.target);
            }
        }
        let status = Status {
            database: self.store.describe(),
            writes_to: self.store.writes_to(),
            tried: self.statement_support.clone(),
            dialect,
            facts: database,
            origin: self.migrations.origin().clone(),
            file_count: self.migrations.len(),
            environment: policy.environment().name().to_owned(),
            findings: verdict.findings().to_vec(),
            suppressed: verdict.suppressed().to_vec(),
            failing: policy.failing_severity(),
            diagnosis,
        };
        Ok(Assessment { status, verdict })
    }

    /// Judges once more with what differs from the migrations, if the policy has a severity for that and something would
    /// be applied: the rule is off by default, since looking takes a throw-away database.
    pub(super) async fn with_drift(&mut self, assessment: Assessment) -> Result<Assessment, Error> {
        let is_asked = self.options.policy.severity(DRIFT) != Severity::Off;
        let applies = matches!(&assessment.verdict, Verdict::Proceed(plan) if !plan.is_empty());
        if !is_asked || !applies || self.drift.is_some() {
            return Ok(assessment);
        }
        let report = drift(self.store, self.migrations, &self.options.drift).await?;
        self.drift = Some(report.comparison.diff().clone());
        let reading = self.store.read().await?;
        self.assess(reading).await
    }

    /// What the history refuses, no answer changes; what rules on SQL refuse may weigh less once it is known that
    /// a table is empty.
    fn is_worth_asking(&self, verdict: &Verdict) -> bool {
        match verdict {
            Verdict::Proceed(_) => self.asks_data == AsksData::Always,
            Verdict::Refuse(refusal) => {
                self.asks_data != AsksData::Never
                    && refusal.causes().all(|finding| finding.location.statement.is_some())
            }
        }
    }

    /// What the database said of the rows that pending statements are about, if it was asked.
    pub(super) fn into_data(self) -> Option<DataReport> {
        self.data
    }

    /// What the pending statements would do to rows, without any judgement.
    pub(super) async fn inspect(&mut self, reading: Reading) -> Result<Option<DataReport>, Error> {
        let Reading { history, lock, database } = reading;
        let diagnosis = diagnose(self.migrations, &history, &lock);
        self.check_target()?;
        self.take_apart(&diagnosis).await;
        let scripts = self.within_target(&diagnosis);
        let dialect = self.store.dialect();
        let facts = Facts::new(dialect, self.migrations, &diagnosis, &database, &scripts)
            .resuming_failed(self.options.resume);
        let limits = self.options.data.clone().unwrap_or_default();
        Ok(live::ask(self.store, &facts.planned(), &limits).await)
    }

    fn check_target(&self) -> Result<(), Error> {
        match &self.options.target {
            Target::Through(name) if self.migrations.find(name.as_str()).is_none() => {
                Err(Error::new(ErrorKind::UnknownMigration(name.clone())))
            }
            _ => Ok(()),
        }
    }

    /// Found out before anything is judged: a migration that cannot be run here must stop the whole
    /// deploy before its first step, not in the middle.
    async fn statement_support(&mut self) -> Result<StatementSupport, Error> {
        if let Some(known) = &self.statement_support {
            return Ok(known.clone());
        }
        let found = match self.store.probe_statements().await {
            Ok(found) => found,
            // A server that is away says nothing about what it supports.
            Err(error) if is_about_the_network(&error) => return Err(error.into()),
            Err(error) => StatementSupport::Refused(format!(
                "whether they can be run on this connection could not be found out: {error}"
            )),
        };
        Ok(self.statement_support.insert(found).clone())
    }

    /// Takes apart the pending scripts that were not taken apart yet, away from the executor.
    async fn take_apart(&mut self, diagnosis: &Diagnosis) {
        let wanted: Vec<(MigrationName, String)> = self
            .concerned(diagnosis)
            .filter(|entry| !self.scripts.contains_key(entry.name()))
            .filter_map(|entry| {
                let script = self.migrations.find(entry.name().as_str())?.script()?;
                Some((entry.name().clone(), script.to_owned()))
            })
            .collect();
        if wanted.is_empty() {
            return;
        }
        let dialect = self.store.dialect();
        let work = move || take_apart(dialect, wanted);
        let mut found = env::blocking(&*self.env, work).await.unwrap_or_default();
        self.scripts.append(&mut found);
    }

    fn within_target(&self, diagnosis: &Diagnosis) -> Scripts {
        self.concerned(diagnosis)
            .filter_map(|entry| {
                Some((entry.name().clone(), self.scripts.get(entry.name())?.clone()))
            })
            .collect()
    }

    /// The entries whose script matters: pending ones within the target, and unfinished ones with a
    /// journal.
    fn concerned<'d>(&self, diagnosis: &'d Diagnosis) -> impl Iterator<Item = &'d Entry> {
        let target = &self.options.target;
        let pending = diagnosis
            .pending()
            .enumerate()
            .filter(|(index, entry)| target.includes(*index, entry.name()))
            .map(|(_, entry)| entry);
        let journalled = diagnosis
            .entries()
            .iter()
            .filter(|entry| entry.state() == State::Failed && diagnosis.journal(entry).is_some());
        pending.chain(journalled)
    }
}

fn is_about_the_network(error: &StoreError) -> bool {
    matches!(error.code(), StoreErrorCode::Connection | StoreErrorCode::Timeout)
}

fn take_apart(dialect: Dialect, wanted: Vec<(MigrationName, String)>) -> Scripts {
    let (names, texts): (Vec<MigrationName>, Vec<String>) = wanted.into_iter().unzip();
    names.into_iter().zip(sql::analyse_all(dialect, &texts)).collect()
}
