//! From files to findings.

use std::collections::BTreeMap;

use super::{LintOptions, LintScope};
use crate::Dialect;
use crate::diagnosis::diagnose;
use crate::history::{History, HistoryRow};
use crate::lock::LockState;
use crate::migrations::{FolderProblemKind, Migration, MigrationName, Migrations, Origin};
use crate::policy::{Facts, Finding, Scope, rules};
use crate::report::LintReport;
use crate::sql::{self, Script};
use crate::store::{DatabaseFacts, StatementSupport};

/// Runs the rules on the files of a folder and on their SQL.
///
/// All files are read, in order, so that what an earlier migration made is known to the rules when they
/// look at a later one; findings are reported for those in the scope. Rules on the history of a database have
/// nothing to say, except on the order of new migrations.
///
/// A pure function, which takes its time (about half a second for 8 MB of SQL): asynchronous callers
/// run it where blocking is allowed.
///
/// ```
/// # #[cfg(feature = "postgres-sql")] {
/// use migsafe_core::engine::{LintOptions, lint};
/// use migsafe_core::{Dialect, Migrations};
///
/// let migrations = Migrations::from_scripts([("20250101000000_init", "SELECT 1;\nCOMMIT;\n")])?;
/// let report = lint(&migrations, &LintOptions::new(Dialect::Postgres));
/// assert!(report.is_refused());
/// let first = &report.findings()[0];
/// assert_eq!((&*first.finding().rule, first.finding().location.line), ("transaction-nesting", Some(2)));
/// # }
/// # Ok::<(), migsafe_core::migrations::MigrationsError>(())
/// ```
#[must_use]
pub fn lint(migrations: &Migrations, options: &LintOptions) -> LintReport {
    let scripts = take_apart(options.dialect(), migrations);
    let history = History::present(deployed(migrations, options.scope()));
    let diagnosis = diagnose(migrations, &history, &LockState::Unknown);
    let database = DatabaseFacts::default()
        .with_server(options.server().map(str::to_owned))
        .with_statements(statements(options.dialect()));
    let mut facts = Facts::new(options.dialect(), migrations, &diagnosis, &database, &scripts)
        .with_scope(match options.scope() {
            LintScope::All => Scope::OneByOne,
            LintScope::Only(_) => Scope::Together,
        });
    if let Some(data) = options.data() {
        facts = facts.with_data(data);
    }
    let mut examination = options.policy().examine(&facts);
    let wanted = |finding: &Finding| is_wanted(migrations, options, finding);
    examination.findings.retain(wanted);
    examination.suppressed.retain(|suppressed| wanted(&suppressed.finding));
    LintReport::new(migrations, &scripts, examination, options)
}

fn take_apart(dialect: Dialect, migrations: &Migrations) -> BTreeMap<MigrationName, Script> {
    let (names, texts): (Vec<MigrationName>, Vec<&str>) = migrations
        .iter()
        .filter_map(|migration| Some((migration.name().clone(), migration.script()?)))
        .unzip();
    names.into_iter().zip(sql::analyse_all(dialect, &texts)).collect()
}

/// What is not going to be deployed has been.
fn deployed(migrations: &Migrations, scope: &LintScope) -> Vec<HistoryRow> {
    let row = |migration: &Migration| {
        let checksum = migration.checksum()?.to_string();
        Some(HistoryRow::applied(migration.name().as_str(), checksum))
    };
    migrations.iter().filter(|m| !scope.includes(m.name())).filter_map(row).collect()
}

/// What a deploy over a direct connection can do.
fn statements(dialect: Dialect) -> StatementSupport {
    match dialect {
        Dialect::Postgres => StatementSupport::Available,
        Dialect::Sqlite => StatementSupport::None,
    }
}

fn is_wanted(migrations: &Migrations, options: &LintOptions, finding: &Finding) -> bool {
    let rule = &*finding.rule;
    let about = finding.migration.as_ref();
    if rule == "out-of-order" {
        return about.is_some_and(|name| options.new_names().contains(name));
    }
    let on_history = rules::ALL.iter().any(|known| known.id == rule) && !on_files(rule);
    // The name of a single file is its path.
    let on_path = *migrations.origin() == Origin::Files && NAMES.contains(&rule);
    let in_scope = about.is_none_or(|name| options.scope().includes(name));
    !on_history && !on_path && in_scope
}

/// Rules of the folder that look at names.
const NAMES: [&str; 4] =
    ["ambiguous-order", "migration-name-convention", "name-case-conflict", "name-too-long"];

/// Whether a rule that is not on SQL is on files, and not on the history of a database.
fn on_files(rule: &str) -> bool {
    NAMES.contains(&rule)
        || rule == "lock-file-mismatch"
        || FolderProblemKind::ALL.iter().any(|kind| kind.rule() == rule)
}
