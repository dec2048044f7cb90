//! Whether what is expected is there, on real files and in memory.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod common;

use std::time::{Duration, Instant};

use migsafe_sqlite::core::engine;
use migsafe_sqlite::core::report::ExitCode;
use migsafe_sqlite::core::schema::SnapshotOptions;
use migsafe_sqlite::core::store::SchemaReader as _;
use migsafe_sqlite::core::verify::{Check, CheckOutcome, Expectations, Form, Verification};
use migsafe_sqlite::{
    Error, HistoryStore as _, Migrations, Options, SqliteStore, ensure_up_to_date,
};
use serde_json::{Value, json};

use crate::common::Db;

const SITE: &str = "
    CREATE TABLE User (id INTEGER PRIMARY KEY, email VARCHAR(200) NOT NULL UNIQUE, ok BOOLEAN, price REAL);
    CREATE TABLE Job (a TEXT, b TEXT, owner INTEGER REFERENCES User (id), CONSTRAINT Job_key PRIMARY KEY (a, b),
        CHECK (a <> b));
    CREATE INDEX Job_owner_idx ON Job (owner DESC);
    CREATE VIEW Owners AS SELECT owner FROM Job;
    CREATE TRIGGER touch AFTER UPDATE ON Job BEGIN SELECT 1; END;
    INSERT INTO User VALUES (1, 'alice@example.com', 1, 7.5), (2, 'bob', NULL, 5);
";

async fn try_verify(store: &SqliteStore, file: &str) -> Result<Verification, Error> {
    engine::verify(store, &Expectations::from_json(file).unwrap()).await
}

fn lines(verification: &Verification) -> Vec<String> {
    let line = |check: &Check| match check.outcome() {
        CheckOutcome::Met => None,
        CheckOutcome::Missed { miss, found, .. } => {
            Some(format!("{}: {}: {found}", check.subject(), miss.name()))
        }
        CheckOutcome::Unknown { why } => Some(format!("{}: unknown: {why}", check.subject())),
        other => panic!("{other:?}"),
    };
    verification.checks().iter().filter_map(line).collect()
}

fn rows(seconds: f64, rows: &[(&str, &str, Value)]) -> String {
    let rows: Vec<Value> = rows
        .iter()
        .map(|(name, query, expect)| {
            json!({ "name": name, "query": query, "expect": expect, "timeoutSeconds": seconds })
        })
        .collect();
    json!({ "main": { "rows": rows } }).to_string()
}

async fn in_memory() -> SqliteStore {
    let store = SqliteStore::in_memory();
    let mut connection = store.connection().await.unwrap();
    common::run(&mut connection, SITE).await.unwrap();
    drop(connection);
    store
}

#[tokio::test]
async fn objects_are_met_or_missed() {
    let db = Db::with(SITE).await;
    let met = r#"{"any name": {"criticalTables": ["user", "Job"], "criticalIndexes": ["Job_owner_idx", "Job_key"],
        "criticalConstraints": ["Job_key"], "views": ["owners"],
        "tables": {"User": {"columns": {"id": {"type": "integer", "nullable": false},
            "EMAIL": {"type": "varchar(200)", "nullable": false}, "ok": {"nullable": true}},
            "constraints": {"PRIMARY KEY": {"type": "PRIMARY KEY"}, "UNIQUE (email)": {}}},
          "job": {"columns": {"a": {"nullable": true}}, "indexes": {"Job_owner_idx": {"unique": false, "keys": ["owner DESC"]},
            "job_key": {"unique": true, "keys": ["a", "b"]}}, "triggers": ["touch"]}}}}"#;
    let verification = try_verify(&db.store(), met).await.unwrap();
    assert!(verification.is_met(), "{:?}", lines(&verification));
    let missed = r#"{"x": {"criticalTables": ["Owners", "Users"], "criticalEnums": ["Status"],
        "tables": {"User": {"columns": {"id": {"type": "int"}, "ok": {"nullable": false}}}}}}"#;
    let verification = try_verify(&db.store(), missed).await.unwrap();
    assert_eq!(
        lines(&verification),
        [
            "table Owners: other_kind: a view",
            "enum Status: missing: SQLite has no enumerations",
            "column User.id: type: different: INTEGER",
            "column User.ok: nullable: different: takes NULL",
            "table Users: missing: nothing of this name",
        ]
    );
    let two = r#"{"a": {"criticalTables": ["User"]}, "b": {"criticalTables": ["Job"]}}"#;
    let error = try_verify(&db.store(), two).await.unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("expectations-sections", ExitCode::Failure));
    let none = Db::none();
    let error = try_verify(&none.store(), missed).await.unwrap_err();
    assert_eq!(error.code(), "database-missing");
    assert!(!none.path.exists());
}

