//! What the rows that are there mean for pending statements: first the question, then the statement.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod common;

use std::time::{Duration, Instant};

use migsafe_sqlite::core::data::{DataLimits, DataOutcome, DataReport};
use migsafe_sqlite::core::engine::{self, ensure_up_to_date};
use migsafe_sqlite::{HistoryStore as _, Migrations, Options, Policy, Severity, SqliteStore};

use crate::common::{Db, HISTORY, run};

/// Prisma's way to change a table: the new definition, what is copied into which columns.
macro_rules! rebuild {
    ($definition:literal, $into:literal, $from:literal) => {
        concat!(
            "PRAGMA defer_foreign_keys=ON; PRAGMA foreign_keys=OFF; CREATE TABLE \"new_t\" (",
            $definition,
            "); INSERT INTO \"new_t\" (",
            $into,
            ") SELECT ",
            $from,
            " FROM \"t\"; DROP TABLE \"t\"; ALTER TABLE \"new_t\" RENAME TO \"t\"; PRAGMA foreign_keys=ON; \
             PRAGMA defer_foreign_keys=OFF"
        )
    };
}

const T: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT);";

/// Rows, the script, and what is to be found out about it.
const CASES: &[(&str, &str, &str)] = &[
    ("", "DROP TABLE t", "fine"),
    ("INSERT INTO t VALUES (1, 'x', 2), (2, 'y', 2)", "DROP TABLE t", "loss 2"),
    ("", "DROP TABLE IF EXISTS nowhere", "fine"),
    ("INSERT INTO t VALUES (1, 'x', 2)", "DELETE FROM t", "loss 1"),
    ("", "DELETE FROM t", "fine"),
    ("INSERT INTO t VALUES (1, 'x', 2)", "DELETE FROM t WHERE id = 7", "nothing"),
    ("INSERT INTO t VALUES (1, NULL, 2)", "UPDATE t SET a = 'z'", "fine"),
    ("INSERT INTO t VALUES (1, 'x', 2)", "UPDATE t SET a = 'z'", "loss 1"),
    ("INSERT INTO t VALUES (1, NULL, 2)", "ALTER TABLE t DROP COLUMN a", "fine"),
    ("INSERT INTO t VALUES (1, 'x', 2)", "ALTER TABLE t DROP COLUMN a", "loss 1"),
    ("", "ALTER TABLE t ADD COLUMN c INT NOT NULL", "fine"),
    ("INSERT INTO t VALUES (1, 'x', 2)", "ALTER TABLE t ADD COLUMN c INT NOT NULL", "fails 1 1"),
    (
        "INSERT INTO t VALUES (1, 'x', 2)",
        "ALTER TABLE t ADD COLUMN c INT NOT NULL DEFAULT 0",
        "nothing",
    ),
    ("INSERT INTO t VALUES (1, 'x', 2), (2, 'y', 2)", "CREATE UNIQUE INDEX i ON t (a)", "fine"),
    (
        "INSERT INTO t VALUES (1, 'x', 2), (2, 'y', 2)",
        "CREATE UNIQUE INDEX i ON t (b)",
        "fails 2067 2",
    ),
    ("INSERT INTO t VALUES (1, NULL, 2), (2, NULL, 3)", "CREATE UNIQUE INDEX i ON t (a)", "fine"),
    (
        "INSERT INTO t VALUES (1, 'x', 2), (2, 'X', 3)",
        "CREATE UNIQUE INDEX i ON t (lower(a))",
        "fails 2067 2",
    ),
    (
        "INSERT INTO t VALUES (1, 'x', 2), (2, 'x', 3)",
        "CREATE UNIQUE INDEX i ON t (a) WHERE b > 2",
        "fine",
    ),
    (
        "INSERT INTO t VALUES (1, 'x', 3), (2, 'x', 3)",
        "CREATE UNIQUE INDEX i ON t (a) WHERE b > 2",
        "fails 2067 2",
    ),
    (
        "CREATE INDEX i ON t (id); INSERT INTO t VALUES (1, 'x', 3), (2, 'x', 3)",
        "CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a)",
        "fine",
    ),
    // Tables that are built anew.
    (
        "INSERT INTO t VALUES (1, 'x', 2)",
        rebuild!("id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INT NOT NULL", "id, a, b", "id, a, b"),
        "fine",
    ),
    (
        "INSERT INTO t VALUES (1, 'x', NULL), (2, 'y', 2)",
        rebuild!("id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INT NOT NULL", "id, a, b", "id, a, b"),
        "fails 1299 1",
    ),
    (
        "INSERT INTO t VALUES (1, 'x', NULL), (2, 'y', 2)",
        rebuild!(
            "id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INT NOT NULL DEFAULT 7",
            "id, a, b",
            "id, a, coalesce(b, 7) AS b"
        ),
        "loss 1",
    ),
    (
        "INSERT INTO t VALUES (1, 'x', 1), (2, 'y', 2)",
        rebuild!(
            "id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INT NOT NULL DEFAULT 7",
            "id, a, b",
            "id, a, coalesce(b, 7) AS b"
        ),
        "fine",
    ),
    (
        "INSERT INTO t VALUES (1, 'x', 2), (2, NULL, 2)",
        rebuild!("id INTEGER NOT NULL PRIMARY KEY, b INT", "id, b", "id, b"),
        "loss 1",
    ),
    (
        "INSERT INTO t VALUES (1, NULL, 2)",
        rebuild!("id INTEGER NOT NULL PRIMARY KEY, b INT", "id, b", "id, b"),
        "fine",
    ),
    (
        "INSERT INTO t VALUES (1, 'x', 2), (2, 'x', 3)",
        rebuild!("id INTEGER NOT NULL PRIMARY KEY, a TEXT UNIQUE, b INT", "id, a, b", "id, a, b"),
        "fails 2067 2",
    ),
    (
        "INSERT INTO t VALUES (1, 'x', 2), (2, 'x', 3)",
        rebuild!("id INT, a TEXT NOT NULL PRIMARY KEY, b INT", "id, a, b", "id, a, b"),
        "fails 1555 2",
    ),
    (
        "INSERT INTO t VALUES (1, 'x', 2), (2, 'y', -3)",
        rebuild!("id INTEGER PRIMARY KEY, a TEXT, b INT CHECK (b > 0)", "id, a, b", "id, a, b"),
        "fails 275 1",
    ),
    (
        "INSERT INTO t VALUES (1, 'x', 2)",
        rebuild!("id INTEGER PRIMARY KEY, a TEXT, b INT, c INT NOT NULL", "id, a, b", "id, a, b"),
        "fails 1299 1",
    ),
    (
        "",
        rebuild!("id INTEGER PRIMARY KEY, a TEXT, b INT, c INT NOT NULL", "id, a, b", "id, a, b"),
        "fine",
    ),
    // Not every row arrives, as far as the text tells.
    (
        "INSERT INTO t VALUES (1, 'x', 2)",
        "CREATE TABLE n (id INTEGER PRIMARY KEY); INSERT INTO n SELECT id FROM t WHERE b > 7; DROP TABLE t; \
         ALTER TABLE n RENAME TO t",
        "unknown: statement 2",
    ),
];

