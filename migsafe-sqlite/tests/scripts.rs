//! Scripts that succeed, fail, or misbehave: what is left of each.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod common;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use migsafe_sqlite::core::store::{
    Aborted, Begun, ScriptFailure, StepOptions, StepOutcome, StepRequest,
};
use migsafe_sqlite::core::{migrations::Migration, sql};
use migsafe_sqlite::{Dialect, HistoryStore as _, SqliteStore};

use common::{Db, HISTORY, apply, deploy, run, scripts, step};

fn failed(outcome: StepOutcome) -> ScriptFailure {
    match outcome {
        StepOutcome::Failed(failure) => failure,
        other => panic!("expected a failed row, got {other:?}"),
    }
}

#[track_caller]
fn aborted(outcome: &StepOutcome, expected: Aborted) {
    match outcome {
        StepOutcome::Aborted { reason, .. } if *reason == expected => {}
        other => panic!("expected {expected:?}, got {other:?}"),
    }
}

#[tokio::test]
async fn the_table_and_the_rows_are_as_prisma_makes_them() {
    let db = Db::none();
    let migrations = scripts(&["CREATE TABLE a (id INTEGER PRIMARY KEY);", "-- nothing\n"]);
    deploy(&db.store(), &migrations).await.unwrap();
    let stored = db.texts("SELECT sql FROM sqlite_schema WHERE name = '_prisma_migrations'").await;
    assert_eq!(stored, [HISTORY]);
    let shapes = db
        .texts(
            "SELECT typeof(id) || length(id) || typeof(checksum) || length(checksum) || \
             typeof(finished_at) || typeof(logs) \
             || typeof(rolled_back_at) || typeof(started_at) || applied_steps_count || (finished_at >= started_at) \
             || (started_at BETWEEN 1600000000000 AND 9999999999999) FROM _prisma_migrations",
        )
        .await;
    assert_eq!(shapes, ["text36text64integernullnullinteger111"; 2]);
    assert_eq!(db.tables().await, ["_prisma_migrations", "a"]);
}

#[tokio::test]
async fn the_time_that_is_reported_is_the_time_in_the_row() {
    let db = Db::with_history().await;
    let outcome = step(&db.store(), "CREATE TABLE a (id)").await;
    let StepOutcome::Applied { finished_at } = outcome else { panic!("{outcome:?}") };
    assert_eq!(db.rows().await[0].finished_at, Some(finished_at.into()));
}

#[tokio::test]
async fn a_failing_script_leaves_the_schema_as_it_was_and_a_clean_log() {
    let db = Db::with(&format!(
        "{HISTORY}; CREATE TABLE kept (id INTEGER PRIMARY KEY, x UNIQUE); INSERT INTO kept VALUES \
         (1, 'a')"
    ))
    .await;
    let before = db.texts("SELECT sql FROM sqlite_schema ORDER BY 1").await;
    let script = "CREATE TABLE a (id);\nDELETE FROM kept;\n\n  INSERT INTO kept VALUES (1, 'b'), \
     (2, 'b');\nCREATE TABLE c (id);";
    let failure = failed(step(&db.store(), script).await);
    assert_eq!(failure.code.as_deref(), Some("2067"));
    assert_eq!(failure.message, "UNIQUE constraint failed: kept.x");
    let place = failure.location;
    assert_eq!((place.statement, place.line, place.column), (Some(3), Some(4), Some(3)));
    assert_eq!(db.texts("SELECT sql FROM sqlite_schema ORDER BY 1").await, before);
    assert_eq!(db.texts("SELECT x FROM kept").await, ["a"]);
    let rows = db.rows().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        rows[0].logs.as_deref(),
        Some("ERROR 2067: UNIQUE constraint failed: kept.x\nAT: statement 3, line 4, column 3")
    );
    assert!(!rows[0].is_finished() && rows[0].is_live());
}

