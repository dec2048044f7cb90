//! The server helper itself: what other tests rely on.

use std::time::Duration;

use migsafe_testing::{Client, Postgres, PostgresOptions};

#[test]
fn databases_are_separate_and_dropped() {
    let server = Postgres::shared();
    let (one, two) = (server.create_database(), server.create_database());
    one.query("CREATE TABLE t (a int)").unwrap();
    assert_eq!(two.query("SELECT 1 FROM t").unwrap_err().code, "42P01");
    let name = one.name().to_owned();
    let mut open = one.client();
    drop(one);
    let error = open.query("SELECT 1").unwrap_err();
    assert_eq!(error.code, "57P01", "{error}");
    assert_eq!(Client::connect(server.port(), &name).unwrap_err().code, "3D000");
}

#[test]
fn answers_come_back_as_text() {
    let database = Postgres::shared().create_database();
    let mut client = database.client();
    let rows = client.query("SELECT 1, NULL, 'ü'; SELECT true").unwrap();
    assert_eq!(rows, [vec![Some("1".into()), None, Some("ü".into())], vec![Some("t".into())]]);
    let error = client.query("SELECT 1/0").unwrap_err();
    assert_eq!(error.code, "22012");
    assert_eq!(
        client.value("SELECT pg_backend_pid()").unwrap(),
        Some(client.process_id().to_string())
    );
    assert_eq!(client.query("COPY pg_class FROM STDIN").unwrap_err().code, "57014");
    client.query("DO $$ BEGIN RAISE WARNING 'careful'; END $$").unwrap();
    assert_eq!(client.notices()[0].message, "careful");
    client.set_timeout(Some(Duration::from_millis(50))).unwrap();
    assert_eq!(client.query("SELECT pg_sleep(5)").unwrap_err().code, "08006");
}

#[test]
fn settings_are_the_promised_ones() {
    let server = Postgres::shared();
    let mut client = server.client("postgres");
    for (name, value) in [
        ("fsync", "off"),
        ("synchronous_commit", "on"),
        ("max_connections", "300"),
        ("server_encoding", "UTF8"),
        ("lc_collate", "C"),
        ("listen_addresses", "127.0.0.1"),
    ] {
        let sql = format!("SELECT coalesce(current_setting('{name}', true), 'C')");
        assert_eq!(client.value(&sql).unwrap().as_deref(), Some(value), "{name}");
    }
    assert!(server.major_version() >= 14);
}

#[test]
fn a_crash_keeps_what_was_committed_and_nothing_else() {
    let options = PostgresOptions::default().fsync(true).log_statement("all");
    let server = Postgres::start(options);
    let database = server.create_database();
    database.query("CREATE TABLE t (a int); INSERT INTO t VALUES (1)").unwrap();
    let mut open = database.client();
    open.query("BEGIN; INSERT INTO t VALUES (2)").unwrap();
    server.stop_immediate();
    assert!(Client::connect(server.port(), "postgres").is_err());
    assert!(open.query("COMMIT").is_err());
    server.restart();
    assert_eq!(database.query("SELECT a FROM t").unwrap(), [vec![Some("1".into())]]);
    server.restart();
    assert_eq!(database.query("SELECT a FROM t").unwrap().len(), 1);
    assert!(server.log().contains("statement: SELECT a FROM t"), "{}", server.log());
    let data = server.data_dir().to_owned();
    let port = server.port();
    drop(server);
    assert!(!data.exists());
    assert!(Client::connect(port, "postgres").is_err());
}
