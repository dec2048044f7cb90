//! Connections that break and futures that are dropped, at every moment of a step.

use std::time::{Duration, Instant};

use migsafe_postgres::core::store::{Aborted, Begun, StepOptions, StepOutcome};
use migsafe_postgres::{HistoryStore, ensure_up_to_date};
use migsafe_testing::{Database, Postgres, PostgresOptions as Server, Proxy};

use crate::common::*;

/// What is at the end of a step and nowhere else.
const COMMIT: &str = "SET CONSTRAINTS ALL IMMEDIATE";

fn through(database: &Database) -> (Proxy, String) {
    let proxy = Proxy::start(Postgres::shared().port());
    let url = database.url_through(proxy.port());
    (proxy, url)
}

#[test]
fn a_lost_answer_to_commit_is_unknown_and_then_learnt() {
    let database = database_with_history();
    let (proxy, url) = through(&database);
    block_on(async {
        let store = store(&url).await;
        // It was committed.
        proxy.cut_after(COMMIT);
        let report = deploy(&store, &tables(2)).await.unwrap();
        assert_eq!(report.applied().len(), 2);
        assert_eq!(proxy.fired(), 1);
        // It was not.
        proxy.cut_before(COMMIT);
        let report = deploy(&store, &tables(4)).await.unwrap();
        assert_eq!(report.applied().len(), 2);
        assert_eq!(proxy.fired(), 2);
        let rows = rows(&store).await;
        assert_eq!(rows.len(), 4);
        assert!(rows.iter().all(|row| row.is_finished()));
    });
}

#[test]
fn an_outcome_that_cannot_be_learnt_is_reported_as_unknown() {
    let database = database_with_history();
    let (proxy, url) = through(&database);
    block_on(async {
        let store = store(&format!("{url}?connect_timeout=1")).await;
        let mut session = store.open_session().await.unwrap();
        session.begin().await.unwrap();
        proxy.cut_after(COMMIT);
        let outcome =
            apply_in(&store, &mut *session, "m", "SELECT 1", StepOptions::default()).await;
        assert!(matches!(outcome, StepOutcome::Unknown(_)), "{outcome:?}");
        assert!(session.begin().await.is_err(), "the session is dead");
        assert!(rows(&store).await[0].is_finished());
    });
}

#[test]
fn a_lost_answer_to_the_failed_row_is_learnt_as_well() {
    for before in [true, false] {
        let database = database_with_history();
        let (proxy, url) = through(&database);
        block_on(async {
            let store = store(&url).await;
            if before {
                proxy.cut_before("ROLLBACK TO SAVEPOINT");
            } else {
                proxy.cut_after("ROLLBACK TO SAVEPOINT");
            }
            let migrations = folder(&[("20250101000000_m", "SELECT 1/0")]);
            let error = deploy(&store, &migrations).await.unwrap_err();
            assert_eq!(error.code(), "migration-failed", "{error}");
            assert_eq!(proxy.fired(), 1);
            assert!(failed_log(&store).await.contains("22012"));
        });
    }
}

#[test]
fn a_connection_cut_in_the_script_leaves_nothing() {
    let database = database_with_history();
    let (proxy, url) = through(&database);
    block_on(async {
        let store = store(&url).await;
        for after in [false, true] {
            if after {
                proxy.cut_after("CREATE TABLE cut");
            } else {
                proxy.cut_before("CREATE TABLE cut");
            }
            let outcome = apply(&store, "m", "CREATE TABLE cut (id int)").await;
            let StepOutcome::Aborted { reason, .. } = outcome else { panic!("{outcome:?}") };
            assert_eq!(reason, Aborted::ConnectionLost);
            assert_lock_free(&database);
            assert!(rows(&store).await.is_empty());
            assert!(!has_table(&database, "cut"));
        }
    });
}

#[test]
fn a_connection_cut_on_beginning_is_replaced_once() {
    let database = database_with_history();
    let (proxy, url) = through(&database);
    block_on(async {
        let store = store(&url).await;
        let mut session = store.open_session().await.unwrap();
        for _ in 0..2 {
            proxy.cut_before("pg_try_advisory_xact_lock");
            session.begin().await.unwrap();
            session.rollback().await.unwrap();
        }
        assert_eq!(proxy.fired(), 2);
        // The old one may still have the lock when the new one asks.
        proxy.cut_after("pg_try_advisory_xact_lock");
        while let Begun::Held(_) = session.begin().await.unwrap() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        session.rollback().await.unwrap();
        proxy.cut_before("pg_try_advisory_xact_lock");
        proxy.cut_before("pg_try_advisory_xact_lock");
        assert!(session.begin().await.is_err());
        assert_eq!(proxy.fired(), 5);
        assert_lock_free(&database);
    });
}