#[tokio::test]
async fn the_failing_statement_is_found_in_a_long_script() {
    let db = Db::with_history().await;
    let mut script = String::from("CREATE TABLE a (id INTEGER PRIMARY KEY);\n");
    for index in 2..=300 {
        let id = if index == 217 { 5 } else { index };
        writeln!(script, "INSERT INTO a VALUES ({id});").unwrap();
        if index % 10 == 0 {
            script.push_str("; -- an empty statement\n");
        }
    }
    let failure = failed(step(&db.store(), &script).await);
    assert_eq!(failure.location.statement, Some(217));
    let line = script.lines().position(|line| line == "INSERT INTO a VALUES (5);").unwrap();
    let second = script.lines().skip(line + 1).position(|l| l == "INSERT INTO a VALUES (5);");
    let expected = line + 1 + second.unwrap() + 1;
    assert_eq!(failure.location.line.map(|l| l as usize), Some(expected));
    assert_eq!(db.tables().await, ["_prisma_migrations"]);
}

#[tokio::test]
async fn triggers_and_other_bodies_are_one_statement() {
    let db = Db::with_history().await;
    let script = "CREATE TABLE a (id INTEGER PRIMARY KEY, n INT);\n\
        CREATE TABLE log (n INT);\n\
        CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  INSERT INTO log VALUES (new.n); -- a;b\n  \
        UPDATE a SET n = CASE WHEN n = 1 THEN 2 ELSE 3 END;\nEND;\n\
        INSERT INTO a VALUES (1, 7);";
    assert!(matches!(step(&db.store(), script).await, StepOutcome::Applied { .. }));
    assert_eq!(db.integer("SELECT n FROM log").await, 7);
    assert_eq!(db.integer("SELECT n FROM a").await, 3);
}

#[tokio::test]
async fn a_script_that_only_sqlite_understands_is_applied() {
    // An unterminated comment at the end, and a byte order mark: SQLite takes both.
    for script in [
        "CREATE TABLE a (id INTEGER PRIMARY KEY); /* the end",
        "\u{feff}CREATE TABLE a (id INTEGER PRIMARY KEY);",
    ] {
        let db = Db::with_history().await;
        let outcome = step(&db.store(), script).await;
        assert!(matches!(outcome, StepOutcome::Applied { .. }), "{script}: {outcome:?}");
        assert_eq!(db.tables().await, ["_prisma_migrations", "a"]);
    }
}

#[tokio::test]
async fn a_script_that_is_not_taken_apart_still_gives_the_number_of_its_statement() {
    let db = Db::with_history().await;
    // Deeper than the analysis goes, and not too deep for SQLite.
    let deep = format!("SELECT {}1{}", "(".repeat(600), ")".repeat(600));
    let script = format!("CREATE TABLE a (id);; {deep};\nINSERT INTO nowhere VALUES (1);");
    assert!(!sql::analyse(Dialect::Sqlite, &script).is_split());
    let failure = failed(step(&db.store(), &script).await);
    assert_eq!((failure.location.statement, failure.location.line), (Some(3), None));
    assert_eq!(db.tables().await, ["_prisma_migrations"]);
    let script = format!("CREATE TABLE a (id); {deep}");
    let mut session = db.store().open_session().await.unwrap();
    session.begin().await.unwrap();
    let outcome = apply(&mut *session, "20250102000000_b", &script).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    // A COMMIT in it is caught all the same.
    session.begin().await.unwrap();
    let script = format!("CREATE TABLE b (id); {deep}; COMMIT");
    let outcome = apply(&mut *session, "20250103000000_c", &script).await;
    aborted(&outcome, Aborted::TransactionTaken);
    assert_eq!(db.tables().await, ["_prisma_migrations", "a"]);
}

#[tokio::test]
async fn a_nul_fails_before_anything_is_sent() {
    let db = Db::with_history().await;
    let script = "CREATE TABLE a (id);\nSELECT '\0';";
    let failure = failed(step(&db.store(), script).await);
    assert!(failure.message.contains("NUL"), "{failure:?}");
    assert_eq!((failure.location.line, failure.location.column), (Some(2), Some(9)));
    assert_eq!(db.tables().await, ["_prisma_migrations"]);
}

