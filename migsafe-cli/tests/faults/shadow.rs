//! A look for drift that is killed or interrupted: nothing of the live database changes, and the next one removes what is
//! left.

use std::thread;
use std::time::Duration;

use migsafe_testing::{Database, Postgres};

use crate::common::{LIMIT, Project, Scripts, until};

const SCRIPTS: &Scripts = &[
    ("20250101000001_log", "CREATE TABLE log (mark text);\n", &[]),
    ("20250101000002_slow", "CREATE TABLE slow (id int);\nSELECT pg_sleep(0.3);\n", &[]),
];

/// The throw-away databases of the server.
fn left(database: &Database) -> usize {
    let sql = "SELECT count(*) FROM pg_database WHERE datname ~ '^migsafe_shadow_'";
    database.client().value(sql).unwrap().unwrap().parse().unwrap()
}

#[test]
fn what_a_killed_run_leaves_is_removed_by_the_next() {
    // Its own server: other tests make throw-away databases too.
    let server = Postgres::start(migsafe_testing::PostgresOptions::default());
    let database = server.create_database();
    let project = Project::new(SCRIPTS, &database.url());
    project.run(&["deploy"]).exits(0);
    let (mut killed, mut leftovers) = (0, 0);
    for step in 0..24 {
        let process = project.spawn(&["drift"]);
        thread::sleep(Duration::from_millis(30 * step));
        let ran = process.kill();
        killed += usize::from(ran.was_killed());
        leftovers += usize::from(left(&database) > 0);
    }
    eprintln!("killed {killed} looks for drift, {leftovers} times a database was there");
    assert!(killed > 10 && leftovers > 0, "{killed} {leftovers}");
    // The connections of the last one end when the server notices.
    until("everything is removed", || {
        project.run(&["drift"]).exits(0);
        left(&database) == 0
    });
    project.run(&["status"]).exits(0);
}

#[test]
fn an_interrupted_run_removes_its_own() {
    let server = Postgres::start(migsafe_testing::PostgresOptions::default());
    let database = server.create_database();
    let project = Project::new(SCRIPTS, &database.url());
    project.run(&["deploy"]).exits(0);
    for signal in ["TERM", "INT"] {
        let process = project.spawn(&["drift"]);
        until("the database is made", || left(&database) == 1);
        process.signal(signal);
        let ran = process.wait(LIMIT).exits(1);
        assert!(ran.stderr.contains("interrupted"), "{ran}");
        assert_eq!(left(&database), 0, "{ran}");
    }
}
