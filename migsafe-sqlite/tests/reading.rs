//! Reading: what is there is read as it is, and nothing else happens.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod common;

use std::fs;
use std::time::Duration;

use migsafe_sqlite::core::history::{Absence, History, StoredTime, TableProblem};
use migsafe_sqlite::core::lock::LockState;
use migsafe_sqlite::core::store::{Content, StoreErrorCode};
use migsafe_sqlite::{HistoryStore as _, SqliteStore};

use common::{Db, HISTORY, run};

#[tokio::test]
async fn no_file_is_absence_and_creates_none() {
    let db = Db::none();
    let reading = db.store().read().await.unwrap();
    assert_eq!(reading.history, History::Absent(Absence::Database));
    assert_eq!(reading.database.content(), &Content::Empty);
    assert_eq!(fs::read_dir(db.folder.path()).unwrap().count(), 0);
    // A folder that is missing is no different.
    let store = SqliteStore::from_path(db.folder.path().join("no/such/folder.db")).unwrap();
    let reading = store.read().await.unwrap();
    assert_eq!(reading.history, History::Absent(Absence::Database));
}

#[tokio::test]
async fn an_empty_file_is_a_database_without_a_table() {
    let db = Db::none();
    fs::write(&db.path, b"").unwrap();
    let reading = db.store().read().await.unwrap();
    assert_eq!(reading.history, History::Absent(Absence::Table));
    assert_eq!(reading.database.content(), &Content::Empty);
    assert_eq!(fs::metadata(&db.path).unwrap().len(), 0);
}

#[tokio::test]
async fn content_without_a_history_is_listed() {
    let db = Db::with(
        "CREATE TABLE b (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE \"a'é\" (id); \
         CREATE INDEX i ON b (id); CREATE VIEW v AS SELECT 1; CREATE TABLE _migsafe_audit (id)",
    )
    .await;
    let reading = db.store().read().await.unwrap();
    assert_eq!(reading.history, History::Absent(Absence::Table));
    let names = ["a'é", "b", "v"].map(str::to_owned).to_vec();
    assert_eq!(reading.database.content(), &Content::Objects(names));
    // A table `sqlite_sequence` that is left over is nobody's content.
    db.run("DROP VIEW v; DROP TABLE b; DROP TABLE \"a'é\"").await;
    assert_eq!(db.tables().await, ["_migsafe_audit", "sqlite_sequence"]);
    let reading = db.store().read().await.unwrap();
    assert_eq!(reading.database.content(), &Content::Empty);
}

#[tokio::test]
async fn every_form_of_time_is_read() {
    let db = Db::with_history().await;
    db.run(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, \
         applied_steps_count) VALUES \
         ('1', 'c', 'ms', 1795178872182, 1795178872183, 1), \
         ('2', 'c', 'text', '2026-11-20T12:47:52.182+00:00', '2026-11-20T12:47:52.183Z', 1), \
         ('3', 'c', 'sql', '2026-11-20 12:47:52', NULL, 0), \
         ('4', 'c', 'rfc2822', 'Fri, 20 Nov 2026 12:47:52 +0000', NULL, 0), \
         ('5', 'c', 'date', '2026-11-20', NULL, 0), \
         ('6', 'c', 'real', 1795178872182.5, NULL, 0)",
    )
    .await;
    let rows = db.rows().await;
    let row = |id: &str| rows.iter().find(|row| row.id == id).unwrap();
    assert_eq!(row("1").started_at, row("2").started_at);
    assert_eq!(row("1").finished_at, row("2").finished_at);
    assert_eq!(row("3").started_at, row("4").started_at);
    assert!(row("3").problems().is_empty());
    assert!(row("5").started_at.as_ref().is_some_and(StoredTime::is_invalid));
    assert_eq!(row("5").problems()[0].column(), "started_at");
    assert_eq!(row("6").problems()[0].to_string(), "started_at holds \"1795178872182.5\"");
}

