//! What the tests of this crate share.
#![allow(dead_code, reason = "each test binary uses its part of it")]

use std::future::Future;
use std::time::Duration;

use migsafe_postgres::core::history::{History, HistoryRow};
use migsafe_postgres::core::migrations::{Checksum, MigrationName};
use migsafe_postgres::core::sql;
use migsafe_postgres::core::store::{Begun, StepOptions, StepOutcome, StepRequest, WriteSession};
use migsafe_postgres::{
    Dialect, Error, HistoryStore, Migrations, Options, PostgresStore, Report, ensure_up_to_date,
};
use migsafe_testing::{Database, Postgres};

pub(crate) const PRISMA_TABLE: &str = "(
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)";

/// Runs a future to its end on a runtime with a worker of its own, as an application has.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

pub(crate) fn database() -> Database {
    Postgres::shared().create_database()
}

/// A database with an empty history.
pub(crate) fn database_with_history() -> Database {
    let database = database();
    database.query(&format!("CREATE TABLE _prisma_migrations {PRISMA_TABLE}")).unwrap();
    database
}

pub(crate) async fn store(url: &str) -> PostgresStore {
    PostgresStore::connect(url).await.unwrap()
}

pub(crate) fn folder(scripts: &[(&str, &str)]) -> Migrations {
    let scripts = scripts.iter().map(|(name, sql)| ((*name).to_owned(), (*sql).to_owned()));
    Migrations::from_scripts(scripts).unwrap()
}

/// So many migrations, each creating a table `t_<n>`.
pub(crate) fn tables(count: usize) -> Migrations {
    Migrations::from_scripts((1..=count).map(|n| {
        (format!("20250101{n:06}_t_{n}"), format!("CREATE TABLE t_{n} (id int PRIMARY KEY);\n"))
    }))
    .unwrap()
}

pub(crate) fn options() -> Options {
    Options::default().with_lock_wait(Duration::from_secs(30))
}

pub(crate) async fn deploy(
    store: &PostgresStore,
    migrations: &Migrations,
) -> Result<Report, Error> {
    ensure_up_to_date(store, migrations, options()).await
}

/// Deploys scripts that no rule refuses, whatever they are: what the store itself makes of them.
pub(crate) fn lenient() -> migsafe_postgres::Policy {
    let mut policy = migsafe_postgres::Policy::default();
    let rules = migsafe_postgres::core::policy::built_in_rules();
    for rule in rules.filter(|rule| !migsafe_postgres::core::policy::Rule::is_fixed(*rule)) {
        policy = policy
            .with_override(
                migsafe_postgres::core::policy::Rule::id(rule),
                migsafe_postgres::Severity::Off,
                "the store must cope",
            )
            .unwrap();
    }
    policy
}

pub(crate) async fn rows(store: &PostgresStore) -> Vec<HistoryRow> {
    match store.read().await.unwrap().history {
        History::Present(table) => table.rows().to_vec(),
        absent => panic!("{absent:?}"),
    }
}

pub(crate) fn has_table(database: &Database, name: &str) -> bool {
    let sql = format!("SELECT to_regclass('{name}') IS NOT NULL");
    database.client().value(&sql).unwrap().as_deref() == Some("t")
}

/// One value, as text.
pub(crate) fn value(database: &Database, sql: &str) -> String {
    database.client().value(sql).unwrap().unwrap_or_else(|| "NULL".to_owned())
}

/// Waits until a query gives a value.
pub(crate) fn wait_until(database: &Database, sql: &str, expected: &str, limit: Duration) {
    let start = std::time::Instant::now();
    loop {
        let found = value(database, sql);
        if found == expected {
            return;
        }
        assert!(start.elapsed() < limit, "{sql} still gives {found}, not {expected}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Quotes a string for the test's own SQL.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Applies one script by itself, in a session of its own, whatever any rule thinks of it.
pub(crate) async fn apply(store: &PostgresStore, name: &str, script: &str) -> StepOutcome {
    apply_with(store, name, script, StepOptions::default()).await
}

pub(crate) async fn apply_with(
    store: &PostgresStore,
    name: &str,
    script: &str,
    options: StepOptions,
) -> StepOutcome {
    let mut session = store.open_session().await.unwrap();
    match session.begin().await.unwrap() {
        Begun::Locked(_) | Begun::Unchanged => {}
        other => panic!("{other:?}"),
    }
    let outcome = apply_in(store, &mut *session, name, script, options).await;
    session.finish().await;
    outcome
}

pub(crate) async fn apply_in(
    store: &PostgresStore,
    session: &mut dyn WriteSession,
    name: &str,
    script: &str,
    options: StepOptions,
) -> StepOutcome {
    let statements = sql::analyse(Dialect::Postgres, script);
    let (name, checksum) = (MigrationName::new(name.to_owned()), Checksum::of(script));
    let id = format!("id-{name}").chars().take(36).collect::<String>();
    let start = store.env().now();
    let step = StepRequest::new(&id, &name, &checksum, script, &statements, start);
    session.apply(step.with_options(options)).await
}

/// The only row, which must be a failed one; its log.
pub(crate) async fn failed_log(store: &PostgresStore) -> String {
    let rows = rows(store).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(!rows[0].is_finished() && rows[0].is_live(), "{rows:?}");
    assert_eq!(rows[0].applied_steps_count, Some(0));
    rows[0].logs.clone().expect("a failed row has a log")
}

/// Nobody holds the migration lock, or not for long.
pub(crate) fn assert_lock_free(database: &Database) {
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())";
    wait_until(database, held, "0", Duration::from_secs(5));
}
