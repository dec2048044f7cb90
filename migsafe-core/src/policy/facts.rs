//! Everything a rule may look at.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::{Location, Suppressions};
use crate::Dialect;
use crate::data::{DataOutcome, DataReport, PlannedScript};
use crate::diagnosis::{Diagnosis, Entry, State};
use crate::history::{Journal, Resume};
use crate::lint::Catalogue;
use crate::migrations::{Migration, MigrationName, Migrations};
use crate::schema::Diff;
use crate::sql::Script;
use crate::store::{DatabaseFacts, StatementSupport};

/// The facts of one judgement. Rules read them and nothing else, so a judgement can be repeated anywhere.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    migrations: &'a Migrations,
    diagnosis: &'a Diagnosis,
    database: &'a DatabaseFacts,
    scripts: &'a BTreeMap<MigrationName, Script>,
    dialect: Dialect,
    resumes_failed: bool,
    scope: Scope,
    data: Option<&'a DataReport>,
    drift: Option<&'a Diff>,
    /// Built when the first rule on SQL asks for it.
    catalogue: Arc<OnceLock<Catalogue>>,
    /// Known when the other rules have run.
    suppressions: Option<Arc<Suppressions>>,
}

/// Which scripts run together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// All of them, by one deploy: what an earlier one makes is new and unused for a later one.
    #[default]
    Together,
    /// Each at a time of its own, as the folder grew: only what the same script makes is new.
    OneByOne,
}

impl<'a> Facts<'a> {
    /// Puts the facts together. `scripts` holds the analysed scripts of the migrations that are about
    /// to be applied; an empty map leaves the rules on SQL without anything to say.
    #[must_use]
    pub fn new(
        dialect: Dialect,
        migrations: &'a Migrations,
        diagnosis: &'a Diagnosis,
        database: &'a DatabaseFacts,
        scripts: &'a BTreeMap<MigrationName, Script>,
    ) -> Self {
        Self {
            migrations,
            diagnosis,
            database,
            scripts,
            dialect,
            resumes_failed: false,
            scope: Scope::default(),
            data: None,
            drift: None,
            catalogue: Arc::default(),
            suppressions: None,
        }
    }

    /// The same for the rules that judge what comments keep quiet.
    pub(super) fn with_suppressions(mut self, suppressions: Suppressions) -> Self {
        self.suppressions = Some(Arc::new(suppressions));
        self
    }

    /// What comments keep quiet; `None` while that is not known yet.
    pub(crate) fn suppressions(&self) -> Option<&Suppressions> {
        self.suppressions.as_deref()
    }

    /// The same for scripts that do not run together, such as a folder that is read without a database.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// The same with what the database says of the rows that are there.
    #[must_use]
    pub fn with_data(mut self, data: &'a DataReport) -> Self {
        self.data = Some(data);
        self
    }

