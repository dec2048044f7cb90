//! Many at once: who gets the lock, who waits, what a reader or a vanished owner changes.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod common;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use migsafe_sqlite::core::store::{
    Aborted, Begun, StepOptions, StepOutcome, StepRequest, StoreErrorCode,
};
use migsafe_sqlite::core::{migrations::Migration, sql};
use migsafe_sqlite::{Dialect, HistoryStore as _, Migrations, SqliteStore};
use sqlx::{Connection as _, Row as _};

use common::{Db, Killed, again, apply, deploy, run, scripts, step};

/// Rebuilds among them, so that the switch of the foreign keys is part of the race.
fn race() -> Migrations {
    let mut list = vec![
        "CREATE TABLE u (id INTEGER PRIMARY KEY); CREATE TABLE p (id INTEGER PRIMARY KEY, u \
         REFERENCES u ON DELETE CASCADE); \
         INSERT INTO u VALUES (1); INSERT INTO p VALUES (1, 1);"
            .to_owned(),
    ];
    for index in 1..10 {
        list.push(if index % 3 == 0 {
            "PRAGMA foreign_keys=OFF; CREATE TABLE new_u (id INTEGER PRIMARY KEY); INSERT INTO \
             new_u SELECT id FROM u; \
             DROP TABLE u; ALTER TABLE new_u RENAME TO u; PRAGMA foreign_keys=ON;"
                .to_owned()
        } else {
            format!(
                "CREATE TABLE t{index} (id INTEGER PRIMARY KEY); INSERT INTO t{index} VALUES \
             (1);"
            )
        });
    }
    let list: Vec<&str> = list.iter().map(String::as_str).collect();
    scripts(&list)
}

async fn assert_once(db: &Db, count: usize) {
    let mut names = BTreeMap::new();
    for row in db.rows().await {
        assert!(row.is_finished() && row.applied_steps_count == Some(1), "{row:?}");
        *names.entry(row.migration_name).or_insert(0) += 1;
    }
    assert_eq!(names.len(), count);
    assert!(names.values().all(|n| *n == 1), "{names:?}");
    assert_eq!(db.integer("SELECT count(*) FROM p").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tasks_from_empty() {
    for wal in [false, true] {
        let db = Db::none();
        if wal {
            db.run("PRAGMA journal_mode = wal").await;
        }
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let store = db.store();
                tokio::spawn(async move { deploy(&store, &race()).await })
            })
            .collect();
        let mut applied = 0;
        for task in tasks {
            let report = task.await.unwrap().unwrap();
            assert!(report.status().is_up_to_date());
            applied += report.applied().len();
        }
        assert_eq!(applied, 10);
        assert_once(&db, 10).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tasks_on_one_database_in_memory() {
    let store = SqliteStore::in_memory();
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { deploy(&store, &race()).await })
        })
        .collect();
    let mut applied = 0;
    for task in tasks {
        applied += task.await.unwrap().unwrap().applied().len();
    }
    assert_eq!(applied, 10);
    let mut connection = store.connection().await.unwrap();
    let row = sqlx::query("SELECT count(*) FROM p").fetch_one(&mut *connection).await.unwrap();
    assert_eq!(row.get::<i64, _>(0), 1);
}

const DEPLOYER: &str = "MIGSAFE_TEST_DEPLOY";

/// One of ten processes; does nothing when it is run as a test.
#[tokio::test]
async fn deployer_process() {
    let Ok(path) = std::env::var(DEPLOYER) else { return };
    let store = SqliteStore::from_path(path).unwrap();
    let report = deploy(&store, &race()).await.unwrap();
    println!("applied {}", report.applied().len());
}

#[tokio::test]
async fn ten_processes_from_empty() {
    let count = std::env::var("MIGSAFE_TEST_PROCESSES").map_or(10, |count| count.parse().unwrap());
    let db = Db::none();
    let path = db.path.to_str().unwrap();
    let children: Vec<_> = (0..count)
        .map(|_| {
            again("deployer_process", &[(DEPLOYER, path)])
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut applied = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}");
        let count = text.lines().find_map(|line| line.split("applied ").nth(1)).unwrap();
        applied += count.trim().parse::<usize>().unwrap();
    }
    assert_eq!(applied, 10);
    assert_once(&db, 10).await;
}

