//! What reading costs.

use std::time::{Duration, Instant};

use migsafe_postgres::PostgresStore;
use migsafe_postgres::core::schema::SnapshotOptions;
use migsafe_postgres::core::store::SchemaReader as _;
use migsafe_testing::{Postgres, Proxy};

use crate::common::*;
use crate::support::*;

fn with_tables(count: usize) -> migsafe_testing::Database {
    let database = database();
    let sql = format!(
        "DO $$ BEGIN FOR i IN 1..{count} LOOP
            EXECUTE format('CREATE TABLE t_%s (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                email text NOT NULL DEFAULT '''', owner bigint, created timestamptz DEFAULT now(),
                price numeric(10,2) CHECK (price > 0), data jsonb, UNIQUE (email))', i);
            EXECUTE format('CREATE INDEX ON t_%s (owner, created DESC) WHERE owner > 0', i);
            IF i > 1 THEN
                EXECUTE format('ALTER TABLE t_%s ADD FOREIGN KEY (owner) REFERENCES t_%s ON DELETE CASCADE', i, i - 1);
            END IF;
        END LOOP; END $$"
    );
    database.client().query(&sql).unwrap();
    database
}

#[test]
fn one_message_whatever_the_number_of_tables() {
    let proxy = Proxy::start(Postgres::shared().port());
    let mut statements = Vec::new();
    for count in [1, 200] {
        let database = with_tables(count);
        block_on(async {
            let store = PostgresStore::connect(&database.url_through(proxy.port())).await.unwrap();
            proxy.reset_counts();
            store.read_schema(&SnapshotOptions::default()).await.unwrap();
        });
        assert_eq!(proxy.messages().len(), 1, "{:#?}", proxy.messages());
        assert!(
            proxy.messages()[0].starts_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;")
        );
        statements.push(proxy.messages().concat().matches(";\n").count());
    }
    assert_eq!(statements[0], statements[1]);
}

#[test]
fn a_thousand_tables_are_read_in_about_a_second() {
    let server = Postgres::start(
        migsafe_testing::PostgresOptions::default().setting("max_locks_per_transaction", "1024"),
    );
    let database = server.create_database();
    // One transaction, and so a lock for each table and index.
    let sql = "DO $$ BEGIN FOR i IN 1..1000 LOOP
        EXECUTE format('CREATE TABLE t_%s (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            email text NOT NULL DEFAULT '''', owner bigint, created timestamptz DEFAULT now(),
            price numeric(10,2) CHECK (price > 0), data jsonb, UNIQUE (email))', i);
        EXECUTE format('CREATE INDEX ON t_%s (owner, created DESC) WHERE owner > 0', i);
    END LOOP; END $$";
    database.client().query(sql).unwrap();
    let start = Instant::now();
    let snapshot = read(&database.url());
    let first = start.elapsed();
    let start = Instant::now();
    assert_eq!(read(&database.url()), snapshot);
    let second = start.elapsed();
    println!("1000 tables, {snapshot}: {first:?}, then {second:?}");
    assert_eq!(snapshot.objects().len(), 2 + 1000 * (1 + 6 + 3 + 1));
    // A second when nothing else runs; tests run beside each other.
    assert!(first.min(second) < Duration::from_secs(10), "{first:?} {second:?}");
}
