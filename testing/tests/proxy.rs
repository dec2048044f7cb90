//! The proxy: what it counts and how it breaks connections.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use migsafe_testing::{Client, Database, Postgres, Proxy};

fn setup() -> (Database, Proxy, Client) {
    let server = Postgres::shared();
    let database = server.create_database();
    database.query("CREATE TABLE t (a int)").expect("the database is empty");
    let proxy = Proxy::start(server.port());
    let client = Client::connect(proxy.port(), database.name()).expect("the proxy forwards");
    (database, proxy, client)
}

fn rows(database: &Database) -> usize {
    database.query("SELECT a FROM t").expect("the table exists").len()
}

#[test]
fn counts_waits_and_not_connecting_or_closing() {
    let (database, proxy, mut client) = setup();
    assert_eq!((proxy.round_trips(), proxy.connections()), (0, 1));
    client.query("SELECT 1").unwrap();
    client.query("SELECT 2; SELECT 3").unwrap();
    // Longer than one read, in both directions.
    let long = "x".repeat(100_000);
    assert_eq!(client.value(&format!("SELECT '{long}'")).unwrap(), Some(long));
    drop(client);
    drop(Client::connect(proxy.port(), database.name()).unwrap());
    assert_eq!((proxy.round_trips(), proxy.connections()), (3, 2));
    assert_eq!(proxy.messages()[..2], ["SELECT 1", "SELECT 2; SELECT 3"]);
    proxy.reset_counts();
    assert_eq!((proxy.round_trips(), proxy.connections(), proxy.messages().len()), (0, 0, 0));
}

#[test]
fn cut_before_keeps_the_statement_from_the_server() {
    let (database, proxy, mut client) = setup();
    proxy.cut_before("commit");
    client.query("BEGIN; INSERT INTO t VALUES (1)").unwrap();
    assert_eq!(client.query("COMMIT").unwrap_err().code, "08006");
    assert_eq!((rows(&database), proxy.fired()), (0, 1));
    // It fires once.
    let mut client = Client::connect(proxy.port(), database.name()).unwrap();
    client.query("BEGIN; INSERT INTO t VALUES (1); COMMIT").unwrap();
    assert_eq!(rows(&database), 1);
}

#[test]
fn cut_after_keeps_the_answer_from_the_client() {
    let (database, proxy, mut client) = setup();
    proxy.cut_after("COMMIT");
    client.query("BEGIN; INSERT INTO t VALUES (1)").unwrap();
    assert_eq!(client.query("COMMIT").unwrap_err().code, "08006");
    // The server was done when the client noticed: no waiting here.
    assert_eq!((rows(&database), proxy.fired()), (1, 1));
}

#[test]
fn cut_by_number() {
    let (database, proxy, mut client) = setup();
    proxy.cut_after_number(2);
    client.query("INSERT INTO t VALUES (1)").unwrap();
    client.query("INSERT INTO t VALUES (2)").unwrap_err();
    assert_eq!(rows(&database), 2);
    proxy.reset_counts();
    proxy.cut_before_number(1);
    let mut client = Client::connect(proxy.port(), database.name()).unwrap();
    client.query("INSERT INTO t VALUES (3)").unwrap_err();
    assert_eq!(rows(&database), 2);
}

#[test]
fn prepared_statements_are_seen_when_they_are_executed() {
    let (database, proxy, _client) = setup();
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).unwrap();
    let mut answer = [0];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"N", "encryption is refused");
    let start_up = format!("\0\x03\0\0user\0postgres\0database\0{}\0\0", database.name());
    stream.write_all(&message(None, start_up.as_bytes())).unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"Z\0\0\0\x05I") {
        stream.read_exact(&mut answer).unwrap();
        seen.push(answer[0]);
    }
    proxy.cut_after("insert");
    let exchange = [
        message(Some(b'P'), b"s\0INSERT INTO t VALUES (1)\0\0\0"),
        message(Some(b'B'), b"\0s\0\0\0\0\0\0\0"),
        message(Some(b'E'), b"\0\0\0\0\0"),
        message(Some(b'S'), b""),
    ];
    stream.write_all(&exchange.concat()).unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty(), "{rest:?}");
    assert_eq!(rows(&database), 1);
    assert_eq!(proxy.statements(), ["INSERT INTO t VALUES (1)"]);
    assert_eq!((proxy.messages().len(), proxy.round_trips(), proxy.fired()), (0, 1, 1));
}

fn message(kind: Option<u8>, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("a short message").to_be_bytes();
    kind.into_iter().chain(length).chain(body.iter().copied()).collect()
}

#[test]
fn a_stalled_connection_stays_open_until_healed() {
    for after in [false, true] {
        let (database, proxy, mut client) = setup();
        if after {
            proxy.stall_after("INSERT");
        } else {
            proxy.stall_on("INSERT");
        }
        let (done, finished) = channel();
        let asking = thread::spawn(move || {
            let answer = client.query("INSERT INTO t VALUES (1) RETURNING a");
            done.send(()).unwrap();
            answer
        });
        assert!(finished.recv_timeout(Duration::from_millis(300)).is_err());
        assert_eq!(rows(&database), usize::from(after));
        // Other connections are not touched.
        let mut other = Client::connect(proxy.port(), database.name()).unwrap();
        other.query("SELECT 1").unwrap();
        proxy.heal();
        assert_eq!(asking.join().unwrap().unwrap(), [vec![Some("1".to_owned())]]);
        assert_eq!(rows(&database), 1);
    }
}

#[test]
fn delay_is_added_in_each_direction() {
    let (_database, proxy, mut client) = setup();
    proxy.delay(Duration::from_millis(50));
    let start = Instant::now();
    client.query("SELECT 1").unwrap();
    let taken = start.elapsed();
    assert!((Duration::from_millis(100)..Duration::from_secs(5)).contains(&taken), "{taken:?}");
}

#[test]
fn cut_all_and_dropping_end_connections() {
    let (database, proxy, mut client) = setup();
    proxy.stall_on("SELECT 1");
    let stalled = thread::spawn(move || client.query("SELECT 1").unwrap_err());
    while proxy.fired() == 0 {
        thread::sleep(Duration::from_millis(5));
    }
    proxy.cut_all();
    assert_eq!(stalled.join().unwrap().code, "08006");
    let mut client = Client::connect(proxy.port(), database.name()).unwrap();
    let port = proxy.port();
    drop(proxy);
    client.query("SELECT 1").unwrap_err();
    Client::connect(port, database.name()).unwrap_err();
}

#[test]
fn a_stopped_server_looks_like_a_closed_connection() {
    let proxy = Proxy::start(1);
    assert_eq!(Client::connect(proxy.port(), "postgres").unwrap_err().code, "08006");
}
