//! What is run on every change.

use std::process::Command;

use migsafe_testing::tools;

use crate::command::{Failure, run};

/// Formatting, clippy and rustdoc; every warning is an error.
pub(crate) fn lint() -> Result<(), Failure> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
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
    run(cargo()
        .args(["test", "--workspace", "--all-features"])
        .args(rest))
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(tools::workspace());
    command
}
