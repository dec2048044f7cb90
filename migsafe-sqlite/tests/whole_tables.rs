//! What statements do to whole tables, measured, and what a preview says of it.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use migsafe_sqlite::SqliteStore;
use migsafe_sqlite::core::engine::{Options, preview_locks};
use migsafe_sqlite::core::lock::{TableWork, Work};
use migsafe_sqlite::core::migrations::Migrations;
use migsafe_sqlite::core::{Dialect, sql};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection};

const ROWS: u64 = 3_000;

const SCHEMA: &str = "
CREATE TABLE p (id INTEGER PRIMARY KEY);
CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b TEXT, p INT REFERENCES p (id));
CREATE TABLE n (id INTEGER PRIMARY KEY, a INT);
CREATE INDEX i0 ON t (a);
INSERT INTO t (a, b) WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3000)
    SELECT i, hex(randomblob(60)) FROM r;";

/// Steps of the machine that runs statements, and pages written to the log.
struct Cost {
    steps: u64,
    pages: u64,
}

/// What a statement costs on a table of so many rows, of which the log holds nothing yet.
async fn cost(statement: &str) -> Cost {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.db");
    let url = format!("sqlite:{}?mode=rwc", path.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    connection.execute("PRAGMA journal_mode = WAL").await.unwrap();
    connection.execute("PRAGMA wal_autocheckpoint = 0").await.unwrap();
    connection.execute(SCHEMA).await.unwrap();
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    let steps = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&steps);
    connection.lock_handle().await.unwrap().set_progress_handler(1, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        true
    });
    connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    let log = std::fs::metadata(folder.path().join("d.db-wal")).map_or(0, |log| log.len());
    Cost { steps: steps.load(Ordering::Relaxed), pages: log / 4_096 }
}

fn work(statement: &str) -> Vec<Work> {
    let script = sql::analyse(Dialect::Sqlite, statement);
    let actions = script.statements().iter().flat_map(|statement| statement.actions());
    actions.flat_map(|action| TableWork::of(&action.kind)).map(|work| work.work).collect()
}

/// Each statement as the machine counts it: a step for each row, or pages of the log for each page of the table.
#[tokio::test]
async fn what_grows_with_the_rows_is_said_to() {
    let reads = [
        "CREATE INDEX i ON t (a)",
        "CREATE UNIQUE INDEX i ON t (b) WHERE a > 5",
        "ALTER TABLE t ADD COLUMN c INT CHECK (c > 0)",
        "ALTER TABLE t ADD COLUMN c INT NOT NULL AS (a) VIRTUAL",
        "CREATE TABLE m AS SELECT * FROM t",
        "INSERT INTO n SELECT id, a FROM t",
        "REINDEX t",
        "REINDEX",
        "PRAGMA integrity_check",
        "PRAGMA foreign_key_check",
    ];
    for statement in reads {
        let Cost { steps, .. } = cost(statement).await;
        assert!(steps > ROWS, "{statement}: {steps} steps");
        assert_eq!(work(statement), [Work::Reads], "{statement}");
    }
    // Most pages of the table, of about 140 bytes a row.
    let many = ROWS * 100 / 4_096;
    for (statement, expected) in [
        ("ALTER TABLE t DROP COLUMN b", Work::Rewrites),
        ("UPDATE t SET b = 'x' || b", Work::Rewrites),
        ("VACUUM", Work::Rewrites),
    ] {
        let Cost { pages, .. } = cost(statement).await;
        assert!(pages > many, "{statement}: {pages} pages");
        assert_eq!(work(statement), [expected], "{statement}");
    }
    for statement in ["DELETE FROM t WHERE b = 'y'", "UPDATE t SET a = 1 WHERE b = 'y'"] {
        let Cost { steps, pages } = cost(statement).await;
        assert!(steps > ROWS && pages == 0, "{statement}: {steps} steps, {pages} pages");
        assert_eq!(work(statement), [Work::MayRead], "{statement}");
    }
    for statement in [
        "ALTER TABLE t ADD COLUMN c INT",
        "ALTER TABLE t ADD COLUMN c INT NOT NULL DEFAULT 3",
        "ALTER TABLE t ADD COLUMN c INT AS (a) VIRTUAL",
        "ALTER TABLE t ADD COLUMN c INT REFERENCES p (id)",
        "ALTER TABLE t RENAME COLUMN a TO z",
        "ALTER TABLE t RENAME TO u",
        "CREATE VIEW v AS SELECT * FROM t",
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
        "INSERT INTO n VALUES (1, 2)",
        "DELETE FROM t WHERE id = 5",
    ] {
        let Cost { steps, pages } = cost(statement).await;
        assert!(steps < ROWS && pages < 10, "{statement}: {steps} steps, {pages} pages");
        // An index may spare it the reading: the text does not tell.
        let expected: &[Work] = match statement.starts_with("DELETE") {
            true => &[Work::MayRead],
            false => &[],
        };
        assert_eq!(work(statement), expected, "{statement}");
    }
    // Pages given back are not written, only listed; the more rows the more of them.
    for statement in ["DROP TABLE t", "DELETE FROM t"] {
        assert_eq!(work(statement), [Work::Frees], "{statement}");
    }
}

#[tokio::test]
async fn a_preview_names_the_statements_and_counts_the_rows() {
    let store = SqliteStore::in_memory();
    let mut connection = store.connection().await.unwrap();
    connection.execute(SCHEMA).await.unwrap();
    drop(connection);
    let rebuild = "PRAGMA foreign_keys=OFF;\n\
        CREATE TABLE \"new_T\" (\"id\" INTEGER PRIMARY KEY, \"a\" INT NOT NULL);\n\
        INSERT INTO \"new_T\" (\"id\", \"a\") SELECT \"id\", \"a\" FROM \"T\";\n\
        DROP TABLE \"T\";\n\
        ALTER TABLE \"new_T\" RENAME TO \"T\";\n\
        CREATE INDEX \"i\" ON \"T\"(\"a\");\n\
        PRAGMA foreign_keys=ON;";
    let scripts = [
        ("20250101000000_rebuild", rebuild),
        (
            "20250102000000_more",
            "REINDEX i0; UPDATE n SET a = 1 WHERE id = 2; INSERT INTO p VALUES (1); VALUES (1",
        ),
    ];
    let migrations =
        Migrations::from_scripts(scripts.map(|(name, sql)| (name, sql.to_owned()))).unwrap();
    let report = preview_locks(&store, &migrations, &Options::default()).await.unwrap().unwrap();
    let work = report.work.unwrap();
    assert_eq!(work.migrations, 2);
    let mut shown = String::new();
    for statement in work.statements {
        let (name, line) = (statement.place.migration, statement.place.line);
        let (verb, table, work) = (statement.verb, statement.table, statement.work);
        writeln!(shown, "{name}:{line} {verb} {table:?} {work:?} {:?}", statement.rows).unwrap();
    }
    insta::assert_snapshot!(shown);
    let nothing =
        Migrations::from_scripts([("a", "CREATE VIEW v AS SELECT 1".to_owned())]).unwrap();
    let report = preview_locks(&store, &nothing, &Options::default()).await.unwrap().unwrap();
    assert!(report.work.unwrap().statements.is_empty());
}
