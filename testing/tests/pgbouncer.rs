//! The pooler: that it pools as told.

use migsafe_testing::{Client, PgBouncer, PoolMode, Postgres};

#[test]
fn transaction_mode_shares_server_connections() {
    let server = Postgres::shared();
    let database = server.create_database();
    let pooler = PgBouncer::start(server, PoolMode::Transaction, 1);
    let mut one = Client::connect(pooler.port(), database.name()).unwrap();
    let mut two = Client::connect(pooler.port(), database.name()).unwrap();
    let pid = "SELECT pg_backend_pid()";
    assert_eq!(one.value(pid).unwrap(), two.value(pid).unwrap());
    // What one client leaves behind the other one sees: that is the trap of this mode.
    one.query("SET application_name = 'left behind'; SET work_mem = '77kB'").unwrap();
    assert_eq!(two.value("SHOW work_mem").unwrap().as_deref(), Some("77kB"));
    assert!(pooler.url("x").ends_with(&format!(":{}/x", pooler.port())));
    assert!(pooler.log().contains("listening on"), "{}", pooler.log());
}

#[test]
fn session_mode_keeps_a_connection_for_each_client_and_knows_all_users() {
    let server = Postgres::shared();
    let database = server.create_database();
    server.client("postgres").query("CREATE ROLE pooled_reader LOGIN").unwrap();
    let pooler = PgBouncer::start(server, PoolMode::Session, 2);
    let mut one = Client::connect(pooler.port(), database.name()).unwrap();
    let mut two = Client::connect_as(pooler.port(), "pooled_reader", database.name()).unwrap();
    let pid = "SELECT pg_backend_pid()";
    assert_ne!(one.value(pid).unwrap(), two.value(pid).unwrap());
    assert_eq!(two.value("SELECT current_user").unwrap().as_deref(), Some("pooled_reader"));
    let port = pooler.port();
    drop(pooler);
    assert!(Client::connect(port, database.name()).is_err());
}
