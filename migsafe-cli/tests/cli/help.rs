//! What it says about itself.

use crate::common::{Project, assert_run};

#[test]
fn help() {
    let project = Project::empty();
    assert_run!("help", project.run(&["--help"]).exits(0));
    assert_run!("help_short", project.run(&["-h"]).exits(0));
    assert_run!("help_status", project.run(&["status", "--help"]).exits(0));
    assert_run!("help_deploy", project.run(&["deploy", "--help"]).exits(0));
    assert_run!("help_resolve", project.run(&["resolve", "--help"]).exits(0));
    assert_run!("help_new", project.run(&["new", "--help"]).exits(0));
    assert_run!("help_lint", project.run(&["lint", "--help"]).exits(0));
    assert_run!("help_explain", project.run(&["explain", "--help"]).exits(0));
    assert_run!("help_schema", project.run(&["schema", "--help"]).exits(0));
    assert_run!("help_diff", project.run(&["diff", "--help"]).exits(0));
    assert_run!("help_verify", project.run(&["verify", "--help"]).exits(0));
    assert_run!("help_locks", project.run(&["locks", "--help"]).exits(0));
}

#[test]
fn help_shows_no_setting_of_the_person_who_asks() {
    let project = Project::empty();
    let url = "postgresql://app:s3cret@db/x";
    let ran = project.on(url, &["--help"]).exits(0);
    assert!(!ran.stdout.contains("db/x"));
}

#[test]
fn version() {
    let ran = Project::empty().run(&["--version"]).exits(0);
    assert_eq!(ran.stdout, format!("migsafe {}\n", env!("CARGO_PKG_VERSION")));
}