#[tokio::test]
async fn a_file_made_from_a_schema_is_met_by_it() {
    let db = Db::with(SITE).await;
    let snapshot = db.store().read_schema(&SnapshotOptions::default()).await.unwrap();
    for form in [Form::Simple, Form::Extended] {
        let made = Expectations::generate(&snapshot, form);
        assert!(made.left_out.is_empty());
        let verification = try_verify(&db.store(), &made.expectations.to_json()).await.unwrap();
        assert!(verification.is_met(), "{:?}", lines(&verification));
        assert!(verification.checks().len() >= 8);
    }
}

#[tokio::test]
async fn conditions_on_rows_are_met_or_missed() {
    let db = Db::with(SITE).await;
    for (query, expect, found) in [
        ("SELECT * FROM User", json!({"rows": 2}), None),
        ("SELECT * FROM User WHERE id > 5", json!({"rows": {"atLeast": 1}}), Some("no row")),
        ("VALUES (1), (2)", json!({"rows": 2}), None),
        ("WITH a AS (SELECT 1) SELECT * FROM a; -- one", json!({"rows": 1}), None),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n",
            json!({"rows": 0}),
            Some("more than 1000 rows"),
        ),
        ("SELECT count(*) FROM User -- all", json!({"value": 2}), None),
        (
            "SELECT email, id FROM User ORDER BY id LIMIT 1",
            json!({"value": "alice@example.com"}),
            None,
        ),
        ("SELECT id AS a, id AS a FROM User WHERE id = 1", json!({"value": 1}), None),
        ("SELECT ok FROM User WHERE id = 1", json!({"value": true}), None),
        ("SELECT ok FROM User WHERE id = 2", json!({"value": null}), None),
        ("SELECT ok FROM User WHERE id = 3", json!({"value": null}), Some("no row")),
        ("SELECT ok FROM User", json!({"value": null}), Some("more than one row")),
        ("SELECT sum(price) FROM User", json!({"value": {"atLeast": 12, "atMost": 12.5}}), None),
        ("SELECT price FROM User WHERE id = 2", json!({"value": 5}), None),
        ("SELECT 'ü☃'", json!({"value": "ü☃"}), None),
        ("SELECT ''", json!({"value": ""}), None),
        ("SELECT x'616263'", json!({"value": "abc"}), None),
        (
            "SELECT hex(zeroblob(6000))",
            json!({"value": "0"}),
            Some(&*format!("'{}…'", "0".repeat(59))),
        ),
    ] {
        let file = rows(30.0, &[("r", query, expect.clone())]);
        for store in [db.store(), in_memory().await] {
            let verification = match try_verify(&store, &file).await {
                Ok(verification) => verification,
                Err(error) => panic!("{query}: {error}"),
            };
            let lines = lines(&verification);
            match found {
                None => assert!(lines.is_empty(), "{query} {expect}: {lines:?}"),
                Some(found) => assert_eq!(lines, [format!("rows main: r: different: {found}")]),
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_found_out_is_unknown_and_spoils_nothing() {
    const ENDLESS: &str =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    let db = Db::with(SITE).await;
    let file = rows(
        0.2,
        &[
            ("a slow", ENDLESS, json!({"value": 1})),
            ("b table", "SELECT 1 FROM nowhere", json!({"rows": 1})),
            ("c path", "SELECT json_extract('{}', email) FROM User", json!({"value": 1})),
            ("d good", "SELECT 1 FROM User", json!({"rows": 2})),
            ("e wrong", "SELECT 1 FROM User", json!({"rows": 3})),
        ],
    );
    for store in [db.store(), in_memory().await] {
        let start = Instant::now();
        let verification = try_verify(&store, &file).await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(5));
        assert_eq!(
            lines(&verification),
            [
                "rows main: a slow: unknown: it took longer than 0.2 s",
                "rows main: b table: unknown: no such table: nowhere (SQLite code 1)",
                "rows main: c path: unknown: SQLite refuses it with code 1; what it says can hold a value, and is not \
                 repeated",
                "rows main: e wrong: different: 2 rows",
            ]
        );
        assert_eq!(verification.exit_code(), ExitCode::Failure);
    }
}

#[tokio::test]
async fn a_database_that_stays_locked_is_no_answer() {
    let db = Db::with(SITE).await;
    let mut other = db.connect().await;
    common::run(&mut other, "BEGIN EXCLUSIVE").await.unwrap();
    let file = rows(0.1, &[("r", "SELECT 1 FROM User", json!({"rows": 2}))]);
    let verification = try_verify(&db.store(), &file).await.unwrap();
    let expected = "rows main: r: unknown: another connection keeps the database locked";
    assert_eq!(lines(&verification), [expected]);
    common::run(&mut other, "ROLLBACK").await.unwrap();
    assert!(try_verify(&db.store(), &file).await.unwrap().is_met());
}

#[tokio::test]
async fn no_query_writes() {
    let db = Db::with(SITE).await;
    let before = db.dump().await;
    let memory = in_memory().await;
    let other = db.folder.path().join("other.db");
    let attach = format!("ATTACH '{}' AS other", other.display());
    let vacuum = format!("VACUUM INTO '{}'", other.display());
    for query in [
        "INSERT INTO User VALUES (3, 'c', 1, 1)",
        "INSERT INTO User VALUES (3, 'c', 1, 1) RETURNING id",
        "REPLACE INTO User VALUES (1, 'c', 1, 1)",
        "DELETE FROM Job",
        "UPDATE User SET id = 5",
        "WITH a AS (SELECT 1) INSERT INTO Job SELECT 1, 2, 3 FROM a",
        "WITH a AS (DELETE FROM User RETURNING id) SELECT * FROM a",
        "SELECT 1; DELETE FROM Job",
        "SELECT 1) AS a; DELETE FROM User; SELECT * FROM (SELECT 1",
        "COMMIT; INSERT INTO User VALUES (3, 'c', 1, 1)",
        "CREATE TABLE n AS SELECT 1",
        "CREATE TEMP TABLE n (a)",
        "DROP TABLE Job",
        "PRAGMA writable_schema = ON",
        "PRAGMA query_only = OFF",
        "PRAGMA query_only = OFF; DELETE FROM User",
        "PRAGMA user_version = 5",
        "PRAGMA journal_mode = WAL",
        "SELECT * FROM pragma_query_only(0)",
        "SELECT * FROM pragma_writable_schema(1)",
        "SELECT * FROM pragma_user_version(5)",
        "SELECT * FROM pragma_journal_mode('wal')",
        "SELECT load_extension('x')",
        "SELECT writefile('x', 'y')",
        "SELECT fts3_tokenizer('simple', x'0000000000000000')",
        "BEGIN IMMEDIATE",
        "SAVEPOINT a",
        "REINDEX",
        "ANALYZE",
        "VACUUM",
        &attach,
        &vacuum,
        "EXPLAIN SELECT 1",
        "SELECT 1 \0; DELETE FROM User",
        "SELECT 'a",
        "-- nothing",
    ] {
        let file = rows(30.0, &[("r", query, json!({"value": "met"}))]);
        for store in [&db.store(), &memory] {
            match try_verify(store, &file).await {
                Err(error) => assert_eq!(error.code(), "query-refused", "{query}: {error}"),
                Ok(verification) => assert!(!verification.is_met(), "{query}"),
            }
        }
        assert_eq!(db.dump().await, before, "{query}");
        assert_eq!(db.integer("PRAGMA user_version").await, 0, "{query}");
        assert_eq!(db.texts("PRAGMA journal_mode").await, ["delete"], "{query}");
    }
    assert!(!other.exists());
    // The connection of a database in memory is as it was: it keeps from writing only meanwhile.
    let count = rows(30.0, &[("r", "SELECT count(*) FROM User", json!({"value": 2}))]);
    assert!(try_verify(&memory, &count).await.unwrap().is_met());
    let mut connection = memory.connection().await.unwrap();
    common::run(&mut connection, "DELETE FROM User").await.unwrap();
}

/// A caller that has no patience leaves a database in memory as it was.
#[tokio::test]
async fn a_question_that_is_given_up_leaves_the_database_writable() {
    let store = SqliteStore::in_memory();
    let endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    let file = rows(60.0, &[("r", endless, json!({"value": 1}))]);
    let limit = Duration::from_millis(100);
    assert!(tokio::time::timeout(limit, try_verify(&store, &file)).await.is_err());
    let migrations =
        Migrations::from_scripts([("20250101000000_m", "CREATE TABLE m (a)")]).unwrap();
    let report = ensure_up_to_date(&store, &migrations, Options::default()).await.unwrap();
    assert_eq!(report.applied().len(), 1);
}

#[tokio::test]
async fn a_deploy_ends_with_what_is_missed() {
    let migrations =
        Migrations::from_scripts([("20250101000000_m", "CREATE TABLE m (a)")]).unwrap();
    // The history table can be expected, too.
    let file = r#"{"main": {"criticalTables": ["m", "n", "_prisma_migrations"]}}"#;
    let options = Options::default().with_expectations(Expectations::from_json(file).unwrap());
    let db = Db::none();
    for store in [SqliteStore::in_memory(), db.store()] {
        let error = ensure_up_to_date(&store, &migrations, options.clone()).await.unwrap_err();
        assert_eq!((error.code(), error.exit_code()), ("not-verified", ExitCode::Drift));
        let report = error.report().unwrap();
        assert_eq!(report.applied().len(), 1);
        assert_eq!(report.verification().unwrap().counts(), (2, 1, 0));
        let history = store.read().await.unwrap().history;
        assert!(history.rows()[0].is_finished());
    }
}
