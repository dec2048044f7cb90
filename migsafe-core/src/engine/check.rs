//! `check`: everything that can be known without writing, in one run.

use std::sync::Arc;

use super::assess::{AsksData, Run};
use super::error::ErrorKind;
use super::lint::pending_names;
use super::{DriftOptions, Error, LintOptions, LintScope, Options, drift, lint, verify};
use crate::data::DataReport;
use crate::env;
use crate::migrations::Migrations;
use crate::report::{CheckReport, ExitCode, LintReport, Part, Problem, Status};
use crate::store::HistoryStore;
use crate::verify::Expectations;

/// What is checked. The default is the status with the policy of production, the SQL of pending migrations with
/// questions about the rows, and drift.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    options: Options,
    drift: Option<DriftOptions>,
    expectations: Option<Arc<Expectations>>,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            options: Options::default(),
            drift: Some(DriftOptions::default()),
            expectations: None,
        }
    }
}

impl CheckOptions {
    /// The same with the options of a deploy that is checked for: its policy, its target, its questions about rows.
    #[must_use]
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// How drift is looked for; `None` not to look.
    #[must_use]
    pub fn with_drift(mut self, drift: Option<DriftOptions>) -> Self {
        self.drift = drift;
        self
    }

    /// What has to be in the database; nothing by default.
    #[must_use]
    pub fn with_expectations(mut self, expectations: Option<Arc<Expectations>>) -> Self {
        self.expectations = expectations;
        self
    }
}

/// Looks at everything: the history and the folder, the SQL of pending migrations and what it would do to the rows that are
/// there, drift, and expectations. Writes nothing to the database; looking for drift makes a throw-away one.
///
/// A part that fails does not keep the others from being looked at: it is in the report as such, and in its exit code.
pub async fn check(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    options: &CheckOptions,
) -> CheckReport {
    let assessed = assess(store, migrations, &options.options).await;
    let (status, lint) = match assessed {
        Ok((status, data)) => {
            let lint = lint_pending(store, migrations, &options.options, &status, data).await;
            (Part::Looked(Box::new(status)), Part::of(lint))
        }
        Err(error) => {
            // Nothing else can be read either, and one reason is enough.
            let unread = || "the state of the database could not be read";
            return CheckReport {
                status: Part::of(Err(error)),
                lint: Part::NotLooked(unread()),
                drift: Part::NotLooked(unread()),
                verification: Part::NotLooked(unread()),
            };
        }
    };
    let drift = match &options.drift {
        Some(options) => Part::of(drift(store, migrations, options).await),
        None => Part::NotLooked("not asked for"),
    };
    let verification = match &options.expectations {
        Some(expectations) => Part::of(verify(store, expectations).await),
        None => Part::NotLooked("no expectations were given"),
    };
    CheckReport { status, lint, drift, verification }
}

/// The state as a deploy would judge it: with what the database says of the rows that pending statements are about.
async fn assess(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    options: &Options,
) -> Result<(Status, Option<DataReport>), Error> {
    let mut run = Run::new(store, migrations, options);
    run.asks_for_support = true;
    run.asks_data = AsksData::Always;
    let reading = store.read().await?;
    let status = run.assess(reading).await?.status;
    Ok((status, run.into_data()))
}

/// The SQL of what a deploy would run, by the rules, and by what the rows say.
async fn lint_pending(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    options: &Options,
    status: &Status,
    data: Option<DataReport>,
) -> Result<LintReport, Error> {
    let names = pending_names(status.diagnosis());
    let lint_options = LintOptions::new(store.dialect())
        .with_policy(options.policy.clone())
        .with_scope(LintScope::Only(names.clone()))
        .with_new(names)
        .with_data(data)
        .with_server(status.facts().server().map(str::to_owned));
    let migrations = migrations.clone();
    let work = move || lint(&migrations, &lint_options);
    let report = env::blocking(&*store.env(), work).await;
    report.ok_or_else(|| Error::new(ErrorKind::Internal("the files could not be linted")))
}

impl<T> Part<T> {
    fn of(result: Result<T, Error>) -> Self {
        match result {
            Ok(found) => Self::Looked(Box::new(found)),
            Err(error) => {
                // What was refused or found out is in a report; an error says that it could not be found out.
                let code = match error.exit_code() {
                    ExitCode::Usage => ExitCode::Usage,
                    _ => ExitCode::Failure,
                };
                Self::Failed { problem: Problem::from(&error), code }
            }
        }
    }
}