#[tokio::test]
async fn commit_waits_for_a_reader() {
    let db = Db::with_history().await;
    let mut reader = db.connect().await;
    // An open read transaction holds SHARED.
    run(&mut reader, "BEGIN; SELECT count(*) FROM sqlite_schema").await.unwrap();
    let store = db.store();
    let applying = tokio::spawn(async move { step(&store, "CREATE TABLE a (id)").await });
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(!applying.is_finished());
    run(&mut reader, "COMMIT").await.unwrap();
    let outcome = applying.await.unwrap();
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_waits_of_many_reads_do_not_add_up() {
    let db = Db::with_history().await;
    let mut writer = db.connect().await;
    run(&mut writer, "BEGIN EXCLUSIVE").await.unwrap();
    let store = db.store().with_busy_wait(Duration::from_millis(300));
    let began = Instant::now();
    let reads: Vec<_> = (0..20)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.read().await.unwrap_err().code() })
        })
        .collect();
    for read in reads {
        assert_eq!(read.await.unwrap(), StoreErrorCode::Timeout);
    }
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn the_shorter_wait_counts_at_commit() {
    let db = Db::with_history().await;
    let mut reader = db.connect().await;
    run(&mut reader, "BEGIN; SELECT count(*) FROM sqlite_schema").await.unwrap();
    let mut session = db.store().open_session().await.unwrap();
    session.begin().await.unwrap();
    let migration = Migration::new("20250101000000_a", "CREATE TABLE a (id)");
    let script = migration.script().unwrap();
    let statements = sql::analyse(Dialect::Sqlite, script);
    let mut options = StepOptions::default();
    options.lock_timeout = Some(Duration::from_millis(200));
    let checksum = migration.checksum().unwrap();
    let at = chrono::DateTime::UNIX_EPOCH;
    let request = StepRequest::new("id", migration.name(), checksum, script, &statements, at);
    let began = Instant::now();
    let outcome = session.apply(request.with_options(options)).await;
    assert!(
        matches!(outcome, StepOutcome::Aborted { reason: Aborted::LockTimeout, .. }),
        "{outcome:?}"
    );
    assert!(began.elapsed() < Duration::from_secs(2), "not the 5 s of the connection");
}

#[tokio::test]
async fn a_reader_that_stays_makes_the_step_give_up_and_leave_nothing() {
    let db = Db::with_history().await;
    let mut reader = db.connect().await;
    run(&mut reader, "BEGIN; SELECT count(*) FROM sqlite_schema").await.unwrap();
    let store = db.store().with_busy_wait(Duration::from_millis(100));
    let mut session = store.open_session().await.unwrap();
    let Begun::Locked(_) = session.begin().await.unwrap() else { panic!() };
    for (script, fails) in [("CREATE TABLE a (id)", false), ("SELECT * FROM nowhere", true)] {
        let migration = Migration::new("20250101000000_a", script.to_owned());
        let statements = sql::analyse(Dialect::Sqlite, script);
        let mut options = StepOptions::default();
        options.lock_timeout = Some(Duration::from_millis(300));
        let request = StepRequest::new(
            "id",
            migration.name(),
            migration.checksum().unwrap(),
            script,
            &statements,
            chrono::DateTime::UNIX_EPOCH,
        );
        let began = Instant::now();
        let outcome = session.apply(request.with_options(options)).await;
        let took = began.elapsed();
        let StepOutcome::Aborted { reason: Aborted::LockTimeout, failure } = outcome else {
            panic!("{outcome:?}")
        };
        assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(3), "{took:?}");
        assert_eq!(failure.message.contains("nowhere"), fails, "{failure:?}");
        let Begun::Unchanged = session.begin().await.unwrap() else { panic!() };
    }
    run(&mut reader, "COMMIT").await.unwrap();
    assert_eq!(db.tables().await, ["_prisma_migrations"]);
    assert!(db.rows().await.is_empty());
    let outcome = apply(&mut *session, "20250101000000_a", "CREATE TABLE a (id)").await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
}

#[tokio::test]
async fn an_exclusive_lock_as_prismas_is_waited_for() {
    let db = Db::with_history().await;
    let mut prisma = db.connect().await;
    run(
        &mut prisma,
        "PRAGMA main.locking_mode = EXCLUSIVE; INSERT INTO _prisma_migrations (id, checksum, \
         migration_name, finished_at, \
         started_at, applied_steps_count) VALUES ('1', 'c', '20240101000000_prisma', 2, 1, 1)",
    )
    .await
    .unwrap();
    let mut session = db.store().open_session().await.unwrap();
    let Begun::Held(None) = session.begin().await.unwrap() else { panic!() };
    prisma.close().await.unwrap();
    let Begun::Locked(reading) = session.begin().await.unwrap() else { panic!() };
    assert_eq!(reading.history.rows().len(), 1);
}

