//! Reading: what is there, whatever its shape; and that a broken connection is replaced.

use std::time::Duration;

use migsafe_postgres::core::history::{Absence, History, StoredTime, TableProblem};
use migsafe_postgres::core::lock::LockState;
use migsafe_postgres::core::store::{Content, StoreErrorCode};
use migsafe_postgres::{HistoryStore, Mode, PostgresOptions, PostgresStore, ensure_up_to_date};
use migsafe_testing::{Postgres, PostgresOptions as Server, Proxy};

use crate::common::*;

#[test]
fn an_empty_database_is_absent_and_empty() {
    let database = database();
    block_on(async {
        let reading = store(&database.url()).await.read().await.unwrap();
        assert_eq!(reading.history, History::Absent(Absence::Table));
        assert_eq!(reading.database.content(), &Content::Empty);
        assert_eq!(reading.database.schema(), Some("public"));
        assert_eq!(reading.lock, LockState::Free);
        assert!(!reading.database.is_read_replica());
        assert!(!reading.database.has_prisma8_marker());
        assert!(reading.database.server().unwrap().starts_with("1"));
    });
}

#[test]
fn content_is_what_the_schema_holds_of_its_own() {
    let database = database();
    database
        .query(
            "CREATE TABLE plain (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY);
             CREATE TABLE parted (id int) PARTITION BY RANGE (id);
             CREATE TABLE part_1 PARTITION OF parted FOR VALUES FROM (1) TO (2);
             CREATE VIEW a_view AS SELECT 1 AS x;
             CREATE MATERIALIZED VIEW a_matview AS SELECT 1 AS x;
             CREATE SEQUENCE a_sequence;
             CREATE TYPE an_enum AS ENUM ('a');
             CREATE TYPE a_composite AS (x int);
             CREATE TYPE a_range AS RANGE (subtype = int4);
             CREATE DOMAIN a_domain AS int;
             CREATE FUNCTION a_function() RETURNS int LANGUAGE sql AS 'SELECT 1';
             CREATE TABLE spatial_ref_sys (id int);
             CREATE SCHEMA other; CREATE TABLE other.unseen (id int);",
        )
        .unwrap();
    block_on(async {
        let reading = store(&database.url()).await.read().await.unwrap();
        let Content::Objects(names) = reading.database.content() else { panic!("{reading:?}") };
        let expected = [
            "a_composite",
            "a_domain",
            "a_function()",
            "a_matview",
            "a_range",
            "a_sequence",
            "a_view",
            "an_enum",
            "parted",
            "plain",
        ];
        assert_eq!(names, &expected);
    });
}

#[test]
fn many_objects_are_cut() {
    let database = database();
    let sql: String = (0..120).map(|n| format!("CREATE TABLE o_{n:03} (id int);")).collect();
    database.query(&sql).unwrap();
    block_on(async {
        let reading = store(&database.url()).await.read().await.unwrap();
        let Content::Objects(names) = reading.database.content() else { panic!("{reading:?}") };
        assert_eq!(names.len(), 50);
    });
}

#[test]
fn every_legal_time_is_read_under_every_setting() {
    let database = database_with_history();
    database
        .query(&format!(
            "INSERT INTO _prisma_migrations VALUES
             ('1', 'c', 'infinity', 'm', NULL, '-infinity', '2026-11-20 12:57:52.123456+00', 1),
             ('2', 'c', '0044-03-15 12:00:00+00 BC', 'm', repeat('é', 5000), NULL, '1969-12-31 23:59:58.5+00', 0);
             ALTER DATABASE {0} SET \"DateStyle\" = 'SQL, DMY';
             ALTER DATABASE {0} SET \"TimeZone\" = 'Asia/Kolkata';
             ALTER DATABASE {0} SET extra_float_digits = -15;
             ALTER DATABASE {0} SET default_transaction_isolation = 'serializable';
             ALTER DATABASE {0} SET standard_conforming_strings = off;
             ALTER DATABASE {0} SET backslash_quote = off;",
            database.name()
        ))
        .unwrap();
    block_on(async {
        let mut rows = rows(&store(&database.url()).await).await;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(rows[0].finished_at, Some(StoredTime::Infinity));
        assert_eq!(rows[0].rolled_back_at, Some(StoredTime::NegativeInfinity));
        assert_eq!(rows[0].started_at, Some(StoredTime::from_text("2026-11-20T12:57:52.123456Z")));
        assert_eq!(rows[1].started_at, Some(StoredTime::from_unix_seconds("-1.5")));
        assert!(matches!(rows[1].finished_at, Some(StoredTime::At(_))));
        assert_eq!(rows[1].logs.as_ref().unwrap().chars().count(), 4000);
        assert!(rows.iter().all(|row| row.problems().is_empty()));
        // Names with every kind of quote are written under these settings, too.
        let migrations =
            folder(&[("20270101000000_it's \\ \"odd\" ☃", "CREATE TABLE odd (id int)")]);
        let run = options().with_policy(lenient());
        ensure_up_to_date(&store(&database.url()).await, &migrations, run).await.unwrap();
        assert!(has_table(&database, "odd"));
    });
}

