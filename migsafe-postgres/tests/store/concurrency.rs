//! Many deployers at once.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use migsafe_postgres::HistoryStore;
use migsafe_postgres::core::engine::Event;

use crate::common::*;

#[test]
fn fifty_deployers_apply_each_migration_exactly_once() {
    let database = Arc::new(database());
    let migrations = Arc::new(tables(6));
    block_on(async {
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let (database, migrations) = (Arc::clone(&database), Arc::clone(&migrations));
                tokio::spawn(async move {
                    let store = store(&database.url()).await;
                    let report = deploy(&store, &migrations).await.unwrap();
                    assert!(report.status().is_up_to_date());
                    report.applied().len()
                })
            })
            .collect();
        let mut applied = 0;
        for task in tasks {
            applied += task.await.unwrap();
        }
        assert_eq!(applied, 6);
        let store = store(&database.url()).await;
        let rows = rows(&store).await;
        assert_eq!(rows.len(), 6);
        assert!(rows.iter().all(|row| row.is_finished() && row.applied_steps_count == Some(1)));
    });
    assert_lock_free(&database);
}

/// Between two steps of another deployer the lock is free: to take it then would slow both down.
#[test]
fn a_deployer_that_gets_on_is_waited_for_however_long_it_takes() {
    let database = database_with_history();
    let migrations = tables(4);
    let mut other = database.client();
    other.query("SELECT pg_advisory_lock(72707369)").unwrap();
    let limit = Duration::from_secs(2);
    block_on(async {
        let store = store(&database.url()).await;
        let steps = migrations.clone();
        let deploying = tokio::spawn(async move {
            for migration in &steps {
                tokio::time::sleep(limit / 2).await;
                let (name, checksum) = (migration.name(), migration.checksum().unwrap());
                let sql = format!(
                    "INSERT INTO _prisma_migrations VALUES
                     ('{name}', '{checksum}', now(), '{name}', NULL, NULL, now(), 1)"
                );
                other.query(&sql).unwrap();
            }
            other
        });
        let run = options().with_lock_wait(limit);
        let report = migsafe_postgres::ensure_up_to_date(&store, &migrations, run).await.unwrap();
        assert!(report.status().is_up_to_date() && report.applied().is_empty());
        deploying.await.unwrap();
    });
}

/// To leave it alone must not mean to miss its end: two looks, at most, until the lock is tried for.
#[test]
fn a_deployer_that_dies_is_taken_over_from_within_two_looks() {
    let database = database_with_history();
    let migrations = tables(4);
    let mut other = database.client();
    other.query("SELECT pg_advisory_lock(72707369)").unwrap();
    let poll = Duration::from_millis(400);
    block_on(async {
        let store = store(&database.url()).await;
        let steps = migrations.clone();
        let dying = tokio::spawn(async move {
            for migration in steps.iter().take(2) {
                tokio::time::sleep(poll * 2).await;
                let (name, checksum) = (migration.name(), migration.checksum().unwrap());
                let sql = format!(
                    "INSERT INTO _prisma_migrations VALUES
                     ('{name}', '{checksum}', now(), '{name}', NULL, NULL, now(), 1)"
                );
                other.query(&sql).unwrap();
            }
            // The connection closes right after a row: the waiting one still has that growth to see.
            drop(other);
            Instant::now()
        });
        let begun = Arc::new(Mutex::new(None));
        let first_step = Arc::clone(&begun);
        let run = options().with_poll_interval(poll).on_event(move |event| {
            if matches!(event, Event::StepStarted { .. }) {
                first_step.lock().unwrap().get_or_insert(Instant::now());
            }
        });
        let report = migsafe_postgres::ensure_up_to_date(&store, &migrations, run).await.unwrap();
        assert_eq!(report.applied().len(), 2);
        let died = dying.await.unwrap();
        let taken_over = begun.lock().unwrap().unwrap().duration_since(died);
        // And half a second for a machine that has other things to do.
        assert!(taken_over < poll * 2 + Duration::from_millis(500), "{taken_over:?}");
    });
}

#[test]
fn one_store_serves_many_readers() {
    let database = database_with_history();
    block_on(async {
        let store = Arc::new(store(&database.url()).await);
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { store.read().await.unwrap().history.rows().len() })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), 0);
        }
        let count = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND application_name = 'migsafe'",
            database.name()
        );
        assert_eq!(value(&database, &count), "1");
    });
}

#[test]
fn futures_can_be_spawned_and_stores_shared() {
    fn is_send_and_sync<T: Send + Sync>(_: &T) {}
    fn is_send<T: Send>(_: &T) {}
    let database = database();
    block_on(async {
        let store = store(&database.url()).await;
        is_send_and_sync(&store);
        let migrations = tables(0);
        is_send(&deploy(&store, &migrations));
        is_send(&store.open_session());
    });
}
