//! Stopped by a signal.

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

fn until_it_sleeps(database: &Database) {
    let started = Instant::now();
    let mut client = database.client();
    while client.value(SLEEPING).unwrap().as_deref() != Some("1") {
        assert!(started.elapsed() < Duration::from_secs(30), "the script never began");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn a_deploy_stops_at_once_and_leaves_nothing_half_done() {
    let database = Postgres::shared().create_database();
    let project = Project::new().with("20250103000000_slow", "SELECT pg_sleep(60);");
    for (name, format) in [("TERM", "text"), ("INT", "json")] {
        let child = start(&project, &database, &["deploy", "--format", format]);
        until_it_sleeps(&database);
        let stopped = Instant::now();
        signal(&child, name);
        let ran = Ran::of(child.wait_with_output().unwrap()).exits(1);
        assert!(stopped.elapsed() < Duration::from_secs(10));
        if format == "json" {
            assert_eq!(ran.json()["error"]["code"], "interrupted");
        } else {
            assert_run!("interrupted", ran);
        }
        // Its backend ends with its connection, and with it the lock.
        database
            .query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND query LIKE '%pg_sleep%' \
             AND pid <> pg_backend_pid()",
            )
            .unwrap();
        let status = project.on(&database.url(), &["status", "--format=json"]).exits(3).json();
        assert_eq!(status["summary"]["pending"], 1);
        assert_eq!(status["summary"]["applied"], 2);
    }
}