#[tokio::test]
async fn begin_does_not_wait_long() {
    let db = Db::with_history().await;
    let mut other = db.connect().await;
    run(&mut other, "BEGIN IMMEDIATE").await.unwrap();
    let mut session = db.store().open_session().await.unwrap();
    let began = Instant::now();
    let Begun::Held(None) = session.begin().await.unwrap() else { panic!() };
    assert!(began.elapsed() < Duration::from_secs(1));
}

/// Runs for minutes if it is not stopped, and writes all the time.
const ENDLESS: &str = "CREATE TABLE big (x); INSERT INTO big WITH RECURSIVE n(i) AS (SELECT 1 \
 UNION ALL SELECT i + 1 FROM n \
     WHERE i < 1000000000) SELECT zeroblob(100) FROM n";

#[tokio::test]
async fn a_dropped_step_stops_at_once_and_leaves_nothing() {
    let db = Db::with_history().await;
    for store in [db.store(), SqliteStore::in_memory()] {
        let memory = store.path().is_none();
        if memory {
            run(&mut store.connection().await.unwrap(), common::HISTORY).await.unwrap();
        }
        {
            let mut session = store.open_session().await.unwrap();
            let Begun::Locked(_) = session.begin().await.unwrap() else { panic!() };
            let applying = apply(&mut *session, "20250101000000_a", ENDLESS);
            assert!(tokio::time::timeout(Duration::from_millis(300), applying).await.is_err());
        }
        let began = Instant::now();
        let mut session = store.open_session().await.unwrap();
        while let Begun::Held(_) = session.begin().await.unwrap() {
            tokio::time::sleep(Duration::from_millis(5)).await;
            assert!(began.elapsed() < Duration::from_secs(5), "the lock is free soon");
        }
        let outcome = apply(&mut *session, "20250101000000_b", "CREATE TABLE b (id)").await;
        assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
        session.finish().await;
        assert_eq!(store.read().await.unwrap().history.rows().len(), 1);
        if memory {
            let mut connection = store.connection().await.unwrap();
            let row = sqlx::query("SELECT count(*) FROM sqlite_schema WHERE name = 'big'")
                .fetch_one(&mut *connection)
                .await
                .unwrap();
            assert_eq!(row.get::<i64, _>(0), 0);
        } else {
            assert_eq!(db.tables().await, ["_prisma_migrations", "b"]);
        }
    }
}

#[tokio::test]
async fn a_session_whose_call_was_dropped_is_closed() {
    let db = Db::with_history().await;
    let memory = SqliteStore::in_memory();
    run(&mut memory.connection().await.unwrap(), common::HISTORY).await.unwrap();
    for store in [db.store(), memory] {
        let mut session = store.open_session().await.unwrap();
        let Begun::Locked(_) = session.begin().await.unwrap() else { panic!() };
        let applying = apply(&mut *session, "20250101000000_a", ENDLESS);
        assert!(tokio::time::timeout(Duration::from_millis(100), applying).await.is_err());
        assert!(session.begin().await.is_err());
        assert!(session.rollback().await.is_err());
        drop(session);
        assert!(store.read().await.unwrap().history.rows().is_empty());
    }
}

#[tokio::test]
async fn a_dropped_commit_commits_nothing_later() {
    let db = Db::with_history().await;
    let mut reader = db.connect().await;
    run(&mut reader, "BEGIN; SELECT count(*) FROM sqlite_schema").await.unwrap();
    {
        let store = db.store();
        let mut session = store.open_session().await.unwrap();
        let Begun::Locked(_) = session.begin().await.unwrap() else { panic!() };
        // COMMIT waits for the reader when the future is dropped.
        let applying = apply(&mut *session, "20250101000000_a", "CREATE TABLE a (id)");
        assert!(tokio::time::timeout(Duration::from_millis(300), applying).await.is_err());
    }
    run(&mut reader, "COMMIT").await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(db.tables().await, ["_prisma_migrations"]);
    assert!(db.rows().await.is_empty());
}

#[tokio::test]
async fn calls_out_of_order_are_errors() {
    let db = Db::with_history().await;
    for store in [db.store(), SqliteStore::in_memory()] {
        let mut session = store.open_session().await.unwrap();
        assert!(session.rollback().await.is_err());
        assert!(session.create_history_table().await.is_err());
        let Begun::Locked(_) = session.begin().await.unwrap() else { panic!() };
        assert!(session.begin().await.is_err(), "a transaction is open already");
        session.rollback().await.unwrap();
        let Begun::Unchanged = session.begin().await.unwrap() else { panic!() };
        session.finish().await;
    }
}