    /// What the database says of the rows that are there; `None` if it was not asked.
    #[must_use]
    pub fn data(&self) -> Option<&'a DataReport> {
        self.data
    }

    /// The same with what leads from the schema that the migrations give to that of the database.
    #[must_use]
    pub fn with_drift(mut self, drift: Option<&'a Diff>) -> Self {
        self.drift = drift;
        self
    }

    /// What leads from the schema that the migrations give to that of the database; `None` if it was not looked for.
    #[must_use]
    pub fn drift(&self) -> Option<&'a Diff> {
        self.drift
    }

    /// What an action will do to the rows that are there: the gravest of all that was found out about the action
    /// at this place. `None` if the database was not asked, or the action raises no question.
    #[must_use]
    pub fn outcome(
        &self,
        migration: &MigrationName,
        location: &Location,
    ) -> Option<&'a DataOutcome> {
        self.data?.outcome(migration, location)
    }

    /// The scripts that are about to run, each from the statement at which it begins.
    pub(crate) fn planned(&self) -> Vec<PlannedScript<'a>> {
        self.scripts()
            .filter_map(|(name, script)| {
                let text = self.migrations.find(name.as_str())?.script()?;
                let resume =
                    self.diagnosis.entry(name.as_str()).and_then(|entry| self.resume(entry));
                let first = match resume {
                    Some(
                        Resume::At { statement }
                        | Resume::Inspect { statement }
                        | Resume::Again { statement, .. },
                    ) => statement,
                    _ => 1,
                };
                Some(PlannedScript::new(name, script, text).from_statement(first))
            })
            .collect()
    }

    /// Which scripts run together.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// What the scripts say of the database, through time.
    pub(crate) fn catalogue(&self) -> &Catalogue {
        self.catalogue
            .get_or_init(|| Catalogue::new(self.dialect, self.scripts, |name| self.runs(name)))
    }

    /// Every analysed script in order, also those that do not run now.
    pub(crate) fn all_scripts(&self) -> impl Iterator<Item = (&'a MigrationName, &'a Script)> {
        self.scripts.iter()
    }

    /// Whether the script of this name is about to run.
    fn runs(&self, name: &MigrationName) -> bool {
        let entry = self.diagnosis.entry(name.as_str());
        entry.is_none_or(|entry| entry.state().is_pending() || self.is_resumable(entry))
    }

    /// The same for a deploy that was asked to go on with migrations whose last statement failed.
    #[must_use]
    pub fn resuming_failed(mut self, resume: bool) -> Self {
        self.resumes_failed = resume;
        // Which scripts are about to run is part of it.
        self.catalogue = Arc::default();
        self
    }

    /// Where an interrupted migration goes on, by its journal and its script. `None` for an entry
    /// that has no journal, no readable script, or that somebody is at work on.
    #[must_use]
    pub fn resume(&self, entry: &Entry) -> Option<Resume> {
        if entry.state() != State::Failed {
            return None;
        }
        let journal = self.diagnosis.journal(entry)?;
        let text = self.file(entry)?.script()?;
        let script = self.scripts.get(entry.name())?;
        Some(journal.resume(text, script))
    }

    /// Whether a deploy goes on with this entry by itself: the journal says where, and either it was
    /// interrupted or the deploy was asked to go on after a failure.
    #[must_use]
    pub fn is_resumable(&self, entry: &Entry) -> bool {
        let known = !matches!(self.resume(entry), None | Some(Resume::Decide { .. }));
        let failed = self.diagnosis.journal(entry).is_some_and(Journal::has_failed);
        known && (!failed || self.resumes_failed)
    }

    /// Whether a deploy of this plan sends a script as a whole, in one transaction.
    #[must_use]
    pub fn runs_in_transaction(&self, script: &Script) -> bool {
        !(script.runs_by_statement() && self.database.statements() == &StatementSupport::Available)
    }

    /// The folder.
    #[must_use]
    pub fn migrations(&self) -> &'a Migrations {
        self.migrations
    }

    /// Files and rows, classified.
    #[must_use]
    pub fn diagnosis(&self) -> &'a Diagnosis {
        self.diagnosis
    }

    /// What is known about the database beside the history.
    #[must_use]
    pub fn database(&self) -> &'a DatabaseFacts {
        self.database
    }

    /// The analysed scripts of the migrations that are about to be applied, in order.
    pub fn scripts(&self) -> impl Iterator<Item = (&'a MigrationName, &'a Script)> {
        self.scripts.iter().filter(|(name, _)| self.runs(name))
    }

    /// The analysed script of one migration.
    #[must_use]
    pub fn script(&self, name: &MigrationName) -> Option<&'a Script> {
        self.scripts.get(name)
    }

    /// The dialect of the database.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The file of an entry.
    #[must_use]
    pub fn file(&self, entry: &Entry) -> Option<&'a Migration> {
        self.migrations.find(entry.name().as_str())
    }

    /// Whether the migration of this name would be applied by a deploy.
    #[must_use]
    pub fn is_pending(&self, name: &MigrationName) -> bool {
        self.diagnosis.entry(name.as_str()).is_none_or(|entry| entry.state().is_pending())
    }
}