#[test]
fn corrupt_values_and_columns_are_reported_not_fatal() {
    let database = database();
    database
        .query(
            "CREATE TABLE _prisma_migrations (id text, checksum text, finished_at text,
             migration_name text, started_at timestamp, rolled_back_at date,
             applied_steps_count smallint, note int);
             INSERT INTO _prisma_migrations VALUES
             ('1', NULL, 'yesterday', 'm', '2026-11-20 12:57:52', NULL, 1, 7),
             (NULL, 'c', '2026-11-20 12:57:52+00', NULL, NULL, '2026-11-20', NULL, NULL)",
        )
        .unwrap();
    block_on(async {
        let history = store(&database.url()).await.read().await.unwrap().history;
        assert_eq!(
            history.table_problems(),
            [
                TableProblem::MissingColumn("logs".into()),
                TableProblem::UnknownColumn("note".into())
            ]
        );
        let mut rows = history.rows().to_vec();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        let problems: Vec<Vec<&str>> =
            rows.iter().map(|row| row.problems().iter().map(|p| p.column()).collect()).collect();
        let first =
            vec!["id", "migration_name", "started_at", "rolled_back_at", "applied_steps_count"];
        assert_eq!(problems, [first, vec!["checksum", "finished_at"]]);
    });
}

#[test]
fn other_types_of_the_same_meaning_are_read() {
    let database = database();
    database
        .query(
            "CREATE TABLE _prisma_migrations (id uuid, checksum char(64), finished_at timestamp,
             migration_name text, logs text, rolled_back_at timestamp, started_at timestamp,
             applied_steps_count bigint, dropped int);
             ALTER TABLE _prisma_migrations DROP COLUMN dropped;
             INSERT INTO _prisma_migrations VALUES (gen_random_uuid(), repeat('a', 64),
             '2026-11-20 12:57:52', 'm', '', NULL, '2026-11-20 12:57:51', 3)",
        )
        .unwrap();
    block_on(async {
        let history = store(&database.url()).await.read().await.unwrap().history;
        assert!(history.table_problems().is_empty());
        let row = &history.rows()[0];
        assert!(row.problems().is_empty(), "{row:?}");
        assert_eq!(row.finished_at, Some(StoredTime::from_text("2026-11-20T12:57:52Z")));
        assert_eq!(row.applied_steps_count, Some(3));
    });
}

#[test]
fn an_unknown_column_is_a_problem_of_the_table() {
    let database = database_with_history();
    database.query("ALTER TABLE _prisma_migrations ADD COLUMN \"odd \"\"one\" int").unwrap();
    block_on(async {
        let history = store(&database.url()).await.read().await.unwrap().history;
        let expected = TableProblem::UnknownColumn("odd \"one".into());
        assert_eq!(history.table_problems(), [expected]);
        // It is ignored, here as by Prisma.
        let run = options().with_policy(lenient());
        ensure_up_to_date(&store(&database.url()).await, &tables(1), run).await.unwrap();
    });
}

#[test]
fn a_view_is_read_and_not_written() {
    let database = database();
    database
        .query(&format!(
            "CREATE SCHEMA real; CREATE TABLE real._prisma_migrations {PRISMA_TABLE};
             CREATE VIEW _prisma_migrations AS SELECT * FROM real._prisma_migrations"
        ))
        .unwrap();
    block_on(async {
        let store = store(&database.url()).await;
        assert_eq!(store.read().await.unwrap().history, History::present(Vec::new()));
        let error = deploy(&store, &tables(1)).await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::UnsafeSetting.name(), "{error}");
        assert!(error.to_string().contains("view"), "{error}");
        assert!(!has_table(&database, "t_1"));
    });
}

#[test]
fn the_marker_of_prisma_8_is_seen() {
    let database = database();
    database
        .query("CREATE SCHEMA prisma_contract; CREATE TABLE prisma_contract.marker ()")
        .unwrap();
    block_on(async {
        let reading = store(&database.url()).await.read().await.unwrap();
        assert!(reading.database.has_prisma8_marker());
    });
}

