//! Stopped by a signal.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use migsafe_testing::{Database, Postgres};

use crate::common::{Project, Ran, assert_run};

const SLEEPING: &str = "SELECT count(*) FROM pg_stat_activity \
    WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep%' \
    AND pid <> pg_backend_pid()";

fn start(project: &Project, database: &Database, args: &[&str]) -> Child {
    project
        .command(args)
        .env("DATABASE_URL", database.url())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn until_sleeping(database: &Database, expected: &str, what: &str) {
    let started = Instant::now();
    let mut client = database.client();
    while client.value(SLEEPING).unwrap().as_deref() != Some(expected) {
        assert!(started.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn until_it_sleeps(database: &Database) {
    until_sleeping(database, "1", "the script never began");
}

/// The script is cancelled with its deploy; the server does not run it to its end.
fn until_nothing_sleeps(database: &Database) {
    until_sleeping(database, "0", "the script went on alone");
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Whatever time the migration takes; only what comes after it is left for the next deploy.
#[test]
fn a_deploy_that_is_asked_to_stop_ends_the_migration_under_way() {
    let database = Postgres::shared().create_database();
    let project = Project::new()
        .with("20250103000000_slow", "SELECT pg_sleep(3);")
        .with("20250104000000_later", "CREATE TABLE later (id int);");
    let mut child = start(&project, &database, &["deploy"]);
    until_it_sleeps(&database);
    signal(&child, "TERM");
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{stderr}");
    assert!(stderr.contains("stopping after what is under way; a second signal"), "{stderr}");
    assert!(stderr.contains("error[stopped]"), "{stderr}");
    let status = project.on(&database.url(), &["status", "--format=json"]).exits(3).json();
    assert_eq!(
        (&status["summary"]["applied"], &status["summary"]["pending"]),
        (&3.into(), &1.into())
    );
}

#[test]
fn a_grace_that_is_over_cancels_what_is_under_way() {
    let database = Postgres::shared().create_database();
    let project = Project::new().with("20250103000000_slow", "SELECT pg_sleep(60);");
    let child = start(&project, &database, &["deploy", "--stop-grace", "0.2"]);
    until_it_sleeps(&database);
    signal(&child, "TERM");
    let ran = Ran::of(child.wait_with_output().unwrap()).exits(1);
    assert!(ran.stderr.contains("error[interrupted]"), "{ran}");
    until_nothing_sleeps(&database);
}

#[test]
fn a_deploy_stops_at_once_at_the_second_signal_and_leaves_nothing_half_done() {
    let database = Postgres::shared().create_database();
    let project = Project::new().with("20250103000000_slow", "SELECT pg_sleep(60);");
    for (name, format) in [("TERM", "text"), ("INT", "json")] {
        let child = start(&project, &database, &["deploy", "--format", format]);
        until_it_sleeps(&database);
        let stopped = Instant::now();
        signal(&child, name);
        // Two of a kind at once would be one.
        std::thread::sleep(Duration::from_millis(200));
        signal(&child, name);
        let ran = Ran::of(child.wait_with_output().unwrap()).exits(1);
        assert!(stopped.elapsed() < Duration::from_secs(10));
        if format == "json" {
            assert_eq!(ran.json()["error"]["code"], "interrupted");
        } else {
            assert_run!("interrupted", ran);
        }
        until_nothing_sleeps(&database);
        let status = project.on(&database.url(), &["status", "--format=json"]).exits(3).json();
        assert_eq!(status["summary"]["pending"], 1);
        assert_eq!(status["summary"]["applied"], 2);
    }
}

#[test]
fn a_deploy_that_waits_stops_in_good_order() {
    let database = Postgres::shared().create_database();
    let mut other = database.client();
    other.query("SELECT pg_advisory_lock(72707369)").unwrap();
    let project = Project::new();
    let mut child = start(&project, &database, &["deploy"]);
    // It says that it waits.
    let mut line = String::new();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("waiting"), "{line}");
    signal(&child, "TERM");
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_run!("stopped", rest);
}
