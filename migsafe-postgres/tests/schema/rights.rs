//! What the reader leaves alone, and what it leaves out.

use std::sync::atomic::{AtomicBool, Ordering};

use migsafe_postgres::core::schema::{Scope, SnapshotOptions};
use migsafe_postgres::core::store::{SchemaReader as _, StoreErrorCode};
use migsafe_postgres::{HistoryStore as _, PostgresStore};
use migsafe_testing::{PgBouncer, PoolMode};

use crate::common::*;
use crate::support::*;

#[test]
fn bookkeeping_and_members_of_extensions_are_left_out() {
    let with = database_with_history();
    with.query("CREATE SCHEMA migsafe; CREATE TABLE migsafe.audit (id integer)").unwrap();
    with.query("CREATE EXTENSION pg_trgm; CREATE TEMP TABLE x (y integer)").unwrap();
    let without = database();
    without.query("CREATE EXTENSION pg_trgm").unwrap();
    assert_equal(&read(&with.url()), &read(&without.url()));
    let all = SnapshotOptions::default().with_bookkeeping(true);
    let found = compare(&read(&without.url()), &read_with(&with.url(), &all));
    assert!(lines(&found).contains(&"added table public._prisma_migrations".to_owned()));
    assert!(lines(&found).contains(&"added table migsafe.audit".to_owned()));
}

/// What servers from November 2026 on write for every column by themselves.
#[test]
fn the_stamp_of_a_column_is_no_option_of_it() {
    let database = rich_on(migsafe_testing::Postgres::shared());
    let before = read(&database.url());
    let stamp =
        "UPDATE pg_attribute SET attoptions = array_append(attoptions, 'pg_attver=' || attnum)
        WHERE attrelid = 'app.users'::regclass AND attnum > 0";
    database.query(stamp).unwrap();
    assert_eq!(read(&database.url()), before);
}

#[test]
fn a_scope_covers_its_schemas_only() {
    let database = database();
    let sql = "CREATE SCHEMA a; CREATE SCHEMA \"b'c\"; CREATE TABLE a.t (x integer);
        CREATE TABLE \"b'c\".u (x integer); CREATE PUBLICATION p FOR ALL TABLES;
        CREATE EXTENSION citext SCHEMA a";
    database.query(sql).unwrap();
    let of = |scope: Scope| {
        let options = SnapshotOptions::default().with_scope(scope);
        let snapshot = read_with(&database.url(), &options);
        snapshot.objects().map(|o| o.key().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        of(Scope::schemas(["a"])),
        ["schema a", "extension citext", "table a.t", "column a.t.x"]
    );
    assert_eq!(of(Scope::schemas(["b'c"])), ["schema b'c", "table b'c.u", "column b'c.u.x"]);
    assert!(of(Scope::schemas(["none"])).is_empty());
    assert!(of(Scope::schemas(Vec::<String>::new())).is_empty());
    assert!(of(Scope::All).contains(&"publication p".to_owned()));
    // Compared with a whole database, only what both cover counts.
    let options = SnapshotOptions::default().with_scope(Scope::schemas(["a"]));
    let (part, whole) = (read_with(&database.url(), &options), read(&database.url()));
    assert_equal(&part, &whole);
    assert_equal(&whole, &part);
    assert!(!compare(&part, &whole).limits().is_empty());
}

#[test]
fn a_role_without_any_right_reads_the_same() {
    let server = migsafe_testing::Postgres::shared();
    server.client("postgres").query("CREATE ROLE migsafe_nobody LOGIN").unwrap();
    let database = rich_on(server);
    database.query("REVOKE ALL ON SCHEMA public, app FROM PUBLIC").unwrap();
    assert_eq!(read(&database.url_as("migsafe_nobody")), read(&database.url()));
}

#[test]
fn a_locked_table_is_waited_for_and_no_longer_than_allowed() {
    let database = rich_on(migsafe_testing::Postgres::shared());
    let mut busy = database.client();
    busy.query("BEGIN; LOCK TABLE app.users").unwrap();
    let url = format!("{}?socket_timeout=1", database.url());
    let error = block_on(async {
        let store = PostgresStore::connect(&url).await.unwrap();
        let reader = store.schema_reader().unwrap();
        reader.read_schema(&SnapshotOptions::default()).await.unwrap_err()
    });
    assert_eq!(error.code(), StoreErrorCode::Timeout, "{error}");
    busy.query("ROLLBACK").unwrap();
    read(&url);
}

#[test]
fn nothing_is_left_open() {
    let database = rich_on(migsafe_testing::Postgres::shared());
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'migsafe' AND state <> 'idle'";
    block_on(async {
        let store = store(&database.url()).await;
        let reader = store.schema_reader().unwrap();
        let first = reader.read_schema(&SnapshotOptions::default()).await.unwrap();
        assert_eq!(value(&database, open), "0");
        let second = reader.read_schema(&SnapshotOptions::default()).await.unwrap();
        assert_eq!(first, second);
    });
}

/// The functions that print definitions look at the catalog of their own moment: what is being dropped makes them
/// fail, and the reading begins anew.
#[test]
fn objects_that_come_and_go_do_not_disturb() {
    let database = rich_on(migsafe_testing::Postgres::shared());
    let before = read(&database.url());
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let busy = scope.spawn(|| {
            let mut client = database.client();
            let mut rounds = 0;
            while !is_done.load(Ordering::Relaxed) {
                client
                    .query(
                        "CREATE TABLE app.brief (a integer PRIMARY KEY, b integer CHECK (b > 0) REFERENCES app.posts);
                         CREATE INDEX ON app.brief (b) WHERE a > 0;
                         CREATE VIEW app.brief_view AS SELECT a FROM app.brief",
                    )
                    .unwrap();
                client.query("DROP VIEW app.brief_view; DROP TABLE app.brief").unwrap();
                rounds += 1;
            }
            rounds
        });
        let results: Vec<_> = block_on(async {
            let store = store(&database.url()).await;
            let mut results = Vec::new();
            for _ in 0..40 {
                results.push(store.read_schema(&SnapshotOptions::default()).await);
            }
            results
        });
        is_done.store(true, Ordering::Relaxed);
        assert!(busy.join().unwrap() > 10);
        let failed: Vec<_> = results.into_iter().filter_map(Result::err).collect();
        assert!(failed.is_empty(), "{failed:#?}");
    });
    assert_eq!(read(&database.url()), before);
}

#[test]
fn a_pooler_between_us_and_the_server_makes_no_difference() {
    let server = migsafe_testing::Postgres::shared();
    let database = rich_on(server);
    let pooler = PgBouncer::start(server, PoolMode::Transaction, 2);
    let url = format!("{}?pgbouncer=true", pooler.url(database.name()));
    assert_eq!(read(&url), read(&database.url()));
}
