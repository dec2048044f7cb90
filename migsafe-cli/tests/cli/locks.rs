//! `locks`: who is in the way, and waiting for the lock.

use std::process::Stdio;
use std::time::{Duration, Instant};

use migsafe_testing::Postgres;

use crate::common::{Project, Ran, assert_run};

const LOCK: &str = "SELECT pg_advisory_lock(72707369)";

fn project() -> Project {
    Project::empty()
        .with(
            "20250103000000_mail",
            "ALTER TABLE users ADD COLUMN mail text;\nDO $$ BEGIN END $$;\n",
        )
        .with(
            "20250104000000_tags",
            "CREATE TABLE tags (id int);\nCREATE INDEX tag ON tags (id);\n",
        )
}

#[test]
fn an_idle_reader_in_front_of_a_pending_alter_table() {
    let database = Postgres::shared().create_database();
    database.query("CREATE TABLE users (id int PRIMARY KEY)").unwrap();
    let mut reader = database.client();
    reader.query("SET application_name = 'report'; BEGIN; SELECT * FROM users").unwrap();
    let (url, project) = (database.url(), project());
    assert_run!("locks_reader", project.on(&url, &["locks"]).exits(0));
    let ran = project.on(&url, &["locks", "--format=json"]).exits(0);
    assert_eq!(ran.stderr, "");
    let document = ran.json();
    assert_eq!(document["pending"]["migrations"], 2);
    assert_eq!(document["pending"]["relations"][0]["relation"], "public.users");
    assert_eq!(document["sees_all"], true);
    let session = &document["sessions"][0];
    assert_eq!(session["pid"].as_u64(), Some(reader.process_id().into()));
    assert_eq!(session["in_the_way_of"][0]["certain"], true);
    assert_eq!(session["cancel_statement"], serde_json::Value::Null);
    // Exactly the statement that is shown ends it, and then nobody is in the way.
    database.query(session["terminate_statement"].as_str().unwrap()).unwrap();
    assert!(reader.query("SELECT 1").is_err());
    let document = project.on(&url, &["locks", "--format=json"]).exits(0).json();
    assert_eq!(document["sessions"].as_array().unwrap().len(), 0);
}

#[test]
fn ordinary_rights_and_what_they_hide() {
    let database = Postgres::shared().create_database();
    let role = format!("app_of_{}", database.name());
    database.query(&format!("CREATE TABLE users (id int); CREATE ROLE {role} LOGIN")).unwrap();
    let mut reader = database.client();
    reader.query("BEGIN; SELECT * FROM users").unwrap();
    let ran = project().on(&database.url_as(&role), &["locks"]).exits(0);
    assert!(ran.stdout.contains("virtualtransaction = '"), "{ran}");
    assert!(ran.stdout.contains("A member of pg_read_all_stats sees all."), "{ran}");
    assert!(!ran.stdout.contains("SELECT * FROM users"), "{ran}");
    reader.query("COMMIT").unwrap();
    database.query(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
}

#[test]
fn without_a_folder_the_lock_is_looked_at_all_the_same() {
    let database = Postgres::shared().create_database();
    let ran = Project::empty().on(&database.url(), &["locks", "--format=json"]).exits(0);
    assert_eq!(ran.json()["pending"], serde_json::Value::Null);
    Project::empty().on(&database.url(), &["locks", "--migrations", "nope"]).exits(1);
}

#[test]
fn waiting_for_the_lock() {
    let database = Postgres::shared().create_database();
    let (url, project) = (database.url(), project());
    project.on(&url, &["locks", "--wait", "0"]).exits(0);
    let mut holder = database.client();
    holder.query("SET application_name = 'by hand'").unwrap();
    holder.query(LOCK).unwrap();
    assert_run!("locks_wait_in_vain", project.on(&url, &["locks", "--wait", "0.3"]).exits(5));
    let document = project.on(&url, &["locks", "--wait=0.1", "--format=json"]).exits(5).json();
    assert_eq!(document["error"]["code"], "lock-not-obtained");
    let statement = document["error"]["lock_holder"]["terminate_statement"].as_str().unwrap();
    assert!(statement.contains("objid = 72707369"), "{statement}");
    let started = Instant::now();
    let mut command = project.command(&["locks", "--wait", "30"]);
    let child =
        command.env("DATABASE_URL", &url).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    std::thread::sleep(Duration::from_millis(500));
    drop(holder);
    let ran = Ran::of(child.unwrap().wait_with_output().unwrap()).exits(0);
    assert!(started.elapsed() < Duration::from_secs(15));
    assert!(ran.stdout.contains("The migration lock is free."), "{ran}");
}

#[test]
fn sqlite_says_that_it_cannot_know() {
    let project = Project::new();
    project.sqlite(&["deploy"]).exits(0);
    assert_run!("locks_sqlite_wait", project.sqlite(&["locks", "--wait", "1"]).exits(1));
    let document = project.sqlite(&["locks", "--format=json"]).exits(0).json();
    assert_eq!((&document["supported"], &document["state"]), (&false.into(), &"unknown".into()));
    assert_eq!(document["sessions"], serde_json::Value::Null);
}
