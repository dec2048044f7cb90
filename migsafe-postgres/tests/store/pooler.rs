//! Through `PgBouncer` in transaction mode, where two statements outside a transaction may run on
//! two server connections.

use std::sync::Arc;
use std::time::Duration;

use migsafe_postgres::{HistoryStore, ensure_up_to_date};
use migsafe_testing::{PgBouncer, PoolMode, Postgres};

use crate::common::*;

#[test]
fn deploying_and_reading_work_through_a_transaction_pooler() {
    let database = database();
    let pooler = PgBouncer::start(Postgres::shared(), PoolMode::Transaction, 3);
    let url = format!("{}?pgbouncer=true&schema=app", pooler.url(database.name()));
    let migrations = Arc::new(tables(5));
    block_on(async {
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (url, migrations) = (url.clone(), Arc::clone(&migrations));
                tokio::spawn(async move {
                    let store = store(&url).await;
                    deploy(&store, &migrations).await.unwrap().applied().len()
                })
            })
            .collect();
        let mut applied = 0;
        for task in tasks {
            applied += task.await.unwrap();
        }
        assert_eq!(applied, 5);
        assert!(has_table(&database, "app.t_5"));
    });
    assert_lock_free(&database);
}

#[test]
fn values_are_never_mixed_up_between_clients() {
    let databases: Vec<_> = (0..4)
        .map(|count| {
            let database = Postgres::shared().create_database();
            (database, count)
        })
        .collect();
    let one = &databases[0].0;
    let sql: String = (0..8)
        .map(|n| {
            format!(
                "CREATE SCHEMA s{n}; CREATE TABLE s{n}._prisma_migrations {PRISMA_TABLE};
                 INSERT INTO s{n}._prisma_migrations SELECT 'r' || i, 'c', now(), 's{n}'
                 FROM generate_series(1, {n}) AS i;"
            )
        })
        .collect();
    one.query(&sql).unwrap();
    let pooler = PgBouncer::start(Postgres::shared(), PoolMode::Transaction, 2);
    block_on(async {
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let url = format!("{}?schema=s{n}", pooler.url(one.name()));
                tokio::spawn(async move {
                    let store = store(&url).await;
                    for _ in 0..50 {
                        let reading = store.read().await.unwrap();
                        assert_eq!(reading.database.schema(), Some(&*format!("s{n}")));
                        let rows = reading.history.rows();
                        assert_eq!(rows.len(), n);
                        assert!(rows.iter().all(|row| row.name() == Some(&*format!("s{n}"))));
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

#[test]
fn a_script_that_is_dropped_through_a_pooler_is_stopped() {
    let database = database_with_history();
    let pooler = PgBouncer::start(Postgres::shared(), PoolMode::Transaction, 3);
    block_on(async {
        let store = store(&pooler.url(database.name())).await;
        let migrations =
            folder(&[("20250101000000_m", "CREATE TABLE t (id int); SELECT pg_sleep(60);")]);
        let run = ensure_up_to_date(&store, &migrations, options());
        assert!(tokio::time::timeout(Duration::from_millis(500), run).await.is_err());
        assert_lock_free(&database);
        assert!(!has_table(&database, "t"));
        deploy(&store, &tables(1)).await.unwrap();
    });
}
