//! One document on standard output, whatever happens.

use crate::common::{Project, assert_run};

#[test]
fn documents_of_every_command() {
    let project = Project::new();
    let run = |args: &[&str]| project.sqlite(&[args, &["--format", "json"]].concat());
    let ran = run(&["status"]).exits(3);
    assert_eq!(ran.stderr, "");
    let status = ran.json();
    assert_eq!(status["kind"], "status");
    assert_eq!(status["up_to_date"], false);
    assert_eq!(status["summary"]["pending"], 2);
    assert_eq!(status["summary"].as_object().unwrap().len(), 12);
    assert_eq!(status["migrations"][0]["name"], "20250101000000_init");
    assert_run!("json_status", ran);
    let dry_run = run(&["deploy", "--dry-run"]).exits(3).json();
    assert_eq!(dry_run["outcome"], "would_apply");
    assert_eq!(dry_run["planned"].as_array().unwrap().len(), 2);
    let ran = run(&["deploy"]).exits(0);
    assert_eq!(ran.stderr, "", "no progress");
    let deploy = ran.json();
    assert_eq!(deploy["outcome"], "applied");
    assert_eq!(deploy["up_to_date"], true);
    assert_eq!(deploy["applied"].as_array().unwrap().len(), 2);
    assert_run!("json_deploy", ran);
    assert_run!("json_locks", run(&["locks"]).exits(0));
    let new = run(&["new", "new thing"]).exits(0);
    assert_eq!(new.json()["kind"], "new");
    let resolved = run(&["resolve", "--applied", "20250101000000_init"]).exits(4);
    assert_eq!(resolved.json()["error"]["code"], "already-applied");
}

#[test]
fn a_failed_deploy() {
    let project = Project::new().with(
        "20250103000000_bad",
        "CREATE TABLE tags (id INTEGER);\n\n  INSERT INTO nowhere VALUES (1);\n",
    );
    let ran = project.sqlite(&["deploy", "--format=json"]).exits(1);
    let document = ran.json();
    assert_eq!(document["outcome"], "failed");
    assert_eq!(document["applied"].as_array().unwrap().len(), 2);
    assert_eq!(document["failure"]["code"], "migration-failed");
    assert_eq!(document["failure"]["migration"], "20250103000000_bad");
    assert_eq!(document["failure"]["statement"], 2);
    assert_eq!(document["failure"]["line"], 3);
    assert_eq!(document["error"]["code"], "migration-failed");
    assert_eq!(document["summary"]["failed"], 1);
    assert_run!("json_failed", ran);
    let refused = project.sqlite(&["deploy", "--format=json"]).exits(4).json();
    assert_eq!(refused["outcome"], "refused");
    assert_eq!(refused["error"]["code"], "refused");
    assert_eq!(refused["refused"], true);
    assert_eq!(refused["findings"][0]["rule"], "failed");
    let name = "20250103000000_bad";
    let ran = project.sqlite(&["resolve", "--rolled-back", name, "--format=json"]).exits(0);
    let document = ran.json();
    assert_eq!(document["written"], true);
    assert_eq!(document["changes"].as_array().unwrap().len(), 1);
    assert!(ran.stderr.contains("rolled_back_at"), "the rows are shown before: {ran}");
}

#[test]
fn errors() {
    let project = Project::empty();
    let document = project.sqlite(&["status", "--format=json"]).exits(1).json();
    assert_eq!(document["error"]["code"], "migrations-not-found");
    let document = project.run(&["status", "--format=json", "--migrations=."]).exits(2).json();
    assert_eq!(document["error"]["code"], "usage");
}