#[tokio::test]
async fn a_script_never_commits_behind_our_back() {
    for script in [
        "CREATE TABLE a (id); COMMIT; CREATE TABLE b (id)",
        "CREATE TABLE a (id); END TRANSACTION",
        "CREATE TABLE a (id); COMMIT; BEGIN; CREATE TABLE b (id)",
        "CREATE TABLE a (id); ROLLBACK; CREATE TABLE b (id)",
        "CREATE TABLE a (id); ROLLBACK; BEGIN; CREATE TABLE b (id); COMMIT",
        "ROLLBACK; BEGIN IMMEDIATE",
        "ROLLBACK",
        "CREATE TABLE a (id); ROLLBACK; SELECT * FROM nowhere",
    ] {
        let db = Db::with_history().await;
        let before = db.dump().await;
        aborted(&step(&db.store(), script).await, Aborted::TransactionTaken);
        assert_eq!(db.dump().await, before, "{script}");
        // The file is free again.
        assert!(matches!(
            step(&db.store(), "CREATE TABLE z (id)").await,
            StepOutcome::Applied { .. }
        ));
    }
}

#[tokio::test]
async fn what_cannot_run_in_a_transaction_says_so_and_leaves_no_row() {
    for script in [
        "CREATE TABLE a (id); VACUUM",
        "ATTACH 'other.db' AS other",
        "BEGIN; CREATE TABLE a (id); COMMIT",
        "PRAGMA journal_mode = WAL; CREATE TABLE a (id)",
        "CREATE TABLE a (id); PRAGMA journal_mode = OFF",
        "PRAGMA synchronous = OFF",
        "CREATE TABLE a (id); DETACH DATABASE main",
    ] {
        let db = Db::with_history().await;
        let before = db.dump().await;
        let outcome = step(&db.store(), script).await;
        aborted(&outcome, Aborted::NeedsNoTransaction);
        assert_eq!(db.dump().await, before, "{script}");
    }
}

#[tokio::test]
async fn settings_of_one_script_do_not_reach_the_next() {
    let db = Db::with_history().await;
    let mut session = db.store().open_session().await.unwrap();
    session.begin().await.unwrap();
    let script = "PRAGMA case_sensitive_like = ON; PRAGMA ignore_check_constraints = ON; CREATE \
     TEMP TABLE t (id); \
        CREATE TABLE a (x CHECK (x > 0)); INSERT INTO a VALUES (-1)";
    let outcome = apply(&mut *session, "20250101000000_a", script).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    let begun = session.begin().await.unwrap();
    assert!(matches!(begun, Begun::Locked(_)), "{begun:?}");
    let script = "CREATE TABLE t AS SELECT 'A' LIKE 'a' AS x; INSERT INTO a VALUES (-1)";
    let failure = failed(apply(&mut *session, "20250102000000_b", script).await);
    assert_eq!(failure.message, "CHECK constraint failed: x > 0");
    assert_eq!(failure.location.statement, Some(2));
}

#[tokio::test]
async fn a_savepoint_of_the_script_is_its_own_affair() {
    let db = Db::with_history().await;
    let script = "SAVEPOINT s; CREATE TABLE a (id); ROLLBACK TO s; CREATE TABLE b (id); RELEASE \
     s; SAVEPOINT open";
    assert!(matches!(step(&db.store(), script).await, StepOutcome::Applied { .. }));
    assert_eq!(db.tables().await, ["_prisma_migrations", "b"]);
    // Even one that does away with ours.
    let script = "CREATE TABLE c (id); RELEASE \"_migsafe_before_script\"; SELECT * FROM nowhere";
    let mut session = db.store().open_session().await.unwrap();
    session.begin().await.unwrap();
    failed(apply(&mut *session, "20250102000000_b", script).await);
    assert_eq!(db.tables().await, ["_prisma_migrations", "b"]);
    assert_eq!(db.rows().await.len(), 2);
}

