//! The cheap look says the same as the careful one, or nothing.

use migsafe_postgres::core::lock::LockState;
use migsafe_postgres::core::store::Reading;
use migsafe_postgres::{HistoryStore, Mode, ensure_up_to_date};
use migsafe_testing::Database;

use crate::common::*;

const ROW: &str = "INSERT INTO _prisma_migrations VALUES
    ('1', 'c', '2026-11-20 12:57:52.1+00', 'm', '', NULL, '2026-11-20 12:57:51+00', 1)";

async fn looks(database: &Database) -> (Option<Reading>, Reading) {
    let store = store(&database.url()).await;
    (store.glance().await.unwrap(), store.read().await.unwrap())
}

#[test]
fn a_history_in_order_is_seen_as_by_a_careful_look() {
    let database = database_with_history();
    database
        .query(&format!(
            "{ROW};
             INSERT INTO _prisma_migrations VALUES
             ('2', 'c', 'infinity', 'it''s,\n(\"odd\")', NULL, '-infinity', '1969-12-31 23:59:58.5+00', 0),
             ('3', 'c', NULL, 'tried', repeat('é', 5000), '2026-11-20 12:57:52+05:30', '0001-01-01 00:00:00+00', 0)",
        ))
        .unwrap();
    block_on(async {
        let (glance, mut careful) = looks(&database).await;
        careful.lock = LockState::Unknown;
        assert_eq!(glance, Some(careful));
    });
}

#[test]
fn the_schema_of_the_url_is_looked_at() {
    let database = database();
    database
        .query(&format!(
            "CREATE SCHEMA \"my App\"; SET search_path TO \"my App\";
             CREATE TABLE _prisma_migrations {PRISMA_TABLE}; {ROW}"
        ))
        .unwrap();
    block_on(async {
        let store = store(&format!("{}?schema=my%20App", database.url())).await;
        let glance = store.glance().await.unwrap().unwrap();
        assert_eq!(glance.database.schema(), Some("my App"));
        assert_eq!(glance.history, store.read().await.unwrap().history);
    });
}

#[test]
fn whatever_is_unusual_is_left_to_the_careful_look() {
    for (what, sql) in [
        ("nothing", "SELECT 1"),
        ("no table", "DROP TABLE _prisma_migrations"),
        ("an unknown column", "ALTER TABLE _prisma_migrations ADD COLUMN note text"),
        ("a missing column", "ALTER TABLE _prisma_migrations DROP COLUMN logs"),
        ("row-level security", "ALTER TABLE _prisma_migrations ENABLE ROW LEVEL SECURITY"),
        ("Prisma 8", "CREATE SCHEMA prisma_contract"),
        ("an unfinished row", "UPDATE _prisma_migrations SET finished_at = NULL"),
        ("a time before Christ", "UPDATE _prisma_migrations SET started_at = '0044-03-15 BC'"),
        (
            "a value that is none",
            "ALTER TABLE _prisma_migrations ALTER started_at TYPE date USING started_at::date",
        ),
    ] {
        let database = database_with_history();
        // The server is shared: the role may be there from the round before.
        let _ = database.query("CREATE ROLE glancer LOGIN IN ROLE pg_read_all_data");
        database.query(&format!("{ROW}; {sql}")).unwrap();
        block_on(async {
            let store = store(&database.url_as("glancer")).await;
            let glance = store.glance().await.unwrap();
            assert_eq!(glance.is_some(), what == "nothing", "{what}: {glance:?}");
        });
    }
}

/// Only what is up to date is settled at a glance: whatever is refused is refused with all that is known.
#[test]
fn a_pending_migration_is_seen_with_the_lock() {
    let database = database_with_history();
    let mut holder = database.client();
    holder.query("SELECT pg_advisory_lock(72707369)").unwrap();
    block_on(async {
        let store = store(&database.url()).await;
        let run = options().with_mode(Mode::Verify);
        let error = ensure_up_to_date(&store, &tables(1), run).await.unwrap_err();
        let status = error.report().unwrap().status();
        assert!(status.diagnosis().lock().holder().is_some());
    });
}