async fn report(store: &SqliteStore, script: &str, limits: DataLimits) -> DataReport {
    let migrations = one(script);
    let options = Options::default().with_data_checks(Some(limits));
    engine::inspect_data(store, &migrations, &options).await.unwrap().expect("SQLite is asked")
}

fn one(script: &str) -> Migrations {
    Migrations::from_scripts([("20250101000000_m".to_owned(), script.to_owned())]).unwrap()
}

/// The gravest outcome, in short.
fn short(report: &DataReport) -> String {
    let mut gravest = (-1, "nothing".to_owned());
    for judged in report.judged() {
        let found = match &judged.outcome {
            DataOutcome::Fine => (0, "fine".to_owned()),
            DataOutcome::Unknown { why } => (1, format!("unknown: {why}")),
            DataOutcome::DataLoss { rows, .. } => (2, format!("loss {rows}")),
            DataOutcome::WillFail { sqlstate, rows, .. } => (3, format!("fails {sqlstate} {rows}")),
            other => (4, format!("{other:?}")),
        };
        if found.0 > gravest.0 {
            gravest = found;
        }
    }
    gravest.1
}

#[tokio::test]
async fn what_is_found_out_is_what_happens() {
    let mut wrong = Vec::new();
    for (rows, script, expected) in CASES {
        let db = Db::with(&format!("{T} {rows}")).await;
        let found = short(&report(&db.store(), script, DataLimits::default()).await);
        let before = values(&db).await;
        let mut connection = db.connect().await;
        let happened = run(&mut connection, script).await;
        drop(connection);
        let lost = happened.is_ok() && values(&db).await < before;
        let code = happened.as_ref().err().and_then(|error| {
            error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()))
        });
        let fits = match &*found {
            "fine" | "nothing" => happened.is_ok() && !lost,
            text if text.starts_with("fails") => code.as_deref() == text.split(' ').nth(1),
            text if text.starts_with("loss") || text.starts_with("unknown") => happened.is_ok(),
            _ => false,
        };
        if !found.starts_with(expected) || !fits {
            wrong.push(format!("{rows}\n  {script}\n  expected {expected}, found {found}, lost {lost}, {happened:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}

/// How many values there are in all tables.
async fn values(db: &Db) -> i64 {
    let mut all = 0;
    for table in db.tables().await {
        for column in db.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await {
            all += db.integer(&format!("SELECT count(\"{column}\") FROM \"{table}\"")).await;
        }
    }
    all
}

#[tokio::test]
async fn a_deploy_refuses_what_loses_rows_or_fails() {
    let db = Db::with(&format!("{HISTORY}; {T} INSERT INTO t VALUES (1, 'x', NULL)")).await;
    let deploy = |script: &'static str, options: Options| {
        let store = db.store();
        async move {
            let error =
                ensure_up_to_date(&store, &one(script), options).await.expect_err("refused");
            let causes = error
                .refusal()
                .unwrap()
                .causes()
                .filter(|f| ["data-loss", "data-unknown", "will-fail"].contains(&&*f.rule))
                .map(|f| format!("{}: {}", f.rule, f.message));
            causes.collect::<Vec<_>>()
        }
    };
    let refused = deploy("DROP TABLE t;", Options::default()).await;
    assert_eq!(refused, ["data-loss: drops the table t: 1 row is lost"]);
    let lenient = Policy::default().with_override("data-loss", Severity::Warn, "known").unwrap();
    let script = rebuild!("id INTEGER NOT NULL PRIMARY KEY, b INT NOT NULL", "id, b", "id, b");
    let refused = deploy(script, Options::default().with_policy(lenient)).await;
    assert_eq!(
        refused,
        [
            "will-fail: builds the table t anew with b NOT NULL: fails with 1299, 1 row has NULL there (such as 1)"
        ]
    );
    assert_eq!(db.integer("SELECT count(*) FROM t").await, 1);
}

#[tokio::test]
async fn a_database_in_memory_is_asked_on_its_only_connection() {
    let store = SqliteStore::in_memory();
    {
        let mut connection = store.connection().await.unwrap();
        run(&mut connection, &format!("{T} INSERT INTO t VALUES (1, 'x', 2)")).await.unwrap();
    }
    assert_eq!(short(&report(&store, "DROP TABLE t", DataLimits::default()).await), "loss 1");
    // It may be written again.
    let mut connection = store.connection().await.unwrap();
    run(&mut connection, "INSERT INTO t VALUES (2, 'y', 3)").await.unwrap();
    drop(connection);
    assert_eq!(short(&report(&store, "DROP TABLE t", DataLimits::default()).await), "loss 2");
}

#[tokio::test]
async fn limits_are_kept_and_a_missing_file_is_not_made() {
    let set = format!(
        "{T} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) \
         INSERT INTO t SELECT i, printf('%.40d', i), i FROM n"
    );
    let db = Db::with(&set).await;
    let quick = DataLimits::default().with_per_question(Duration::from_millis(5));
    let start = Instant::now();
    let found = short(&report(&db.store(), "CREATE UNIQUE INDEX i ON t (a)", quick.clone()).await);
    assert_eq!(found, "unknown: looking at the rows took longer than 5 ms");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    let over = quick.with_total(Duration::ZERO);
    let found = short(&report(&db.store(), "DROP TABLE t", over).await);
    assert_eq!(found, "unknown: the time for all questions was over");
    let few = DataLimits::default().with_count_up_to(100);
    assert_eq!(short(&report(&db.store(), "DROP TABLE t", few).await), "loss 100");

    let none = Db::none();
    let found =
        short(&report(&none.store(), "DROP TABLE IF EXISTS t", DataLimits::default()).await);
    assert_eq!(found, "fine");
    assert!(!none.path.exists());
    let found = short(&report(&none.store(), "DROP TABLE t", DataLimits::default()).await);
    assert_eq!(found, "unknown: t was not found in the database");
}

#[tokio::test]
async fn keys_can_be_left_out() {
    let db = Db::with(&format!("{T} INSERT INTO t VALUES (11, 'x', 2), (12, 'x', 2)")).await;
    let script = "CREATE UNIQUE INDEX i ON t (a)";
    let message = |report: DataReport| report.judged()[0].message();
    assert_eq!(
        message(report(&db.store(), script, DataLimits::default()).await),
        "creates the unique index i on t: fails with 2067, 2 rows share their key with another (such as x)"
    );
    assert_eq!(
        message(report(&db.store(), script, DataLimits::default().without_samples()).await),
        "creates the unique index i on t: fails with 2067, 2 rows share their key with another"
    );
    assert!(db.store().read().await.is_ok());
}

/// A caller that has no patience leaves a database in memory as it was.
#[tokio::test]
async fn a_question_that_is_given_up_leaves_the_database_writable() {
    let store = SqliteStore::in_memory();
    let fill = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL \
         SELECT i + 1 FROM n WHERE i < 400000) INSERT INTO t (id) SELECT i FROM n;";
    let first = ("20250101000000_first", fill);
    let drop = ("20250102000000_drop", "ALTER TABLE t DROP COLUMN a;");
    let migrations = |scripts: &[(&'static str, &'static str)]| {
        Migrations::from_scripts(scripts.to_vec()).unwrap()
    };
    ensure_up_to_date(&store, &migrations(&[first]), Options::default()).await.unwrap();
    // Given up somewhere within the look at every row. Were it over before, nothing would be shown.
    let both = migrations(&[first, drop]);
    let options = Options::default();
    let inspection = engine::inspect_data(&store, &both, &options);
    let _ = tokio::time::timeout(Duration::from_millis(2), inspection).await;
    let next = ("20250103000000_next", "CREATE TABLE u (a);");
    let report = ensure_up_to_date(&store, &migrations(&[first, next]), options).await.unwrap();
    assert_eq!(report.applied().len(), 1);
}
