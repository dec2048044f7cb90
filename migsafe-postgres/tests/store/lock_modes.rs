//! What keeps two deployers apart on servers without advisory locks, and when it is chosen otherwise.

use std::sync::Arc;
use std::time::Duration;

use migsafe_postgres::core::lock::{LockKind, LockState};
use migsafe_postgres::core::store::Begun;
use migsafe_postgres::{
    HistoryStore, LockMode, Migrations, PostgresOptions, PostgresStore, ensure_up_to_date,
};
use migsafe_testing::{Database, Postgres, Proxy};

use crate::common::*;

const FUNCTION: &str = "pg_catalog.pg_try_advisory_xact_lock(bigint)";

/// How many scripts count how often they ran.
const COUNTED: usize = 6;

fn store_in(database: &Database, mode: LockMode) -> PostgresStore {
    store_at(&database.url(), mode)
}

fn store_at(url: &str, mode: LockMode) -> PostgresStore {
    PostgresStore::from_options(PostgresOptions::from_url(url).unwrap().with_lock_mode(mode))
}

/// As on a server that has none.
fn without_function(database: &Database) {
    let rename = format!("ALTER FUNCTION {FUNCTION} RENAME TO pg_try_advisory_xact_lock_gone");
    database.query(&rename).unwrap();
}

/// As on a server that grants them to everybody.
fn with_function_for_all(database: &Database) {
    without_function(database);
    let create = "CREATE FUNCTION pg_catalog.pg_try_advisory_xact_lock(bigint) RETURNS boolean
                  LANGUAGE sql AS 'SELECT true'";
    database.query(create).unwrap();
}

/// Scripts that succeed twice, so that only the count tells; and one that runs by statement.
fn counted() -> Migrations {
    let mut scripts = vec![(
        "20250101000000_n".to_owned(),
        "CREATE TABLE IF NOT EXISTS n (id int, times int);\n\
         INSERT INTO n SELECT i, 0 FROM generate_series(0, 9) AS i;\n\
         UPDATE n SET times = times + 1 WHERE id = 0;\n"
            .to_owned(),
    )];
    scripts.extend((1..COUNTED).map(|n| {
        let script = format!("UPDATE n SET times = times + 1 WHERE id = {n};\n");
        (format!("2025010100000{n}_n"), script)
    }));
    scripts.push((
        "20250102000000_index".to_owned(),
        "CREATE INDEX CONCURRENTLY n_id_idx ON n (id);".to_owned(),
    ));
    Migrations::from_scripts(scripts).unwrap()
}

fn assert_each_once(database: &Database) {
    let times = "SELECT string_agg(times::text, ',' ORDER BY id) FROM n";
    assert_eq!(value(database, times), "1,1,1,1,1,1,0,0,0,0");
    let rows = "SELECT count(*) || ' ' || count(DISTINCT migration_name) FROM _prisma_migrations
                WHERE finished_at IS NOT NULL";
    assert_eq!(value(database, rows), "7 7");
}

/// Many at once on an empty database; how many say that they have created the history table.
fn crowd(database: &Database, modes: &[LockMode]) -> usize {
    let migrations = Arc::new(counted());
    block_on(async {
        let tasks: Vec<_> = (0..24)
            .map(|n| {
                let store = store_in(database, modes[n % modes.len()]);
                let migrations = Arc::clone(&migrations);
                tokio::spawn(async move { deploy(&store, &migrations).await.unwrap() })
            })
            .collect();
        let (mut applied, mut created) = (0, 0);
        for task in tasks {
            let report = task.await.unwrap();
            assert!(report.status().is_up_to_date());
            applied += report.applied().len();
            created += usize::from(report.created_history_table());
        }
        assert_eq!(applied, COUNTED + 1);
        created
    })
}

#[test]
fn without_advisory_locks_the_history_table_is_locked() {
    for prepare in [without_function, with_function_for_all] {
        for modes in [&[LockMode::Detect][..], &[LockMode::Detect, LockMode::Table]] {
            let database = database();
            prepare(&database);
            assert_eq!(crowd(&database, modes), 1);
            assert_each_once(&database);
        }
    }
}

#[test]
fn the_report_says_what_was_locked() {
    for (prepare, mode, kind) in [
        (None, LockMode::Detect, LockKind::Advisory),
        (None, LockMode::Table, LockKind::TableAndAdvisory),
        (Some(without_function as fn(&Database)), LockMode::Detect, LockKind::Table),
        (Some(with_function_for_all), LockMode::Detect, LockKind::Table),
    ] {
        let database = database();
        if let Some(prepare) = prepare {
            prepare(&database);
        }
        block_on(async {
            let store = store_in(&database, mode);
            let report = deploy(&store, &tables(1)).await.unwrap();
            assert_eq!(report.status().facts().lock_kind(), Some(kind));
            let again = deploy(&store, &tables(1)).await.unwrap();
            assert_eq!(again.status().facts().lock_kind(), None, "nothing was locked");
        });
    }
}

