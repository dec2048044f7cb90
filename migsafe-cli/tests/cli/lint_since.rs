//! `lint --since`, in repositories of Git.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{Project, Ran, assert_run};

/// Git without any setting of the person who runs the tests.
fn git(folder: &Path, args: &[&str]) {
    let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    let mut command = Command::new("git");
    command.current_dir(folder).args(identity).args(args);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(project: &Project) {
    git(project.path(), &["add", "--all"]);
    git(project.path(), &["commit", "--quiet", "--message", "x"]);
}

/// Three migrations on the branch `main`, each with a finding.
fn project() -> Project {
    let project = Project::empty()
        .with("20250101000000_a", "COMMIT;\n")
        .with("20250102000000_b", "COMMIT;\n")
        .with("20250103000000_gone", "COMMIT;\n");
    fs::write(project.migrations().join("migration_lock.toml"), "provider = \"postgresql\"\n")
        .unwrap();
    fs::write(project.path().join(".gitignore"), "ignored*\n").unwrap();
    git(project.path(), &["init", "--quiet", "--initial-branch", "main"]);
    commit(&project);
    project
}

/// The migrations that end the transaction.
fn found(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let findings = json["findings"].as_array().unwrap().iter();
    let ends = findings.filter(|finding| finding["rule"] == "transaction-nesting");
    ends.map(|finding| finding["migration"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_was_added_or_changed_is_linted() {
    let project = project();
    let since = |reference: &str| {
        let ran = project.run(&["lint", "--format=json", "--since", reference]);
        assert!(ran.code == 0 || ran.code == 4, "{ran}");
        found(&ran)
    };
    assert_eq!(since("main"), [""; 0]);
    git(project.path(), &["switch", "--quiet", "--create", "feature"]);
    project.write("20250102000000_b", "ROLLBACK;\n");
    project.remove("20250103000000_gone");
    project.write("20250104000000_c 'é\t", "COMMIT;\n");
    fs::write(project.path().join("other.sql"), "COMMIT;").unwrap();
    let expected = ["20250102000000_b", "20250104000000_c 'é\t"];
    assert_eq!(since("main"), expected, "neither is committed, and one is not even known to Git");
    commit(&project);
    assert_eq!(since("main"), expected);
    assert_eq!(since("HEAD"), [""; 0]);
    assert_eq!(since("HEAD~1"), expected);
    project.write("ignored_d", "COMMIT;\n");
    assert_eq!(since("main"), expected, "what Git ignores is not about to be deployed");
    git(
        project.path(),
        &["mv", "prisma/migrations/20250101000000_a", "prisma/migrations/20250105000000_a"],
    );
    assert_eq!(since("HEAD"), ["20250105000000_a"], "a migration of a new name is a new one");
}

/// It was begun before another branch was merged.
#[test]
fn a_new_migration_that_comes_too_late_is_found() {
    let project = project();
    project.write("20250101120000_late", "SELECT 1;\n");
    project.write("20250104000000_c", "SELECT 1;\n");
    project.write("20250101000000_a", "SELECT 2;\n");
    let json = project.run(&["lint", "--format=json", "--since=main"]).exits(4).json();
    let findings = json["findings"].as_array().unwrap().iter();
    let late: Vec<_> = findings.filter(|finding| finding["rule"] == "out-of-order").collect();
    assert_eq!(late.len(), 1, "one that was there is not too late: {late:?}");
    assert_eq!(late[0]["migration"], "20250101120000_late");
    let quiet = ["lint", "--since=main", "--rule=out-of-order=off"];
    project.run(&quiet).exits(0);
    commit(&project);
    let all = project.run(&["lint"]).exits(4);
    assert!(!all.stdout.contains("out-of-order"), "a folder alone has no history: {all}");
}

#[test]
fn it_works_from_a_folder_within() {
    let project = project();
    project.write("20250104000000_c", "COMMIT;\n");
    let mut command = project.command(&["lint", "--format=json", "--since=main"]);
    let output = command.current_dir(project.path().join("prisma")).output().unwrap();
    assert_eq!(found(&Ran::of(output).exits(4)), ["20250104000000_c"]);
}

#[test]
fn what_git_cannot_tell_is_an_error() {
    let project = project();
    assert_run!("since_unknown", project.run(&["lint", "--since", "nope"]).exits(1));
    project.run(&["lint", "--since", ""]).exits(2);
    project.run(&["lint", "--since=--output=pwned"]).exits(2);
    project.run(&["lint", "--since", "main:x"]).exits(1);
    assert!(!project.migrations().join("pwned").exists());
    let mut command = project.command(&["lint", "--since", "main"]);
    assert_run!(
        "since_no_git",
        Ran::of(command.env("PATH", "/nowhere").output().unwrap()).exits(1)
    );
    let outside = Project::new();
    let ran = outside.run(&["lint", "--since", "main"]).exits(1);
    assert!(ran.stderr.starts_with("error[not-a-repository]"), "{ran}");
}

/// As the checkout of a workflow makes it when nothing else is said.
#[test]
fn a_shallow_clone_is_named() {
    let origin = project();
    origin.write("20250104000000_c", "COMMIT;\n");
    commit(&origin);
    git(origin.path(), &["branch", "base", "HEAD~1"]);
    let clone = Project::empty();
    let url = format!("file://{}", origin.path().display());
    let args = ["clone", "--quiet", "--depth=1", "--branch=main", &url, "."];
    git(clone.path(), &args);
    assert_run!("since_shallow", clone.run(&["lint", "--since", "origin/base"]).exits(1));
    git(
        clone.path(),
        &["fetch", "--quiet", "--depth=1", "origin", "base:refs/remotes/origin/base"],
    );
    let ran = clone.run(&["lint", "--format=json", "--since", "origin/base"]).exits(4);
    assert_eq!(
        found(&ran),
        ["20250104000000_c"],
        "two commits without what lies between are enough"
    );
}
