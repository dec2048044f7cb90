//! What is run on every change.

use std::path::PathBuf;
use std::process::Command;

use migsafe_testing::tools;

use crate::command::{Failure, run};
use crate::setup::postgres;

/// Formatting, clippy and rustdoc; every warning is an error.
pub(crate) fn lint() -> Result<(), Failure> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    run(Command::new("rustfmt").args(["--edition", "2024", "--check"]).args(rule_files()?))?;
    run(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ]))?;
    let mut doc = cargo();
    doc.args(["doc", "--no-deps", "--workspace", "--all-features"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// All tests, those in the documentation included; `rest` goes to `cargo test`.
pub(crate) fn test(rest: &[&str]) -> Result<(), Failure> {
    run(cargo().args(["test", "--workspace", "--all-features"]).args(rest))
}

/// Walks through hundreds of scripts, which take minutes and say the same on every server; what they are made of, each
/// single change and the generated schemas, is tried on all.
const ON_ONE_SERVER: [&str; 2] = ["script_folders::", "rehearsals::"];

/// The suite of the PostgreSQL backend on the oldest and the newest server that migsafe works on.
pub(crate) fn matrix() -> Result<(), Failure> {
    let skipped = ON_ONE_SERVER.iter().flat_map(|name| ["--skip", name]);
    for version in postgres::MATRIX {
        let bin = postgres::bin_of(version)?;
        run(cargo()
            .args(["test", "--package", "migsafe-postgres", "--all-features", "--tests", "--"])
            .args(skipped.clone())
            .env("MIGSAFE_PG_BIN", bin))?;
    }
    Ok(())
}

/// The files of rules are declared by a macro, where `cargo fmt` does not look.
fn rule_files() -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for folder in ["migsafe-core/src/policy/rules", "migsafe-core/src/lint/rules"] {
        let folder = tools::workspace().join(folder);
        let unreadable = |error| Failure::new(format!("cannot list {}: {error}", folder.display()));
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(tools::workspace());
    command
}
