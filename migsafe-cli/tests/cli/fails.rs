//! Exit code 1: what cannot be read or written.

use std::fs::{self, File};
use std::process::Stdio;

use crate::common::{Project, Ran, assert_run};

#[test]
fn folders() {
    let project = Project::empty();
    assert_run!("no_folder", project.sqlite(&["status"]).exits(1));
    let given = project.sqlite(&["status", "--migrations", "nope"]).exits(1);
    assert_run!("no_folder_given", given);
    fs::write(project.path().join("file"), "").unwrap();
    assert_run!("folder_is_a_file", project.sqlite(&["status", "--migrations", "file"]).exits(1));
}

#[test]
fn databases() {
    let project = Project::new();
    fs::write(project.path().join("dev.db"), "this is no database, whatever its name").unwrap();
    assert_run!("not_a_database", project.sqlite(&["status"]).exits(1));
    let ran = project.on("sqlite:no/such/folder/dev.db", &["deploy"]).exits(1);
    assert_run!("no_folder_for_the_database", ran);
}

#[test]
fn a_reader_that_went_away_is_no_error() {
    let project = Project::new();
    let mut child = project
        .command(&["status", "--database-url=sqlite:dev.db"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    Ran::of(child.wait_with_output().unwrap()).exits(3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one() {
    let project = Project::new();
    let output = project
        .command(&["status", "--database-url=sqlite:dev.db"])
        .stdout(File::create("/dev/full").unwrap())
        .output()
        .unwrap();
    assert_run!("full_disk", Ran::of(output).exits(1));
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let project = Project::new().with("20250103000000_a\u{1b}[2J\nApplied.", "SELECT 1;");
    // `Ran` refuses escapes in any output.
    assert_run!("hostile_name", project.sqlite(&["status"]).exits(3));
    project.sqlite(&["deploy"]).exits(0);
    project.sqlite(&["status", "--format=json"]).exits(0).json();
}
