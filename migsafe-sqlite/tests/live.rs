//! What the rows that are there mean for pending statements: first the question, then the statement.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod common;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use migsafe_sqlite::core::data::{DataLimits, DataOutcome, DataReport};
use migsafe_sqlite::core::engine::{self, ensure_up_to_date};
use migsafe_sqlite::core::store::StepOutcome;
use migsafe_sqlite::{HistoryStore as _, Migrations, Options, Policy, Severity, SqliteStore};

use crate::common::{Db, HISTORY, run, step};

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
    let cases =
        CASES.iter().map(|(rows, script, expected)| (format!("{T} {rows}"), *script, *expected));
    let cases: Vec<_> = cases.collect();
    tried(cases.iter().map(|(setup, script, expected)| (setup.as_str(), *script, *expected))).await;
}

/// Asks about each script, and then carries it out as a deploy does.
async fn tried<'c>(cases: impl IntoIterator<Item = (&'c str, &'c str, &'c str)>) {
    let mut wrong = Vec::new();
    for (setup, script, expected) in cases {
        let db = Db::with(&format!("{HISTORY}; {setup}")).await;
        let report = report(&db.store(), script, DataLimits::default()).await;
        let found = short(&report);
        let mut outcomes = report.judged().iter().map(|judged| &judged.outcome);
        let doubtful = outcomes.any(|outcome| matches!(outcome, DataOutcome::Unknown { .. }));
        let (code, lost) = carry_out(&db, script).await;
        let is_expected =
            found == expected || expected.starts_with("unknown") && found.starts_with(expected);
        if !is_expected || !fits(&found, doubtful, code.as_deref(), &lost) {
            wrong.push(format!(
                "{setup}\n  {script}\n  expected {expected}, found {found}, lost {lost:?}, {code:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The code of the failure, and the values that are nowhere any more.
async fn carry_out(db: &Db, script: &str) -> (Option<String>, BTreeSet<String>) {
    let before = values(db).await;
    let code = match step(&db.store(), script).await {
        StepOutcome::Applied { .. } => None,
        StepOutcome::Failed(failure) | StepOutcome::Aborted { failure, .. } => {
            // What is found when the script is through is no error of SQLite, and has its words.
            let of_guard = failure.message.starts_with("FOREIGN KEY constraint failed");
            Some(failure.code.unwrap_or(if of_guard { "787".to_owned() } else { failure.message }))
        }
        other => panic!("{script}: {other:?}"),
    };
    let lost = before.difference(&values(db).await).cloned().collect();
    (code, lost)
}

/// Whether what was said is what happened; of what is unknown nothing is said.
fn fits(found: &str, doubtful: bool, code: Option<&str>, lost: &BTreeSet<String>) -> bool {
    match found.split(' ').next() {
        Some("fine" | "nothing") => code.is_none() && lost.is_empty(),
        Some("fails") => code.is_some() && code == found.split(' ').nth(1),
        // `coalesce` adds a value where there was none.
        Some("loss") => code.is_none() || doubtful,
        _ => found.starts_with("unknown"),
    }
}

/// Every value in the tables, as text.
async fn values(db: &Db) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for table in db.tables().await.iter().filter(|table| *table != "_prisma_migrations") {
        for column in db.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await {
            let query = format!(
                "SELECT CAST(\"{column}\" AS TEXT) FROM \"{table}\" WHERE \"{column}\" IS NOT NULL"
            );
            all.extend(db.texts(&query).await);
        }
    }
    all
}

/// A rebuild without Prisma's pragmas, of any table.
macro_rules! anew {
    ($table:literal, $definition:literal, $columns:literal) => {
        concat!(
            "CREATE TABLE new_",
            $table,
            " (",
            $definition,
            "; INSERT INTO new_",
            $table,
            " (",
            $columns,
            ") SELECT ",
            $columns,
            " FROM ",
            $table,
            "; DROP TABLE ",
            $table,
            "; ALTER TABLE new_",
            $table,
            " RENAME TO ",
            $table,
            "; "
        )
    };
}

const NULL: &str =
    "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO u VALUES (101, NULL)";
const KEEP: &str =
    "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO u VALUES (101, 'keep')";
const TWICE: &str =
    "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO u VALUES (101, 'x'), (102, 'x')";
const CASE: &str =
    "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO u VALUES (101, 'x'), (102, 'X')";
const SEVEN: &str = "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO u VALUES (101, '007'), (102, '7')";
const ORPHAN: &str = "CREATE TABLE p (id INTEGER PRIMARY KEY); \
     CREATE TABLE u (id INTEGER PRIMARY KEY, p_id INTEGER); INSERT INTO u VALUES (101, 209)";
const WITH_KEY: &str = "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO p VALUES (201, 'a'); \
     CREATE TABLE u (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id) ";

#[tokio::test]
async fn tables_that_were_built_anew() {
    let then = |rebuild: &str, then: &str| format!("{rebuild}{then}");
    let plain = anew!("u", "id INTEGER PRIMARY KEY, a TEXT)", "id, a");
    let unique = then(plain, "CREATE UNIQUE INDEX i ON u (a)");
    let cleared = then(plain, "DROP TABLE u");
    let dropped = then(plain, "ALTER TABLE u DROP COLUMN a");
    let wider = anew!("u", "id INTEGER PRIMARY KEY, a TEXT, b TEXT)", "id, a");
    let twice = then(wider, anew!("u", "id INTEGER PRIMARY KEY, a TEXT NOT NULL)", "id, a"));
    let old_first = "ALTER TABLE u RENAME TO u_old; CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); \
         INSERT INTO u (id, a) SELECT id, a FROM u_old; DROP TABLE u_old; CREATE UNIQUE INDEX i ON u (a)";
    let whole = anew!("u", "id INTEGER PRIMARY KEY, a INTEGER)", "id, a");
    let whole_then = then(whole, "CREATE UNIQUE INDEX i ON u (a)");
    let text = "CREATE TABLE u (id TEXT PRIMARY KEY, a INTEGER); INSERT INTO u VALUES ('abc', 201)";
    let no_rowid = "CREATE TABLE u (id TEXT, a TEXT); INSERT INTO u VALUES (NULL, 'a')";
    tried([
        (TWICE, unique.as_str(), "fails 2067 2"),
        (KEEP, &unique, "fine"),
        (KEEP, &cleared, "loss 1"),
        (KEEP, &dropped, "loss 1"),
        (NULL, &twice, "fails 1299 1"),
        (KEEP, &twice, "fine"),
        (TWICE, old_first, "fails 2067 2"),
        (SEVEN, whole, "loss 1"),
        (KEEP, whole, "fine"),
        (SEVEN, &whole_then, "loss 1"),
        (SEVEN, anew!("u", "id INTEGER PRIMARY KEY, a INTEGER UNIQUE)", "id, a"), "loss 1"),
        (CASE, anew!("u", "id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE UNIQUE)", "id, a"), "fails 2067 2"),
        (CASE, anew!("u", "id INTEGER PRIMARY KEY, a TEXT UNIQUE)", "id, a"), "fine"),
        (
            "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE); INSERT INTO u VALUES (101, 'x'), (102, 'X')",
            anew!("u", "id INTEGER PRIMARY KEY, a TEXT UNIQUE)", "id, a"),
            "fine",
        ),
        (CASE, "CREATE UNIQUE INDEX i ON u (a COLLATE NOCASE)", "unknown: a collation"),
        (TWICE, anew!("u", "id INTEGER PRIMARY KEY, a TEXT UNIQUE ON CONFLICT IGNORE)", "id, a"), "unknown: rows in the way"),
        (KEEP, anew!("u", "id INTEGER PRIMARY KEY, a INTEGER) STRICT", "id, a"), "fails 3091 1"),
        (SEVEN, anew!("u", "id INTEGER PRIMARY KEY, a TEXT) STRICT", "id, a"), "fine"),
        (text, anew!("u", "id INTEGER PRIMARY KEY, a INTEGER)", "id, a"), "fails 20 1"),
        (no_rowid, anew!("u", "id TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID", "id, a"), "fails 1299 1"),
        (no_rowid, anew!("u", "id TEXT PRIMARY KEY, a TEXT)", "id, a"), "fine"),
    ])
    .await;
}

#[tokio::test]
async fn columns_that_are_added() {
    let with_parent = format!("{KEEP}; CREATE TABLE p (id INTEGER PRIMARY KEY)");
    let empty = "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT)";
    tried([
        (KEEP, "ALTER TABLE u ADD COLUMN x INT DEFAULT 0 CHECK (x > 0)", "fails 1 1"),
        (KEEP, "ALTER TABLE u ADD COLUMN x INT DEFAULT 1 CHECK (x > 0)", "fine"),
        (KEEP, "ALTER TABLE u ADD COLUMN x INT CHECK (x > 0)", "fine"),
        (empty, "ALTER TABLE u ADD COLUMN x INT DEFAULT 0 CHECK (x > 0)", "fine"),
        (
            NULL,
            "ALTER TABLE u ADD COLUMN x TEXT NOT NULL GENERATED ALWAYS AS (a || 'b')",
            "fails 1 1",
        ),
        (KEEP, "ALTER TABLE u ADD COLUMN x TEXT NOT NULL GENERATED ALWAYS AS (a || 'b')", "fine"),
        (&with_parent, "ALTER TABLE u ADD COLUMN x INT DEFAULT 1 REFERENCES p (id)", "fails 1 1"),
        (&with_parent, "ALTER TABLE u ADD COLUMN x INT REFERENCES p (id)", "nothing"),
        (KEEP, "ALTER TABLE u ADD COLUMN x TEXT DEFAULT CURRENT_TIMESTAMP", "fails 1 1"),
        (KEEP, "ALTER TABLE u ADD COLUMN x INT DEFAULT (1 + 1)", "unknown: SQLite refuses"),
        (KEEP, "ALTER TABLE u ADD COLUMN x INT DEFAULT (-5)", "nothing"),
        (KEEP, "ALTER TABLE u ADD COLUMN x TEXT DEFAULT 'it''s'", "nothing"),
    ])
    .await;
}

#[tokio::test]
async fn names_are_one_whatever_their_case() {
    tried([
        (KEEP, "ALTER TABLE u RENAME COLUMN A TO c; ALTER TABLE U DROP COLUMN C", "loss 1"),
        (KEEP, "ALTER TABLE u ADD COLUMN \"B\" INT; ALTER TABLE main.u DROP COLUMN b", "fine"),
        (KEEP, "ALTER TABLE u RENAME TO \"V\"; DROP TABLE v", "loss 1"),
        (TWICE, "DELETE FROM u; INSERT INTO u VALUES (1, 'a'); CREATE UNIQUE INDEX i ON u (a)", "loss 2"),
        (
            "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT)",
            "DELETE FROM u; INSERT INTO u VALUES (1, 'a'), (2, 'a'); CREATE UNIQUE INDEX i ON u (a)",
            "unknown: statement 2",
        ),
        (
            "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO u VALUES (101, 'x'), (102, 'x'); \
             CREATE VIEW v AS SELECT * FROM u; \
             CREATE TRIGGER tr INSTEAD OF UPDATE ON v BEGIN UPDATE u SET a = id; END",
            "UPDATE v SET a = 1 WHERE id > 0; CREATE UNIQUE INDEX i ON u (a)",
            "unknown: a view",
        ),
    ])
    .await;
}

#[tokio::test]
async fn foreign_keys_of_a_table_that_is_built_anew() {
    let with = |acts: &str| format!("{WITH_KEY}{acts}); INSERT INTO u VALUES (301, 201)");
    let (cascade, set_null, none) =
        (with("ON DELETE CASCADE"), with("ON DELETE SET NULL"), with(""));
    let parent = anew!("p", "id INTEGER PRIMARY KEY, a TEXT, b TEXT)", "id, a");
    let off = |script: &str| format!("PRAGMA foreign_keys=OFF; {script} PRAGMA foreign_keys=ON");
    let child = anew!("u", "id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id))", "id, p_id");
    let (parent_off, child_off) = (off(parent), off(child));
    let mended = off(&format!("{child} INSERT INTO p VALUES (209);"));
    let known = "PRAGMA foreign_keys=OFF; CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE u (id INTEGER PRIMARY \
         KEY, p_id INTEGER REFERENCES p (id)); INSERT INTO u VALUES (101, 209)";
    tried([
        (cascade.as_str(), parent, "loss 1"),
        (&set_null, parent, "loss 1"),
        (&none, parent, "unknown: rows of u refer to it"),
        (&cascade, &parent_off, "fine"),
        (&none, &parent_off, "fine"),
        (&none, &child_off, "fine"),
        (ORPHAN, &child_off, "fails 787 1"),
        (ORPHAN, child, "fails 787 1"),
        (ORPHAN, &mended, "unknown: statement 6"),
        (known, &child_off, "unknown: 1 rows refer to no row"),
    ])
    .await;
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