#[tokio::test]
async fn a_failure_that_rolls_everything_back_is_recorded_all_the_same() {
    for (setup, script) in [
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY, x UNIQUE ON CONFLICT ROLLBACK); INSERT INTO \
             a VALUES (1, 1)",
            "CREATE TABLE b (id); INSERT INTO a VALUES (2, 1); CREATE TABLE c (id)",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1)",
            "CREATE TABLE b (id); INSERT OR ROLLBACK INTO a VALUES (1); CREATE TABLE c (id)",
        ),
        (
            "CREATE TABLE a (id); CREATE TRIGGER t BEFORE INSERT ON a BEGIN SELECT \
             RAISE(ROLLBACK, 'no'); END",
            "CREATE TABLE b (id); INSERT INTO a VALUES (1); CREATE TABLE c (id)",
        ),
    ] {
        let db = Db::with(&format!("{HISTORY}; {setup}")).await;
        let tables = db.tables().await;
        let failure = failed(step(&db.store(), script).await);
        assert_eq!(failure.location.statement, Some(2), "{script}");
        assert_eq!(db.tables().await, tables, "{script}");
        let rows = db.rows().await;
        assert_eq!(rows.len(), 1, "{script}");
        assert!(rows[0].logs.as_deref().is_some_and(|logs| logs.contains("statement 2")));
        assert!(!rows[0].is_finished());
    }
}