#[test]
fn a_session_whose_future_was_dropped_is_of_no_more_use() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let mut session = store.open_session().await.unwrap();
        session.begin().await.unwrap();
        let plain = StepOptions::default();
        let step = apply_in(&store, &mut *session, "m", "SELECT pg_sleep(60)", plain);
        assert!(tokio::time::timeout(Duration::from_millis(300), step).await.is_err());
        assert!(session.rollback().await.is_err());
        assert!(session.begin().await.is_err());
        session.finish().await;
        assert_lock_free(&database);
    });
}

#[test]
fn a_dropped_future_stops_its_script() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let migrations =
            folder(&[("20250101000000_m", "CREATE TABLE t (id int); SELECT pg_sleep(60);")]);
        let run = ensure_up_to_date(&store, &migrations, options());
        assert!(tokio::time::timeout(Duration::from_millis(500), run).await.is_err());
        let start = Instant::now();
        assert_lock_free(&database);
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        assert!(!has_table(&database, "t"));
        assert!(rows(&store).await.is_empty());
        deploy(&store, &tables(1)).await.unwrap();
    });
}

#[test]
fn a_panic_frees_the_lock() {
    let database = database_with_history();
    block_on(async {
        let url = database.url();
        let panicking = tokio::spawn(async move {
            let store = store(&url).await;
            let mut session = store.open_session().await.unwrap();
            session.begin().await.unwrap();
            panic!("on purpose");
        });
        assert!(panicking.await.unwrap_err().is_panic());
        assert_lock_free(&database);
    });
}

#[test]
fn a_runtime_that_ends_frees_the_lock() {
    let database = database_with_history();
    let url = database.url();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let session = runtime.block_on(async {
        let store = store(&url).await;
        let mut session = store.open_session().await.unwrap();
        session.begin().await.unwrap();
        session
    });
    drop(runtime);
    // Outside of any runtime.
    drop(session);
    assert_lock_free(&database);
}

#[test]
fn a_backend_that_is_ended_leaves_nothing() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let script =
            "CREATE TABLE t (id int); SELECT pg_terminate_backend(pg_backend_pid()); SELECT 1";
        let outcome = apply(&store, "m", script).await;
        let StepOutcome::Aborted { reason, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(reason, Aborted::Server);
        assert_lock_free(&database);
        assert!(rows(&store).await.is_empty());
        assert!(!has_table(&database, "t"));
    });
}

#[test]
fn a_server_that_crashes_leaves_whole_steps() {
    let server = Postgres::start(Server::default());
    let database = server.create_database();
    block_on(async {
        let store = store(&database.url()).await;
        let migrations = folder(&[
            ("20250101000001_a", "CREATE TABLE a (id int)"),
            ("20250101000002_b", "CREATE TABLE b (id int); SELECT pg_sleep(60)"),
        ]);
        let run = ensure_up_to_date(&store, &migrations, options());
        assert!(tokio::time::timeout(Duration::from_millis(700), run).await.is_err());
        server.stop_immediate();
        server.restart();
        let rows = rows(&store).await;
        assert_eq!(rows.len(), 1);
        assert!(rows[0].is_finished());
        assert!(has_table(&database, "a") && !has_table(&database, "b"));
    });
}

#[test]
fn a_stalled_network_does_not_hold_the_lock_for_ever() {
    // The server gives up on a client that says nothing between script and COMMIT; here it is only
    // checked that it was told to.
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let script = "CREATE TABLE seen AS SELECT name, setting, unit FROM pg_settings";
        apply(&store, "m", script).await;
    });
    for (name, setting) in [
        ("idle_in_transaction_session_timeout", "60000"),
        ("client_connection_check_interval", "500"),
        ("tcp_keepalives_idle", "30"),
        ("tcp_user_timeout", "60000"),
    ] {
        let sql = format!("SELECT setting FROM seen WHERE name = '{name}'");
        assert_eq!(value(&database, &sql), setting, "{name}");
    }
}