/// Whoever locks the table takes the advisory lock too, so that it excludes those that do not, and Prisma.
#[test]
fn deployers_of_different_modes_exclude_each_other() {
    let database = database();
    assert_eq!(crowd(&database, &[LockMode::Table, LockMode::Advisory, LockMode::Detect]), 1);
    assert_each_once(&database);
    let mut prisma = database.client();
    prisma.query("SELECT pg_advisory_lock(72707369)").unwrap();
    block_on(async {
        let store = store_in(&database, LockMode::Table);
        let mut session = store.open_session().await.unwrap();
        assert!(matches!(session.begin().await.unwrap(), Begun::Held(Some(_))));
        drop(prisma);
        assert_lock_free(&database);
        let Begun::Locked(reading) = session.begin().await.unwrap() else { panic!() };
        assert_eq!(reading.lock, LockState::HeldByUs);
        let other = store_in(&database, LockMode::Advisory);
        let mut second = other.open_session().await.unwrap();
        assert!(matches!(second.begin().await.unwrap(), Begun::Held(Some(_))));
    });
}

#[test]
fn the_holder_of_the_table_is_named_and_can_be_ended() {
    let database = database_with_history();
    without_function(&database);
    block_on(async {
        let first = store(&database.url()).await;
        let mut session = first.open_session().await.unwrap();
        let Begun::Locked(reading) = session.begin().await.unwrap() else { panic!() };
        assert_eq!(reading.lock, LockState::HeldByUs);
        let second = store(&database.url()).await;
        assert!(second.read().await.unwrap().lock.is_held_by_another());
        let run = options().with_lock_wait(Duration::from_millis(300));
        let error = ensure_up_to_date(&second, &tables(1), run).await.unwrap_err();
        assert_eq!(error.code(), "lock-not-obtained", "{error}");
        let holder = error.lock_holder().unwrap();
        assert_eq!(holder.application.as_deref(), Some("migsafe"), "{error}");
        let found = second.lock_inspector().unwrap().lock_holders().await.unwrap();
        assert_eq!((found.len(), found[0].pid), (1, holder.pid));
        database.query(&holder.terminate_statement()).unwrap();
        assert_eq!(deploy(&second, &tables(1)).await.unwrap().applied().len(), 1);
        // Reading goes on while the table is locked.
        let mut session = second.open_session().await.unwrap();
        assert!(matches!(session.begin().await.unwrap(), Begun::Locked(_)));
        assert_eq!(rows(&first).await.len(), 1);
    });
}

#[test]
fn a_lost_answer_to_commit_is_learnt_under_the_lock_of_the_table() {
    for after in [false, true] {
        let database = database();
        without_function(&database);
        let proxy = Proxy::start(Postgres::shared().port());
        block_on(async {
            let store = store(&database.url_through(proxy.port())).await;
            let pattern = "SET CONSTRAINTS ALL IMMEDIATE";
            if after {
                proxy.cut_after(pattern);
            } else {
                proxy.cut_before(pattern);
            }
            let report = deploy(&store, &counted()).await.unwrap();
            assert_eq!((proxy.fired(), report.applied().len()), (1, COUNTED + 1));
        });
        assert_each_once(&database);
    }
}

/// A role that may not take the lock of all the others must not get by with one of its own.
#[test]
fn a_role_without_the_right_is_refused_in_every_mode() {
    let database = database_with_history();
    let role = format!("deployer_of_{}", database.name());
    database
        .query(&format!(
            "CREATE ROLE {role} LOGIN; REVOKE EXECUTE ON FUNCTION {FUNCTION} FROM PUBLIC;
             GRANT ALL ON _prisma_migrations TO {role}; GRANT CREATE ON SCHEMA public TO {role}"
        ))
        .unwrap();
    for mode in [LockMode::Detect, LockMode::Advisory, LockMode::Table] {
        block_on(async {
            let store = store_at(&database.url_as(&role), mode);
            let error = deploy(&store, &tables(1)).await.unwrap_err();
            assert_eq!(error.code(), "permission", "{mode:?}: {error}");
            assert!(error.help().contains("GRANT EXECUTE"), "{mode:?}: {}", error.help());
            assert_eq!(rows(&store).await.len(), 0);
        });
    }
    database.query(&format!("GRANT EXECUTE ON FUNCTION {FUNCTION} TO {role}")).unwrap();
    block_on(async {
        let store = store_at(&database.url_as(&role), LockMode::Table);
        assert_eq!(deploy(&store, &tables(1)).await.unwrap().applied().len(), 1);
    });
}

#[test]
fn insisting_on_advisory_locks_says_that_there_are_none() {
    for prepare in [without_function, with_function_for_all] {
        let database = database_with_history();
        prepare(&database);
        block_on(async {
            let store = store_in(&database, LockMode::Advisory);
            let error = deploy(&store, &tables(1)).await.unwrap_err();
            assert_eq!(error.code(), "unsafe-setting", "{error}");
            assert!(error.help().contains("--lock-mode detect"), "{}", error.help());
            assert_eq!(rows(&store).await.len(), 0);
        });
    }
}