#[tokio::test]
async fn a_database_in_memory_is_lent_and_taken_out() {
    let store = SqliteStore::in_memory();
    let mut session = store.open_session().await.unwrap();
    let Begun::Locked(_) = session.begin().await.unwrap() else { panic!() };
    let hasty = store.clone().with_busy_wait(Duration::from_millis(50));
    assert!(hasty.connection().await.is_err(), "a session is in its transaction");
    assert!(store.read().await.is_ok(), "reading is possible all the same");
    session.rollback().await.unwrap();
    let mut lent = store.connection().await.unwrap();
    run(&mut lent, "CREATE TABLE mine (id); BEGIN; CREATE TABLE not_committed (id)").await.unwrap();
    let Begun::Held(None) = session.begin().await.unwrap() else { panic!() };
    drop(lent);
    let Begun::Locked(_) = session.begin().await.unwrap() else { panic!("the user wrote") };
    drop(session);
    let mut connection = store.into_connection().await.unwrap();
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(names, ["mine"]);
    // No hook stays behind.
    run(&mut connection, "BEGIN; CREATE TABLE more (id); COMMIT").await.unwrap();
    let store = SqliteStore::from_connection(connection);
    let clone = store.clone();
    assert!(deploy(&store, &scripts(&["CREATE TABLE a (id)"])).await.unwrap_err().is_refusal());
    store.into_connection().await.unwrap();
    assert!(clone.read().await.is_err(), "the connection is gone");
    assert!(clone.open_session().await.unwrap().begin().await.is_err());
}

#[tokio::test]
async fn a_journal_that_is_not_on_disk_is_refused() {
    for (mode, fits) in [("off", false), ("memory", false), ("truncate", true), ("wal", true)] {
        let db = Db::with_history().await;
        let mut connection = db.connect().await;
        run(&mut connection, &format!("PRAGMA journal_mode = {mode}")).await.unwrap();
        let store = SqliteStore::from_connection(connection);
        let mut session = store.open_session().await.unwrap();
        match session.begin().await {
            Ok(Begun::Locked(_)) => assert!(fits, "{mode}"),
            Err(error) if !fits => assert_eq!(error.code(), StoreErrorCode::UnsafeSetting),
            other => panic!("{mode}: {other:?}"),
        }
    }
}

const VICTIM: &str = "MIGSAFE_TEST_VICTIM";

/// Applies something that does not end; does nothing when it is run as a test.
#[tokio::test]
async fn victim_process() {
    let Ok(path) = std::env::var(VICTIM) else { return };
    let store = SqliteStore::from_path(path).unwrap();
    let migrations = scripts(&["CREATE TABLE first (id);", ENDLESS]);
    let _ = deploy(&store, &migrations).await;
}

#[tokio::test]
async fn killed_in_the_middle_of_a_script() {
    for mode in ["delete", "wal"] {
        let db = Db::none();
        db.run(&format!("PRAGMA journal_mode = {mode}")).await;
        let child =
            again("victim_process", &[(VICTIM, db.path.to_str().unwrap())]).spawn().unwrap();
        let mut child = Killed(child);
        // Until it has spilled pages of the open transaction into the file, or into the log beside
        // it.
        let spilled = db.path.with_file_name(if mode == "wal" { "test.db-wal" } else { "test.db" });
        let began = Instant::now();
        while std::fs::metadata(&spilled).map_or(0, |meta| meta.len()) < 8 << 20 {
            assert!(began.elapsed() < Duration::from_secs(60));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        child.0.kill().unwrap();
        child.0.wait().unwrap();
        let reading = db.store().read().await.unwrap();
        let names: Vec<_> = reading.history.rows().iter().map(|row| row.name().unwrap()).collect();
        assert_eq!(names, ["20250101000000_m0"], "{mode}");
        assert!(reading.history.rows()[0].is_finished());
        assert_eq!(db.tables().await, ["_prisma_migrations", "first"], "{mode}");
        let mended = scripts(&["CREATE TABLE first (id);", "CREATE TABLE second (id);"]);
        let report = deploy(&db.store(), &mended).await.unwrap();
        assert_eq!(report.applied().len(), 1);
        assert_eq!(db.texts("PRAGMA integrity_check").await, ["ok"]);
    }
}