#[tokio::test]
async fn corrupt_values_are_problems_of_their_row() {
    let loose = HISTORY.replace(" NOT NULL", "");
    let db = Db::with(&loose).await;
    db.run(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, logs, \
         applied_steps_count) VALUES \
         (NULL, NULL, NULL, NULL, NULL, NULL), \
         (X'01', X'00FF', X'41', X'00', X'4142', 1.5), \
         ('ok', CAST(X'61FF' AS TEXT), 'good', 1, 'a' || char(0) || 'b', 'many'), \
         ('fine', 'c', 'line' || char(10) || 'feed, ''quote''', 1, '', 1)",
    )
    .await;
    let rows = db.rows().await;
    assert_eq!(rows.len(), 4);
    let problems = |index: usize| {
        rows[index].problems().iter().map(|p| p.column().to_owned()).collect::<Vec<_>>()
    };
    let required = ["id", "checksum", "migration_name", "started_at", "applied_steps_count"];
    assert_eq!(problems(0), required);
    assert_eq!(rows[0].name(), None);
    assert_eq!(
        problems(1),
        ["id", "checksum", "migration_name", "started_at", "applied_steps_count", "logs"]
    );
    assert_eq!(problems(2), ["checksum", "applied_steps_count"]);
    assert!(rows[2].problems()[0].to_string().contains("not UTF-8"));
    assert_eq!(rows[2].logs.as_deref(), Some("a"), "SQLite's quote() ends at a NUL");
    assert_eq!(rows[3].name(), Some("line\nfeed, 'quote'"));
    assert!(rows[3].problems().is_empty());
}

#[tokio::test]
async fn logs_are_cut_by_the_database() {
    let db = Db::with_history().await;
    db.run(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) \
         VALUES ('1', 'c', 'x', replace(hex(zeroblob(5000)), '0', '☃'))",
    )
    .await;
    let logs = db.rows().await[0].logs.clone().unwrap();
    assert_eq!(logs, "☃".repeat(4000));
}

#[tokio::test]
async fn a_missing_column_is_a_problem_of_the_table() {
    let db = Db::with(
        "CREATE TABLE _prisma_migrations (ID TEXT, checksum TEXT, migration_name TEXT, started_at \
         DATETIME, \
         extra TEXT, finished_at DATETIME, rolled_back_at DATETIME); \
         INSERT INTO _prisma_migrations VALUES ('1', 'c', 'a', 5, 'x', 6, NULL)",
    )
    .await;
    let history = db.store().read().await.unwrap().history;
    assert_eq!(
        history.table_problems(),
        [
            TableProblem::MissingColumn("logs".into()),
            TableProblem::MissingColumn("applied_steps_count".into()),
            TableProblem::UnknownColumn("extra".into()),
        ]
    );
    let row = &history.rows()[0];
    assert_eq!((row.id.as_str(), row.name(), row.is_finished()), ("1", Some("a"), true));
    assert_eq!((row.applied_steps_count, row.logs.as_deref()), (None, None));
    assert!(row.problems().is_empty(), "{:?}", row.problems());
}

#[tokio::test]
async fn an_unknown_column_is_a_problem_of_the_table() {
    let db = Db::with_history().await;
    let store = db.store();
    assert!(store.read().await.unwrap().history.table_problems().is_empty());
    db.run("ALTER TABLE _prisma_migrations ADD COLUMN \"what's this\" TEXT").await;
    let history = store.read().await.unwrap().history;
    assert_eq!(
        history.table_problems(),
        [TableProblem::UnknownColumn("what's this".into())],
        "the same store notices it"
    );
}

#[tokio::test]
async fn a_view_is_read_as_well() {
    let db = Db::with(&HISTORY.replace("_prisma_migrations", "elsewhere")).await;
    db.run(
        "CREATE VIEW _prisma_migrations AS SELECT * FROM elsewhere; \
         INSERT INTO elsewhere (id, checksum, migration_name) VALUES ('1', 'c', 'a')",
    )
    .await;
    assert_eq!(db.rows().await.len(), 1);
    db.run("DROP TABLE elsewhere").await;
    let error = db.store().read().await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::Sql, "a broken view is no absence: {error}");
}

#[tokio::test]
async fn what_is_no_database_is_an_error() {
    let db = Db::none();
    fs::write(
        &db.path,
        b"this is not a database, but it is long enough to be taken for one".repeat(20),
    )
    .unwrap();
    let error = db.store().read().await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::HistoryUnreadable, "{error}");
    assert!(error.help().contains("not a SQLite database"), "{}", error.help());
    let error = SqliteStore::from_path(db.folder.path()).unwrap().read().await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::Connection);
    assert!(error.to_string().contains("is a folder"), "{error}");
    let inside = SqliteStore::from_path(db.path.join("inside.db")).unwrap();
    assert_eq!(inside.read().await.unwrap_err().code(), StoreErrorCode::Connection);
}

#[tokio::test]
async fn a_damaged_file_is_an_error() {
    let db = Db::with_history().await;
    db.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
         INSERT INTO _prisma_migrations (id, checksum, migration_name) SELECT i, \
         hex(zeroblob(32)), i FROM n",
    )
    .await;
    let mut bytes = fs::read(&db.path).unwrap();
    let length = bytes.len();
    bytes[4096..length].fill(0x5a);
    fs::write(&db.path, bytes).unwrap();
    let error = db.store().read().await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::HistoryUnreadable, "{error}");
    // Cut off in the middle of a page.
    fs::OpenOptions::new().write(true).open(&db.path).unwrap().set_len(5000).unwrap();
    assert!(db.store().read().await.is_err());
}