#[tokio::test]
async fn a_script_that_writes_to_its_own_row_is_taken_back() {
    for script in [
        "CREATE TABLE a (id); DELETE FROM _prisma_migrations",
        "CREATE TABLE a (id); UPDATE _prisma_migrations SET finished_at = 1",
        "CREATE TABLE a (id); UPDATE _prisma_migrations SET rolled_back_at = 1",
        "DROP TABLE _prisma_migrations",
        "ALTER TABLE _prisma_migrations RENAME TO gone",
        "ALTER TABLE _prisma_migrations DROP COLUMN finished_at",
    ] {
        let db = Db::with_history().await;
        let before = db.dump().await;
        aborted(&step(&db.store(), script).await, Aborted::HistoryTouched);
        assert_eq!(db.dump().await, before, "{script}");
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_written_is_not_the_scripts_fault() {
    let db = Db::with(&format!(
        "{HISTORY}; CREATE TRIGGER no BEFORE INSERT ON _prisma_migrations BEGIN SELECT \
         RAISE(ABORT, 'closed'); END"
    ))
    .await;
    aborted(&step(&db.store(), "CREATE TABLE a (id)").await, Aborted::NotRecorded);
    db.run(
        "DROP TRIGGER no; CREATE TRIGGER no BEFORE UPDATE ON _prisma_migrations BEGIN SELECT \
         RAISE(ABORT, 'closed'); END",
    )
    .await;
    aborted(&step(&db.store(), "CREATE TABLE a (id)").await, Aborted::NotRecorded);
    assert_eq!(db.tables().await, ["_prisma_migrations"]);
    assert!(db.rows().await.is_empty());
}

/// Changes that the text shows, that triggers make, and that a rewrite of the whole table makes.
const ON_OTHER_ROWS: &[&str] = &[
    "UPDATE _prisma_migrations SET checksum = 'x' WHERE id = 'old'",
    "DELETE FROM \"_PRISMA_migrations\" WHERE id = 'old'",
    "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('new', 'c', 'new')",
    "REPLACE INTO _prisma_migrations (id, checksum, migration_name) VALUES ('old', 'x', 'old')",
    "INSERT INTO watched VALUES (1)",
    "INSERT INTO seen VALUES (1)",
    "CREATE TRIGGER own AFTER INSERT ON free BEGIN DELETE FROM _prisma_migrations \
     WHERE id = 'old'; END; INSERT INTO free VALUES (2)",
    "DROP TRIGGER watch; DROP TRIGGER see; \
     CREATE TABLE copy AS SELECT * FROM _prisma_migrations WHERE id <> 'old'; \
     DROP TABLE _prisma_migrations; ALTER TABLE copy RENAME TO _prisma_migrations",
];

#[tokio::test]
async fn a_script_that_changes_other_rows_is_taken_back() {
    for script in ON_OTHER_ROWS {
        let db = Db::with(&format!(
            "{HISTORY}; INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) \
             VALUES ('old', 'c', 'old', 1); CREATE TABLE free (id); CREATE TABLE watched (id); \
             CREATE VIEW seen AS SELECT id FROM free; \
             CREATE TRIGGER watch AFTER INSERT ON watched BEGIN \
             UPDATE _prisma_migrations SET checksum = 'x' WHERE id = 'old'; END; \
             CREATE TRIGGER see INSTEAD OF INSERT ON seen BEGIN \
             DELETE FROM _Prisma_Migrations WHERE id = 'old'; END"
        ))
        .await;
        let before = db.dump().await;
        let script = format!("INSERT INTO free VALUES (1); {script}");
        aborted(&step(&db.store(), &script).await, Aborted::HistoryTouched);
        assert_eq!(db.dump().await, before, "{script}");
    }
}

#[tokio::test]
async fn a_session_reads_again_after_a_script_that_names_the_history() {
    let db = Db::with_history().await;
    db.run(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('old', 'c', 'old')",
    )
    .await;
    let mut session = db.store().open_session().await.unwrap();
    session.begin().await.unwrap();
    let copy = "CREATE TABLE copy AS SELECT * FROM _prisma_migrations; \
                UPDATE copy SET checksum = 'x'";
    let outcome = apply(&mut *session, "20250101000000_copy", copy).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    let begun = session.begin().await.unwrap();
    let Begun::Locked(reading) = begun else { panic!("{begun:?}") };
    assert_eq!(reading.history.rows().len(), 2);
    session.rollback().await.unwrap();
    assert!(matches!(session.begin().await.unwrap(), Begun::Unchanged));
}

#[tokio::test]
async fn a_full_disk_leaves_nothing() {
    let db = Db::with_history().await;
    let mut connection = db.connect().await;
    // The limit holds for one connection only, so the store gets that one.
    run(&mut connection, "PRAGMA max_page_count = 20").await.unwrap();
    let store = SqliteStore::from_connection(connection);
    let script = "CREATE TABLE a (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 \
     FROM n WHERE i < 500) \
        INSERT INTO a SELECT zeroblob(1000) FROM n";
    aborted(&step(&store, script).await, Aborted::Server);
    assert_eq!(db.tables().await, ["_prisma_migrations"]);
    assert!(db.rows().await.is_empty());
    let mut session = store.open_session().await.unwrap();
    session.begin().await.unwrap();
    let outcome = apply(&mut *session, "20250101000000_b", "CREATE TABLE b (id)").await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_stopped() {
    let endless = "CREATE TABLE a AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                   SELECT count(*) FROM n";
    let db = Db::with_history().await;
    let memory = SqliteStore::in_memory();
    run(&mut memory.connection().await.unwrap(), HISTORY).await.unwrap();
    for store in [db.store(), memory] {
        let mut session = store.open_session().await.unwrap();
        session.begin().await.unwrap();
        let migration = Migration::new("20250101000000_a", endless.to_owned());
        let statements = sql::analyse(Dialect::Sqlite, endless);
        let mut options = StepOptions::default();
        options.statement_timeout = Some(Duration::from_millis(200));
        let request = StepRequest::new(
            "id",
            migration.name(),
            migration.checksum().unwrap(),
            endless,
            &statements,
            chrono::DateTime::UNIX_EPOCH,
        );
        let began = Instant::now();
        aborted(&session.apply(request.with_options(options)).await, Aborted::Cancelled);
        assert!(began.elapsed() < Duration::from_secs(5));
        assert!(matches!(session.begin().await.unwrap(), Begun::Unchanged));
        let outcome = apply(&mut *session, "20250101000000_b", "CREATE TABLE b (id)").await;
        assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_deferred_foreign_key_that_is_violated_at_commit_is_a_failure_of_the_script() {
    let db = Db::with(&format!(
        "{HISTORY}; CREATE TABLE p (id INTEGER PRIMARY KEY); \
         CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p DEFERRABLE INITIALLY DEFERRED)"
    ))
    .await;
    let failure =
        failed(step(&db.store(), "CREATE TABLE x (id); INSERT INTO c VALUES (1, 99)").await);
    assert_eq!(failure.code.as_deref(), Some("787"));
    assert_eq!(db.integer("SELECT count(*) FROM c").await, 0);
    assert_eq!(db.tables().await, ["_prisma_migrations", "c", "p"]);
    assert_eq!(db.rows().await.len(), 1);
}
