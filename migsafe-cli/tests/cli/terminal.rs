//! On a terminal: colours, questions, a line that changes. `script` (util-linux) gives us one.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::common::Project;

/// Runs the binary on a terminal of its own; what it showed, and its exit code.
fn on_a_terminal(project: &Project, args: &str, typed: &str, no_color: bool) -> (String, i32) {
    let binary = env!("CARGO_BIN_EXE_migsafe");
    let mut command = Command::new("script");
    command
        .args(["--quiet", "--return", "--command", &format!("{binary} {args}"), "/dev/null"])
        .current_dir(project.path())
        .env("DATABASE_URL", "sqlite:dev.db")
        .env_remove("MIGSAFE_ENV")
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    if no_color {
        command.env("NO_COLOR", "1");
    }
    let mut child = command.spawn().expect("`script` of util-linux is needed for this test");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

#[test]
fn colours_only_where_they_are_wanted() {
    let project = Project::new();
    let (shown, code) = on_a_terminal(&project, "status", "", false);
    assert_eq!(code, 3);
    assert!(shown.contains("\u{1b}[36m• pending\u{1b}[0m"), "{shown}");
    let (shown, _) = on_a_terminal(&project, "status --no-color", "", false);
    assert!(!shown.contains('\u{1b}'), "{shown}");
    let (shown, _) = on_a_terminal(&project, "status", "", true);
    assert!(!shown.contains('\u{1b}'), "{shown}");
    let (shown, _) = on_a_terminal(&project, "status --format json", "", false);
    assert!(!shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn findings_are_coloured_only_where_that_is_wanted() {
    let project = Project::empty().with("20250101000000_a", "COMMIT;\n");
    let (shown, code) = on_a_terminal(&project, "lint", "", false);
    assert_eq!(code, 4);
    assert!(shown.contains("\u{1b}[91merror[transaction-nesting]\u{1b}[0m"), "{shown:?}");
    for args in ["lint --no-color", "lint --format json", "lint --format github"] {
        let (shown, _) = on_a_terminal(&project, args, "", false);
        assert!(!shown.contains('\u{1b}'), "{shown}");
    }
    let (shown, _) = on_a_terminal(&project, "lint", "", true);
    assert!(!shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn resolve_asks_first() {
    let project = Project::new();
    let resolve = "resolve --applied 20250101000000_init --no-color";
    for answer in ["n\n", "\n", "yess\n"] {
        let (shown, code) = on_a_terminal(&project, resolve, answer, false);
        assert_eq!(code, 1, "{shown}");
        let question = shown.find("Write this? [y/N]").expect("it asks");
        assert!(shown.find("insert a row").expect("it shows the row") < question, "{shown}");
        assert!(shown.contains("error[declined]: declined, and nothing was recorded"), "{shown}");
        assert!(!project.path().join("dev.db").exists());
    }
    let (shown, code) = on_a_terminal(&project, resolve, "y\n", false);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("Written to"), "{shown}");
    let (shown, code) =
        on_a_terminal(&project, "resolve --yes --applied 20250102000000_posts", "", false);
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("[y/N]"), "{shown}");
}

#[test]
fn a_deploy_shows_what_it_is_doing() {
    // The query takes SQLite about a second.
    let slow = "CREATE TABLE slow AS WITH RECURSIVE c(x) AS \
        (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000000) SELECT max(x) AS x FROM c;";
    let project = Project::empty().with("20250103000000_slow", slow);
    let (shown, code) = on_a_terminal(&project, "deploy", "", true);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("applying 20250103000000_slow (1 of 1) … 0 s"), "{shown}");
    let line_is_gone = shown.rfind("\u{1b}[2K").unwrap() < shown.find("Applied 1").unwrap();
    assert!(line_is_gone, "{shown}");
}
