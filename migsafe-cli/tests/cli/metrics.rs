//! `deploy --metrics-file`, and signs of life.

use std::fs;

use migsafe_testing::Postgres;

use crate::common::Project;

fn metrics(project: &Project) -> String {
    fs::read_to_string(project.path().join("migsafe.prom")).unwrap()
}

fn assert_says(text: &str, line: &str) {
    assert!(text.lines().any(|found| found == line), "{line}\n{text}");
}

const DEPLOY: [&str; 3] = ["deploy", "--metrics-file", "migsafe.prom"];

#[test]
fn every_end_of_a_run_is_written() {
    let project = Project::new();
    project.sqlite(&DEPLOY).exits(0);
    let text = metrics(&project);
    assert_says(&text, r#"migsafe_run_outcome{environment="production",outcome="applied"} 1"#);
    assert_says(&text, r#"migsafe_migrations_applied{environment="production"} 2"#);
    assert_says(&text, r#"migsafe_up_to_date{environment="production"} 1"#);
    project.sqlite(&DEPLOY).exits(0);
    assert_says(
        &metrics(&project),
        r#"migsafe_run_outcome{environment="production",outcome="up_to_date"} 1"#,
    );
    project.write("20250103000000_bad", "SELECT * FROM nowhere;");
    project.sqlite(&[&DEPLOY[..], &["--env", "staging"]].concat()).exits(1);
    let text = metrics(&project);
    assert_says(&text, r#"migsafe_run_error{environment="staging",code="migration-failed"} 1"#);
    assert_says(&text, r#"migsafe_migrations{environment="staging",state="failed"} 1"#);
    project.sqlite(&DEPLOY).exits(4);
    assert_says(
        &metrics(&project),
        r#"migsafe_run_error{environment="production",code="refused"} 1"#,
    );
    project.on("postgresql://app@127.0.0.1:1/x", &DEPLOY).exits(1);
    let text = metrics(&project);
    assert_says(&text, r#"migsafe_run_error{environment="production",code="connection"} 1"#);
    assert_says(&text, r#"migsafe_run_outcome{environment="production",outcome="failed"} 1"#);
    let left: Vec<_> =
        fs::read_dir(project.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("tmp")), "{left:?}");
}

#[test]
fn a_file_that_cannot_be_written_does_not_undo_a_deploy() {
    let project = Project::new();
    let ran = project.sqlite(&["deploy", "--metrics-file", "no/such/folder/x.prom"]).exits(0);
    assert!(ran.stderr.contains("note: the metrics file could not be written: "), "{ran}");
    project.sqlite(&["status"]).exits(0);
}

/// Takes as long as it takes until the second sign of life.
#[test]
fn a_long_deploy_says_that_it_is_alive() {
    let database = Postgres::shared().create_database();
    let project = Project::empty()
        .with("20250101000000_first", "SELECT 1;")
        .with("20250102000000_slow", "SELECT pg_sleep(11);");
    let ran = project.on(&database.url(), &["deploy"]).exits(0);
    let alive: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("alive")).collect();
    let [line] = alive[..] else { panic!("{ran}") };
    assert!(line.starts_with("alive, migration 2 of 2 (20250102000000_slow), "), "{line}");
    assert!(line.ends_with(" s"), "{line}");
}