#[tokio::test]
async fn a_file_that_stays_locked_is_a_timeout() {
    let db = Db::with_history().await;
    let mut writer = db.connect().await;
    run(&mut writer, "BEGIN EXCLUSIVE").await.unwrap();
    let store = db.store().with_busy_wait(Duration::from_millis(100));
    let error = store.read().await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::Timeout, "{error}");
    run(&mut writer, "ROLLBACK").await.unwrap();
    assert!(store.read().await.is_ok());
}

#[tokio::test]
async fn a_writer_that_has_not_committed_is_not_seen() {
    for mode in ["delete", "wal", "truncate", "persist"] {
        let db = Db::with_history().await;
        db.run(&format!("PRAGMA journal_mode = {mode}")).await;
        let mut writer = db.connect().await;
        let insert =
            "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('1', 'c', 'a')";
        run(&mut writer, &format!("BEGIN IMMEDIATE; {insert}")).await.unwrap();
        let store = db.store();
        assert_eq!(store.read().await.unwrap().history.rows().len(), 0, "{mode}");
        run(&mut writer, "COMMIT").await.unwrap();
        assert_eq!(store.read().await.unwrap().history.rows().len(), 1, "{mode}");
    }
}

#[tokio::test]
async fn reading_changes_no_byte_of_the_file() {
    for mode in ["delete", "wal"] {
        let db = Db::with_history().await;
        db.run(&format!("PRAGMA journal_mode = {mode}")).await;
        let before = fs::read(&db.path).unwrap();
        let reading = db.store().read().await.unwrap();
        assert_eq!(reading.lock, LockState::Unknown);
        assert!(reading.database.server().is_some_and(|server| server.starts_with("SQLite 3.")));
        assert_eq!(fs::read(&db.path).unwrap(), before, "{mode}");
    }
}

#[tokio::test]
async fn a_file_that_is_replaced_is_read_anew() {
    let db = Db::with_history().await;
    let store = db.store();
    assert!(!store.read().await.unwrap().history.is_absent());
    fs::remove_file(&db.path).unwrap();
    assert_eq!(store.read().await.unwrap().history, History::Absent(Absence::Database));
    db.run("CREATE TABLE other (id)").await;
    assert_eq!(store.read().await.unwrap().history, History::Absent(Absence::Table));
    let copy = db.folder.path().join("copy.db");
    fs::copy(&db.path, &copy).unwrap();
    fs::rename(&copy, &db.path).unwrap();
    db.run(HISTORY).await;
    assert!(!store.read().await.unwrap().history.is_absent());
    store.close().await;
    assert!(!store.read().await.unwrap().history.is_absent());
}

#[tokio::test]
async fn utf16_databases_are_read() {
    let db = Db::none();
    db.run(&format!("PRAGMA encoding = 'UTF-16'; {HISTORY}")).await;
    db.run(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('1', 'c', 'ü☃''')",
    )
    .await;
    assert_eq!(db.rows().await[0].name(), Some("ü☃'"));
}

#[tokio::test]
async fn urls_lead_to_the_file() {
    let db = Db::with_history().await;
    let path = db.path.to_str().unwrap();
    for url in [
        format!("sqlite:{path}"),
        format!("sqlite://{path}"),
        format!("file:{path}"),
        format!("file://{path}"),
        format!("file://localhost{path}?connection_limit=1&socket_timeout=3"),
        format!("file:{}", path.replace("test", "t%65st")),
        format!("sqlite:{path}?mode=ro"),
    ] {
        let store = SqliteStore::open(&url).unwrap();
        assert!(!store.read().await.unwrap().history.is_absent(), "{url}");
        assert!(store.describe().contains("test.db"), "{}", store.describe());
    }
    let read_only = SqliteStore::open(&format!("sqlite:{path}?mode=ro")).unwrap();
    assert_eq!(read_only.open_session().await.unwrap_err().code(), StoreErrorCode::ReadOnly);
}

#[tokio::test]
async fn a_read_that_is_dropped_does_no_harm() {
    let db = Db::with_history().await;
    let store = db.store();
    for _ in 0..50 {
        let read = store.read();
        let _ = tokio::time::timeout(Duration::from_micros(50), read).await;
    }
    assert!(!store.read().await.unwrap().history.is_absent());
}
