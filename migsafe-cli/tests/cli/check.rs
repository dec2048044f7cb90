//! `check`.

use std::fs;

use migsafe_testing::Postgres;

use crate::common::{Project, assert_run};

const EXPECTED: &str =
    r#"{"main": {"criticalTables": ["users", "posts"], "criticalIndexes": ["users_email"]}}"#;

#[test]
fn all_is_good() {
    let project = Project::new();
    project.sqlite(&["deploy"]).exits(0);
    assert_run!("check_good", project.sqlite(&["check"]).exits(0));
    let document = project.sqlite(&["check", "--format", "json"]).exits(0).json();
    assert_eq!((&document["kind"], &document["exit_code"]), (&"check".into(), &0.into()));
    for part in ["status", "lint", "drift"] {
        assert_eq!(document[part]["result"], "looked", "{part}");
    }
    assert_eq!(document["verify"]["result"], "not_looked");
    assert_eq!(document["drift"]["report"]["drift"], false);
}

#[test]
fn everything_at_once_and_the_gravest_exit_code() {
    let project = Project::new();
    project.sqlite(&["deploy"]).exits(0);
    // Pending alone.
    project.write("20250103000000_more", "CREATE TABLE more (id INTEGER PRIMARY KEY);\n");
    project.sqlite(&["check"]).exits(3);
    // Drift is graver.
    project.sqlite(&["drift"]).exits(0);
    let other = Project::empty().with("20250101000000_a", "CREATE TABLE by_hand (x INTEGER);\n");
    let url = format!("sqlite:{}", project.path().join("dev.db").display());
    let raw = [
        "deploy",
        "--env",
        "development",
        "--rule",
        "orphaned=note",
        "--rule",
        "newer-database=note",
    ];
    other.on(&url, &raw).exits(0);
    let drifted = project.sqlite(&["check", "--env", "development"]).exits(6);
    assert!(drifted.stdout.contains("+ table by_hand"), "{drifted}");
    project.sqlite(&["check", "--env", "development", "--no-drift"]).exits(3);
    // An expectation that is missed, too.
    fs::write(project.path().join("prisma/migsafe.verify.json"), EXPECTED).unwrap();
    let missed = project.sqlite(&["check", "--env", "development", "--no-drift"]).exits(6);
    assert!(missed.stdout.contains("users_email"), "{missed}");
    // A refusal is graver.
    project.write("20250104000000_gone", "DROP TABLE posts;\nCOMMIT;\n");
    let args = ["check", "--env", "development"];
    let first = project.sqlite(&args).exits(4);
    assert_run!("check_everything", first);
    let markdown = ["check", "--env", "development", "--format", "markdown"];
    let first = project.sqlite(&markdown).exits(4);
    assert_eq!(project.sqlite(&markdown).exits(4).stdout, first.stdout);
    assert_run!("check_everything_markdown", first);
}

#[test]
fn rows_say_what_sql_would_do_to_them() {
    let project = Project::new();
    project.sqlite(&["deploy"]).exits(0);
    project.write("20250103000000_gone", "DROP TABLE posts;\n");
    // The table is empty: nothing is lost, as a deploy would find out too.
    project.sqlite(&["check"]).exits(3);
    let ran = project.sqlite(&["check", "--no-data-checks"]).exits(4);
    assert!(ran.stdout.contains("drop-table"), "{ran}");
}

#[test]
fn a_part_that_fails_does_not_hide_the_others() {
    let database = Postgres::shared().create_database();
    let project = Project::empty().with(
        "20250101000000_init",
        "SELECT 1;\nDO $$ BEGIN EXECUTE 'CREATE TABLE ' || 't (id int PRIMARY KEY)'; END $$;\n",
    );
    let deploy = ["deploy", "--env", "development"];
    project.on(&database.url(), &deploy).exits(0);
    fs::write(
        project.path().join("expected.json"),
        r#"{"public": {"criticalTables": ["t", "u"]}}"#,
    )
    .unwrap();
    let args = ["check", "--verify", "expected.json"];
    let ran = project.on(&database.url(), &args).exits(1);
    assert!(ran.stdout.contains("error[replay-refused]"), "{ran}");
    assert!(ran.stdout.contains("1 missed"), "{ran}");
    let document = project.on(&database.url(), &[&args[..], &["--format", "json"]].concat());
    let document = document.exits(1).json();
    assert_eq!(document["drift"]["error"]["code"], "replay-refused");
    assert_eq!(document["verify"]["exit_code"], 6);
    assert_eq!(document["status"]["exit_code"], 0);
    // Nothing was written: not even the history of a database that has none.
    let empty = Postgres::shared().create_database();
    project.on(&empty.url(), &["check"]).exits(3);
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(empty.client().value(tables).unwrap().as_deref(), Some("0"));
}

#[test]
fn what_cannot_be_read_is_one_error() {
    let project = Project::new();
    let ran = project.on("postgresql://postgres:s3cret@127.0.0.1:1/x", &["check"]).exits(1);
    assert_run!("check_unreachable", ran);
    fs::write(project.path().join("broken.json"), "{").unwrap();
    let ran = project.sqlite(&["check", "--verify", "broken.json"]).exits(1);
    assert!(ran.stderr.contains("broken.json"), "{ran}");
}
