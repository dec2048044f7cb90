//! PostgreSQL: the lock, who holds it, and servers that are not there.

use migsafe_testing::Postgres;

use crate::common::{Project, assert_run};

const LOCK: &str = "SELECT pg_advisory_lock(72707369)";

#[test]
fn from_an_empty_database_to_an_up_to_date_one() {
    let database = Postgres::shared().create_database();
    let url = database.url();
    let project = Project::new();
    assert_run!("postgres_status", project.on(&url, &["status"]).exits(3));
    assert_run!("postgres_deploy", project.on(&url, &["deploy"]).exits(0));
    project.on(&url, &["status"]).exits(0);
    assert_run!("postgres_locks_free", project.on(&url, &["locks"]).exits(0));
}

#[test]
fn a_failure_with_its_place() {
    let database = Postgres::shared().create_database();
    let project = Project::new().with(
        "20250103000000_bad",
        "CREATE TABLE tags (id int PRIMARY KEY);\nINSERT INTO tags VALUES (1), (1);\n",
    );
    let ran = project.on(&database.url(), &["deploy"]).exits(1);
    assert_run!("postgres_failed", ran);
    let status = project.on(&database.url(), &["status", "--format=json"]).exits(4).json();
    assert_eq!(status["summary"]["failed"], 1);
}

#[test]
fn the_lock_mode_can_be_chosen() {
    let database = Postgres::shared().create_database();
    let project = Project::new();
    let function = "pg_catalog.pg_try_advisory_xact_lock(bigint)";
    database.query(&format!("ALTER FUNCTION {function} RENAME TO is_gone")).unwrap();
    let insisting = ["deploy", "--lock-mode", "advisory"];
    let refused = project.on(&database.url(), &insisting).exits(1);
    assert!(refused.stderr.contains("--lock-mode detect"), "{refused}");
    project.on(&database.url(), &["deploy", "--count", "1", "--lock-mode", "table"]).exits(0);
    project.on(&database.url(), &["deploy"]).exits(0);
}

#[test]
fn a_resolution_says_who_asked_for_it() {
    let database = Postgres::shared().create_database();
    let project = Project::empty().with("20250101000000_bad", "SELECT 1 / 0;");
    project.on(&database.url(), &["deploy"]).exits(1);
    let resolve = ["resolve", "--rolled-back", "20250101000000_bad"];
    project.on(&database.url(), &resolve).exits(0);
    let audit = "SELECT action || ' by ' || actor FROM migsafe.audit";
    let entry = database.client().value(audit).unwrap();
    assert_eq!(entry.as_deref(), Some("resolve-rolled-back by tester"));
    project.on(&database.url(), &["status"]).exits(3);
}

#[test]
fn the_lock_is_held_by_another() {
    let database = Postgres::shared().create_database();
    let mut other = database.client();
    other.query("SET application_name = 'by hand'").unwrap();
    other.query(LOCK).unwrap();
    let (url, project) = (database.url(), Project::new());
    let deploy = ["deploy", "--lock-wait", "0.3"];
    assert_run!("postgres_locked", project.on(&url, &deploy).exits(5));
    let json = project.on(&url, &[deploy.as_slice(), &["--format=json"]].concat());
    let document = json.exits(5).json();
    assert_eq!(document["outcome"], "locked");
    assert_eq!(document["error"]["code"], "lock-not-obtained");
    let pid = document["error"]["lock_holder"]["pid"].as_u64().unwrap();
    assert_eq!(pid, u64::from(other.process_id()));
    assert_run!("postgres_locks_held", project.on(&url, &["locks"]).exits(0));
    let name = "20250101000000_init";
    let resolve = ["resolve", "--applied", name, "--lock-wait", "0.3"];
    project.on(&url, &resolve).exits(5);
    // Exactly the statement that is shown ends it.
    let document = project.on(&url, &["locks", "--format=json"]).exits(0).json();
    let statement = document["holders"][0]["terminate_statement"].as_str().unwrap().to_owned();
    database.query(&statement).unwrap();
    project.on(&url, &["deploy"]).exits(0);
}

#[test]
fn servers_and_databases_that_are_not_there() {
    let server = Postgres::shared();
    let database = server.create_database();
    let project = Project::new();
    // The port of a server that is not there: the one below the lowest.
    let gone = "postgresql://app:s3cret@127.0.0.1:1/x?connect_timeout=5";
    assert_run!("postgres_no_server", project.on(gone, &["status"]).exits(1));
    let missing = server.url("no_such_database");
    let ran = project.on(&missing, &["status"]).exits(1);
    assert_run!("postgres_no_database", ran);
    let user = database.url_as("nobody_here:s3cret");
    assert_run!("postgres_no_user", project.on(&user, &["status"]).exits(1));
    let json = project.on(gone, &["deploy", "--format=json"]).exits(1).json();
    assert_eq!(json["error"]["code"], "connection");
}
