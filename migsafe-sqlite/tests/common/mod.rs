//! What the tests share: a file in a folder of its own, and a view of it that does not go through
//! the store.
#![allow(dead_code, reason = "each test binary uses its part of it")]
#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use migsafe_sqlite::core::history::{HistoryRow, StoredTime};
use migsafe_sqlite::core::store::{StepOutcome, StepRequest, WriteSession};
use migsafe_sqlite::core::{migrations::Migration, sql};
use migsafe_sqlite::{
    Dialect, Environment, Error, HistoryStore as _, Migrations, Options, Policy, Report,
    SqliteStore, ensure_up_to_date,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, SqliteConnection};
use tempfile::TempDir;

/// Prisma's table.
pub(crate) const HISTORY: &str = r#"CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)"#;

/// A database file that is removed with its folder.
pub(crate) struct Db {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Db {
    /// No file yet.
    pub(crate) fn none() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        Self { folder, path }
    }

    /// A file with these statements in it.
    pub(crate) async fn with(sql: &str) -> Self {
        let db = Self::none();
        db.run(sql).await;
        db
    }

    /// A file with an empty history.
    pub(crate) async fn with_history() -> Self {
        Self::with(HISTORY).await
    }

    pub(crate) fn store(&self) -> SqliteStore {
        SqliteStore::from_path(&self.path).unwrap()
    }

    /// A connection without foreign keys, as another program might have it.
    pub(crate) async fn connect(&self) -> SqliteConnection {
        SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(true)
            .foreign_keys(false)
            .busy_timeout(Duration::from_secs(20))
            .disable_statement_logging()
            .connect()
            .await
            .unwrap()
    }

    pub(crate) async fn run(&self, sql: &str) {
        let mut connection = self.connect().await;
        run(&mut connection, sql).await.unwrap();
        sqlx::Connection::close(connection).await.unwrap();
    }

    /// The first column of every row, as text.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let mut connection = self.connect().await;
        let rows =
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
        sqlx::Connection::close(connection).await.unwrap();
        rows.iter()
            .map(|row| row.try_get_unchecked::<Option<String>, _>(0).unwrap().unwrap_or_default())
            .collect()
    }

    pub(crate) async fn integer(&self, sql: &str) -> i64 {
        let mut connection = self.connect().await;
        let row =
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap();
        sqlx::Connection::close(connection).await.unwrap();
        row.get(0)
    }

    pub(crate) async fn tables(&self) -> Vec<String> {
        self.texts("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").await
    }

    pub(crate) async fn rows(&self) -> Vec<HistoryRow> {
        self.store().read().await.unwrap().history.rows().to_vec()
    }

    /// Every stored byte that means something: schema and content, as the shell's `.dump` would say
    /// it.
    pub(crate) async fn dump(&self) -> Vec<String> {
        let mut dump = self
            .texts(
                "SELECT coalesce(type || name || tbl_name || sql, name) FROM sqlite_schema \
             ORDER BY 1",
            )
            .await;
        for table in self.tables().await {
            let columns = self
                .texts(&format!(
                    "SELECT group_concat('quote(\"' || name || '\")', '||'',''||') FROM \
                     pragma_table_info('{table}')"
                ))
                .await
                .concat();
            dump.extend(self.texts(&format!("SELECT {columns} FROM \"{table}\" ORDER BY 1")).await);
        }
        dump
    }
}

pub(crate) async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.map(drop)
}

/// The migrations of these scripts, named in order.
pub(crate) fn scripts(scripts: &[&str]) -> Migrations {
    let named = scripts
        .iter()
        .enumerate()
        .map(|(index, script)| (format!("2025010100{index:04}_m{index}"), (*script).to_owned()));
    Migrations::from_scripts(named).unwrap()
}

/// Lets everything through that a policy may let through.
pub(crate) fn lenient() -> Options {
    let mut policy = Policy::for_environment(Environment::development());
    for rule in [
        "transaction-nesting",
        "lt-vacuum-in-transaction",
        "lt-attach",
        "lt-journal-mode",
        "syntax-error",
    ] {
        policy = policy
            .with_override(rule, migsafe_sqlite::Severity::Warn, "the store must cope with it")
            .unwrap();
    }
    Options::default().with_policy(policy).with_lock_wait(Duration::from_secs(60))
}

pub(crate) async fn deploy(store: &SqliteStore, migrations: &Migrations) -> Result<Report, Error> {
    ensure_up_to_date(store, migrations, lenient()).await
}

/// One step, in a session of its own, without any policy.
pub(crate) async fn step(store: &SqliteStore, script: &str) -> StepOutcome {
    let mut session = store.open_session().await.unwrap();
    let begun = session.begin().await.unwrap();
    assert!(
        matches!(begun, migsafe_sqlite::core::store::Begun::Locked(_)),
        "expected the lock, got {begun:?}"
    );
    let outcome = apply(&mut *session, "20250101000000_step", script).await;
    session.finish().await;
    outcome
}

pub(crate) async fn apply(session: &mut dyn WriteSession, name: &str, script: &str) -> StepOutcome {
    let migration = Migration::new(name, script.to_owned());
    let statements = sql::analyse(Dialect::Sqlite, script);
    let started_at = chrono::DateTime::from_timestamp_millis(1_767_225_600_000).unwrap();
    let id = format!("row-of-{name}");
    let request = StepRequest::new(
        &id,
        migration.name(),
        migration.checksum().unwrap(),
        script,
        &statements,
        started_at,
    );
    session.apply(request).await
}

/// An insert of a row in Prisma's own form.
pub(crate) fn insert(row: &HistoryRow) -> String {
    let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let time = |time: &Option<StoredTime>| {
        time.as_ref().map_or("NULL".to_owned(), |time| {
            time.at()
                .map_or_else(|| quote(&time.to_string()), |at| at.timestamp_millis().to_string())
        })
    };
    format!(
        "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, logs, \
         rolled_back_at, started_at, \
         applied_steps_count) VALUES ({}, {}, {}, {}, {}, {}, {}, {})",
        quote(&row.id),
        quote(&row.checksum),
        time(&row.finished_at),
        quote(&row.migration_name),
        row.logs.as_deref().map_or("NULL".to_owned(), quote),
        time(&row.rolled_back_at),
        time(&row.started_at),
        row.applied_steps_count.map_or("NULL".to_owned(), |count| count.to_string()),
    )
}

/// Starts this test binary again, to run one test of it with these variables.
pub(crate) fn again(test: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]);
    command.envs(variables.iter().copied()).stdin(Stdio::null());
    command
}

/// A child that is killed, if it still runs, when this is dropped.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
