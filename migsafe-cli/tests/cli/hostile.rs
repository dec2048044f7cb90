//! Folders whose names carry something, and the commands that reports propose for them.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::common::{Project, Ran};

/// Names that mean something to a shell, to SQL, to Markdown; none that a folder could not have.
const NAMES: [&str; 8] = [
    "20250103000000_a'; touch pwned; echo '",
    "20250103000000_$(touch pwned)",
    "20250103000000_`touch pwned`",
    "20250103000000_a` or `touch pwned",
    "20250103000000_\"; touch pwned; \"",
    "20250103000000_a\\'; DROP TABLE users; --",
    "20250103000000_[x](javascript:1) | **b** <i>",
    "-20250103000000 --help",
];

/// The text of the first code span that begins with `migsafe`.
fn command(help: &str) -> String {
    let (before, rest) = help.split_once("migsafe ").expect("a command is proposed");
    let fence: String =
        before.chars().rev().skip_while(|c| *c == ' ').take_while(|c| *c == '`').collect();
    assert!(!fence.is_empty(), "{help}");
    // A closing fence is as long as the opening one, neither longer nor shorter.
    let mut end = 0;
    loop {
        let at = end + rest[end..].find(&fence).expect("the span is closed");
        let run = rest[at..].chars().take_while(|c| *c == '`').count();
        if run == fence.len() {
            return format!("migsafe {}", rest[..at].trim_end());
        }
        end = at + run;
    }
}

/// Pastes a command into a shell in the project's folder.
fn paste(project: &Project, command: &str) -> Ran {
    let binary = Path::new(env!("CARGO_BIN_EXE_migsafe"));
    let mut path = vec![binary.parent().unwrap().to_owned()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap()));
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(project.path())
        .env("PATH", env::join_paths(path).unwrap())
        .env("DATABASE_URL", "sqlite:dev.db")
        .env_remove("MIGSAFE_ENV")
        .env_remove("DIRECT_URL")
        .output()
        .unwrap();
    Ran::of(output)
}

#[test]
fn a_proposed_command_means_what_it_shows() {
    for name in NAMES {
        let project = Project::new().with(name, "SELECT * FROM nowhere;");
        let failed =
            project.sqlite(&["deploy", "--format=json", "--rule", "migration-name-convention=off"]);
        let failed = failed.exits(1).json();
        assert_eq!(failed["failure"]["migration"], name);
        let help = failed["error"]["help"].as_str().unwrap();
        let proposed = command(help);
        paste(&project, &proposed).exits(0);
        let status = project.sqlite(&["status", "--format=json"]).json();
        assert_eq!(status["summary"]["rolled_back"], 1, "{proposed}");
        assert!(!project.path().join("pwned").exists(), "{proposed}");
        // The other proposal, of the rule.
        project.sqlite(&["deploy"]).exits(1);
        let refused = project.sqlite(&["status", "--format=json"]).exits(4).json();
        let findings = refused["findings"].as_array().unwrap();
        let failed = findings.iter().find(|finding| finding["rule"] == "failed").unwrap();
        let help = failed["help"].as_str().unwrap();
        let (_, applied) = help.split_once(" if none is, ").unwrap();
        paste(&project, &command(applied)).exits(0);
        assert!(!project.path().join("pwned").exists(), "{applied}");
    }
}

#[test]
fn what_cannot_be_seen_is_shown() {
    let name = "20250103000000_a\u{1b}[2J\u{202e}\nb";
    let project = Project::new().with(name, "SELECT * FROM nowhere;");
    let ran = project.sqlite(&["deploy"]).exits(1);
    assert!(
        ran.stderr.contains("--rolled-back '20250103000000_a\\u{1b}[2J\\u{202e}\\u{a}b'"),
        "{ran}"
    );
    for format in ["text", "json"] {
        for args in [["status", "--format", format], ["deploy", "--format", format]] {
            let ran = project.sqlite(&args).exits(4);
            for text in [&ran.stdout, &ran.stderr] {
                assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{ran}");
                assert!(!text.contains('\u{202e}'), "{ran}");
            }
        }
    }
}
