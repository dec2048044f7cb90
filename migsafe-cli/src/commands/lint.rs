//! `migsafe lint`.

use migsafe_core::data::{DataLimits, DataReport};
use migsafe_core::engine::{self, LintOptions, LintScope, LocksReport};
use migsafe_core::report::{ExitCode, LintReport};
use migsafe_core::{Dialect, HistoryStore, Migrations, Options};

use crate::args::{Global, Lint};
use crate::connect;
use crate::failure::Failure;
use crate::git;
use crate::linted::{self, Input};
use crate::output::Output;

pub(crate) async fn run(global: &Global, args: Lint, output: &Output) -> Result<ExitCode, Failure> {
    let policy = connect::policy(global)?.failing_at(args.fail_on.into());
    let inputs = inputs(global, &args).await?;
    let version = args.server_version;
    // It takes its time, and a signal must be heard.
    let work = tokio::task::spawn_blocking(move || {
        let mut reports = inputs.into_iter().map(|input| {
            let given = version.as_deref().map(|version| server(input.dialect, version));
            let options = LintOptions::new(input.dialect)
                .with_policy(policy.clone())
                .with_scope(input.scope)
                .with_new(input.new)
                .with_data(input.data)
                .with_server(given.or(input.server));
            engine::lint(&input.migrations, &options).with_locks(input.locks)
        });
        reports.next().map(|first| first.joined(reports))
    });
    let report: LintReport = work
        .await
        .ok()
        .flatten()
        .ok_or_else(|| Failure::stopped("internal", "the files could not be linted", ""))?;
    output.lint(&report)?;
    Ok(report.exit_code())
}

/// A version as the server says it.
fn server(dialect: Dialect, version: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("SQLite {version}"),
        _ => version.to_owned(),
    }
}

/// What is linted, at least one.
async fn inputs(global: &Global, args: &Lint) -> Result<Vec<Input>, Failure> {
    let dialect = args.dialect.map(Into::into);
    if !args.files.is_empty() {
        return linted::files(global, dialect, &args.files);
    }
    let migrations = connect::migrations(global)?;
    if args.pending {
        let store = connect::store(global)?;
        let pending = engine::pending(&*store, &migrations).await?;
        let (data, locks) = match args.live {
            true => live(args, &*store, &migrations).await?,
            false => (None, None),
        };
        return Ok(vec![Input {
            migrations,
            dialect: dialect.unwrap_or(store.dialect()),
            scope: LintScope::Only(pending.names.clone()),
            server: pending.server,
            new: pending.names,
            data,
            locks,
        }]);
    }
    let changes = match (&args.since, connect::folder(global)) {
        (Some(reference), Some(folder)) => Some(git::changed_since(reference, &folder)?),
        _ => None,
    };
    let (scope, new) = changes
        .map_or_else(Default::default, |changes| (LintScope::Only(changes.all), changes.added));
    let input = linted::folder(global, dialect, migrations, scope)?;
    Ok(vec![Input { new, ..input }])
}

/// What pending migrations would do to the rows that are there, and what they would lock.
async fn live(
    args: &Lint,
    store: &dyn HistoryStore,
    migrations: &Migrations,
) -> Result<(Option<DataReport>, Option<LocksReport>), Failure> {
    let limits = DataLimits::default();
    let limits = if args.no_samples { limits.without_samples() } else { limits };
    let options = Options::default().with_data_checks(Some(limits));
    let data = engine::inspect_data(store, migrations, &options).await?;
    Ok((data, engine::preview_locks(store, migrations, &options).await?))
}