#[test]
fn a_connection_that_broke_while_idle_is_replaced() {
    let database = database_with_history();
    let proxy = Proxy::start(Postgres::shared().port());
    block_on(async {
        let store = store(&database.url_through(proxy.port())).await;
        rows(&store).await;
        proxy.cut_all();
        rows(&store).await;
        // Ended by the server, which says so before.
        let end = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'
             AND application_name = 'migsafe'",
            database.name()
        );
        Postgres::shared().client("postgres").query(&end).unwrap();
        rows(&store).await;
        // The session takes over the idle connection, and replaces it as well.
        proxy.cut_all();
        deploy(&store, &tables(1)).await.unwrap();
    });
}

#[test]
fn a_dropped_read_leaves_no_trace_on_the_next() {
    let database = database_with_history();
    let proxy = Proxy::start(Postgres::shared().port());
    block_on(async {
        let store = store(&database.url_through(proxy.port())).await;
        proxy.stall_after("_prisma_migrations");
        let read = tokio::time::timeout(Duration::from_millis(300), store.read()).await;
        assert!(read.is_err());
        proxy.heal();
        database.query("INSERT INTO _prisma_migrations VALUES ('x', 'c', now(), 'm')").unwrap();
        assert_eq!(rows(&store).await.len(), 1);
        assert_eq!(proxy.connections(), 2);
    });
}

#[test]
fn an_answer_that_does_not_come_is_a_timeout() {
    let database = database_with_history();
    let proxy = Proxy::start(Postgres::shared().port());
    block_on(async {
        let url = format!("{}?socket_timeout=1", database.url_through(proxy.port()));
        let store = store(&url).await;
        proxy.stall_on("_prisma_migrations");
        let error = store.read().await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::Timeout);
        proxy.heal();
        rows(&store).await;
        // A lock on the table itself: somebody alters it just now.
        let mut client = database.client();
        client.query("BEGIN; LOCK TABLE _prisma_migrations").unwrap();
        assert_eq!(store.read().await.unwrap_err().code(), StoreErrorCode::Timeout);
        client.query("ROLLBACK").unwrap();
        rows(&store).await;
    });
}

#[test]
fn connecting_to_nothing_is_a_clear_error() {
    block_on(async {
        let nobody = PostgresStore::connect("postgresql://u:s3cret@127.0.0.1:1/d").await;
        let error = nobody.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::Connection);
        assert!(!format!("{error} {error:?}").contains("s3cret"));
        let url = Postgres::shared().url("no_such_database");
        let error = PostgresStore::connect(&url).await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::DatabaseMissing, "{error}");
        let url = database().url_as("nobody_of_this_name");
        let error = PostgresStore::connect(&url).await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::Authentication, "{error}");
        let url = format!("{}?sslmode=require", database().url());
        let error = PostgresStore::connect(&url).await.unwrap_err();
        assert!(
            error.to_string().contains("encrypt") || error.help().contains("sslmode"),
            "{error}"
        );
        let lazy = PostgresOptions::from_url("postgresql://u:s3cret@127.0.0.1:1/d").unwrap();
        let lazy = PostgresStore::from_options(lazy);
        assert_eq!(lazy.read().await.unwrap_err().code(), StoreErrorCode::Connection);
        assert!(!format!("{lazy:?} {}", lazy.describe()).contains("s3cret"));
    });
}

#[test]
fn a_standby_is_read_and_not_written() {
    let server = Postgres::start(Server::default());
    let database = server.create_database();
    database.query(&format!("CREATE TABLE _prisma_migrations {PRISMA_TABLE}")).unwrap();
    std::fs::write(server.data_dir().join("standby.signal"), "").unwrap();
    server.restart();
    block_on(async {
        let store = store(&database.url()).await;
        let reading = store.read().await.unwrap();
        assert!(reading.database.is_read_replica());
        assert_eq!(reading.history, History::present(Vec::new()));
        let mut session = store.open_session().await.unwrap();
        let error = session.begin().await.unwrap_err();
        assert_eq!(error.code(), StoreErrorCode::ReadOnly, "{error}");
        let error = deploy(&store, &tables(1)).await.unwrap_err();
        assert_eq!(error.code(), "read-replica");
        let verify = options().with_mode(Mode::Verify);
        let error = ensure_up_to_date(&store, &tables(1), verify).await.unwrap_err();
        assert_eq!(error.code(), "not-up-to-date");
    });
}
