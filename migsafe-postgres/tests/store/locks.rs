//! The migration lock: who has it, and waiting for it.

use std::time::Duration;

use migsafe_postgres::core::lock::LockState;
use migsafe_postgres::core::store::Begun;
use migsafe_postgres::{HistoryStore, ensure_up_to_date};

use crate::common::*;

const LOCK: &str = "SELECT pg_advisory_lock(72707369)";

#[test]
fn the_holder_is_named_with_all_that_may_be_seen() {
    let database = database_with_history();
    let mut holder = database.client();
    holder.query("SET application_name = 'prisma'").unwrap();
    holder.query(&format!("{LOCK} /*\n two\t lines */")).unwrap();
    let pid = i32::try_from(holder.process_id()).unwrap();
    let role = format!("watcher_of_{}", database.name());
    database
        .query(&format!("CREATE ROLE {role} LOGIN; GRANT SELECT ON _prisma_migrations TO {role}"))
        .unwrap();
    block_on(async {
        let store_1 = store(&database.url()).await;
        let reading = store_1.read().await.unwrap();
        assert_eq!(reading.lock.holder().unwrap().pid, pid);
        let mut session = store_1.open_session().await.unwrap();
        let Begun::Held(Some(held)) = session.begin().await.unwrap() else { panic!() };
        for found in
            [*held, store_1.lock_inspector().unwrap().lock_holders().await.unwrap()[0].clone()]
        {
            assert_eq!(found.pid, pid);
            assert_eq!(found.user.as_deref(), Some("postgres"));
            assert_eq!(found.application.as_deref(), Some("prisma"));
            assert_eq!(found.address.as_deref(), Some("127.0.0.1"));
            assert_eq!(found.state.as_deref(), Some("idle"));
            assert_eq!(
                found.query.as_deref(),
                Some("SELECT pg_advisory_lock(72707369) /* two lines */")
            );
            assert_eq!(found.transaction_age_ms, None);
            assert!(found.connection_age_ms.unwrap() >= 0);
        }
        // With ordinary rights.
        let watcher = store(&database.url_as(&role)).await;
        let found = watcher.lock_inspector().unwrap().lock_holders().await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].pid, &found[0].query, &found[0].state), (pid, &None, &None));
        // A lock of the same number in another database is none of ours.
        let elsewhere = self::database();
        let other = store(&elsewhere.url()).await;
        assert_eq!(other.read().await.unwrap().lock, LockState::Free);
        drop(holder);
        assert_lock_free(&database);
        assert!(store_1.lock_inspector().unwrap().lock_holders().await.unwrap().is_empty());
        let Begun::Locked(reading) = session.begin().await.unwrap() else { panic!() };
        assert_eq!(reading.lock, LockState::HeldByUs);
        let ours = watcher.lock_inspector().unwrap().lock_holders().await.unwrap();
        assert_eq!(ours[0].application.as_deref(), Some("migsafe"));
    });
    database.query(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
}

#[test]
fn a_wait_in_vain_says_who_holds_it() {
    let database = database();
    let mut holder = database.client();
    holder.query("SET application_name = 'another deploy'").unwrap();
    holder.query(LOCK).unwrap();
    block_on(async {
        let store = store(&database.url()).await;
        let run = options().with_lock_wait(Duration::from_millis(300));
        let error = ensure_up_to_date(&store, &tables(1), run).await.unwrap_err();
        assert!(error.is_lock_timeout());
        let text = error.to_string();
        assert!(text.contains("another deploy"), "{text}");
        assert!(text.contains(&format!("pid {}", holder.process_id())), "{text}");
        assert!(error.help().contains("pg_terminate_backend"), "{}", error.help());
        assert!(!has_table(&database, "t_1"));
        // No transaction is left open while waiting, nor afterwards.
        let open = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND state LIKE 'idle in%'",
            database.name()
        );
        assert_eq!(value(&database, &open), "0");
    });
}

#[test]
fn a_wait_ends_when_the_holder_leaves() {
    let database = database();
    let mut holder = database.client();
    holder.query(LOCK).unwrap();
    block_on(async {
        let store = store(&database.url()).await;
        let migrations = tables(2);
        let letting_go = tokio::task::spawn_blocking(move || {
            std::thread::sleep(Duration::from_millis(300));
            drop(holder);
        });
        let report = deploy(&store, &migrations).await.unwrap();
        letting_go.await.unwrap();
        assert_eq!(report.applied().len(), 2);
    });
}

#[test]
fn a_relation_lock_is_waited_for_and_then_the_step_is_tried_again() {
    let database = database_with_history();
    database.query("CREATE TABLE busy (id int)").unwrap();
    let mut blocker = database.client();
    blocker.query("BEGIN; SELECT * FROM busy").unwrap();
    let migrations = folder(&[(
        "20250101000000_m",
        "CREATE TABLE before (id int);\nALTER TABLE busy ADD COLUMN x int;",
    )]);
    block_on(async {
        let store = store(&database.url()).await;
        let (retried, retries) = std::sync::mpsc::channel();
        let run =
            options().with_lock_timeout(Some(Duration::from_millis(100))).on_event(move |event| {
                if format!("{event:?}").starts_with("StepRetried") {
                    let _ = retried.send(());
                }
            });
        let leaving = tokio::task::spawn_blocking(move || {
            retries.recv().unwrap();
            // Between the attempts nothing is held.
            blocker.query("SELECT * FROM busy; COMMIT").unwrap();
        });
        let report = ensure_up_to_date(&store, &migrations, run).await.unwrap();
        leaving.await.unwrap();
        assert_eq!(report.applied().len(), 1);
        assert_eq!(rows(&store).await.len(), 1, "no failed row");
    });
}
