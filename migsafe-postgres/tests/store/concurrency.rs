//! Many deployers at once.

use std::sync::Arc;

use migsafe_postgres::HistoryStore;

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
