//! Drift of a database that changes while it is looked at.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use migsafe_sqlite::core::engine::{DriftOptions, drift};
use migsafe_sqlite::core::env::{Env, TokioEnv};
use migsafe_sqlite::core::store::{
    Reading, SchemaReader, ShadowProvider, StoreError, WriteSession,
};
use migsafe_sqlite::{Dialect, HistoryStore, Migrations, Options, SqliteStore, ensure_up_to_date};

use common::{Db, scripts};

/// A clock that does not let anybody wait.
#[derive(Debug)]
struct Impatient;

#[async_trait]
impl Env for Impatient {
    fn now(&self) -> DateTime<Utc> {
        TokioEnv.now()
    }

    fn elapsed(&self) -> Duration {
        TokioEnv.elapsed()
    }

    fn random(&self) -> [u8; 16] {
        TokioEnv.random()
    }

    async fn sleep(&self, _duration: Duration) {}

    async fn run_blocking(&self, work: Box<dyn FnOnce() + Send>) {
        TokioEnv.run_blocking(work).await;
    }
}

/// A store whose history is read just before another migration is applied, for so many times.
#[derive(Debug)]
struct Restless {
    inner: SqliteStore,
    reads: AtomicUsize,
    until: usize,
}

impl Restless {
    fn new(db: &Db, until: usize) -> Self {
        Self { inner: db.store(), reads: AtomicUsize::new(0), until }
    }
}

#[async_trait]
impl HistoryStore for Restless {
    fn dialect(&self) -> Dialect {
        self.inner.dialect()
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }

    fn env(&self) -> Arc<dyn Env> {
        Arc::new(Impatient)
    }

    async fn read(&self) -> Result<Reading, StoreError> {
        let reading = self.inner.read().await?;
        let number = self.reads.fetch_add(1, Ordering::Relaxed) + 1;
        if number <= self.until {
            let folder = folder(number);
            ensure_up_to_date(&self.inner, &folder, Options::default()).await.unwrap();
        }
        Ok(reading)
    }

    async fn open_session(&self) -> Result<Box<dyn WriteSession>, StoreError> {
        self.inner.open_session().await
    }

    fn schema_reader(&self) -> Option<&dyn SchemaReader> {
        self.inner.schema_reader()
    }

    fn shadow_provider(&self) -> Option<Arc<dyn ShadowProvider>> {
        self.inner.shadow_provider()
    }
}

/// So many migrations, each of which makes a table.
fn folder(count: usize) -> Migrations {
    let scripts = (1..=count).map(|number| {
        (format!("{number:014}_t"), format!("CREATE TABLE t{number} (id INTEGER PRIMARY KEY);"))
    });
    Migrations::from_scripts(scripts).unwrap()
}

#[tokio::test]
async fn a_deploy_of_many_migrations_is_no_drift() {
    let db = Db::none();
    let store = Restless::new(&db, 6);
    let report = drift(&store, &folder(10), &DriftOptions::default()).await.unwrap();
    assert_eq!(report.replayed.len(), 6);
    assert!(!report.has_drift(), "{report:?}");
}

#[tokio::test]
async fn a_history_that_never_rests_is_no_drift_but_an_error() {
    let db = Db::none();
    let store = Restless::new(&db, usize::MAX);
    let error = drift(&store, &folder(100), &DriftOptions::default()).await.unwrap_err();
    assert_eq!(error.code(), "timeout");
    assert!(error.to_string().contains("the history changed each time"), "{error}");
    assert!(error.help().contains("deploy"), "{}", error.help());
}

/// Where nothing drifted, numbers that were given once are not given again.
#[tokio::test]
async fn undoing_elsewhere_keeps_the_counter_of_autoincrement() {
    let script = "CREATE TABLE User (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);";
    let migrations = scripts(&[script]);
    let (drifted, other) = (Db::none(), Db::none());
    for db in [&drifted, &other] {
        ensure_up_to_date(&db.store(), &migrations, Options::default()).await.unwrap();
    }
    drifted.run("DROP TABLE User; CREATE TABLE User (id INTEGER PRIMARY KEY, name TEXT);").await;
    for db in [&drifted, &other] {
        db.run("INSERT INTO User (name) VALUES ('a'), ('b'), ('c')").await;
    }
    other.run("DELETE FROM User WHERE id = 3").await;
    let report = drift(&drifted.store(), &migrations, &DriftOptions::default()).await.unwrap();
    assert!(report.has_drift());
    let undo = report.revert_for_all().to_sql();
    for db in [&drifted, &other] {
        db.run(&undo).await;
        assert_eq!(db.integer("SELECT seq FROM sqlite_sequence WHERE name = 'User'").await, 3);
        db.run("INSERT INTO User (name) VALUES ('d')").await;
        assert_eq!(db.integer("SELECT max(id) FROM User").await, 4, "{undo}");
    }
}
