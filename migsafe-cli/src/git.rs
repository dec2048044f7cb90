//! What Git says has changed.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

use migsafe_core::migrations::MigrationName;

use crate::failure::Failure;

/// The migrations of a folder with a file that was added or changed since a commit, or that Git does not know
/// yet and does not ignore.
pub(crate) fn changed_since(
    reference: &str,
    folder: &Path,
) -> Result<BTreeSet<MigrationName>, Failure> {
    if reference.is_empty() || reference.starts_with('-') {
        return Err(Failure::usage(
            format!("{reference:?} is no name of a commit"),
            "give a branch, a tag or a commit, for example origin/main",
        ));
    }
    if !run(folder, &["rev-parse", "--is-inside-work-tree"])?.status.success() {
        return Err(Failure::stopped(
            "not-a-repository",
            format!("{:?} is in no repository of Git", folder.display().to_string()),
            "leave out --since, or run it in a clone",
        ));
    }
    let commit = format!("{reference}^{{commit}}");
    if !run(folder, &["rev-parse", "--verify", "--quiet", &commit])?.status.success() {
        return Err(unknown(reference, folder)?);
    }
    // Relative to the folder, which is the first part of every name.
    let diff = ["diff", "--name-only", "-z", "--no-renames", "--relative", "--diff-filter=d"];
    let changed = listed(folder, &[&diff[..], &["--no-ext-diff", reference, "--", "."]].concat())?;
    let untracked =
        listed(folder, &["ls-files", "-z", "--others", "--exclude-standard", "--", "."])?;
    Ok(changed.into_iter().chain(untracked).collect())
}

fn unknown(reference: &str, folder: &Path) -> Result<Failure, Failure> {
    let shallow = run(folder, &["rev-parse", "--is-shallow-repository"])?;
    let help = if shallow.stdout.starts_with(b"true") {
        "the clone is shallow: fetch more of it (`git fetch --unshallow`, or fetch-depth: 0 for actions/checkout)"
    } else {
        "give a branch, a tag or a commit that was fetched, for example origin/main"
    };
    let message = format!("Git knows no commit {reference:?}");
    Ok(Failure::stopped("unknown-commit", message, help))
}

/// The first part of every path that Git lists, where it is a folder.
fn listed(folder: &Path, args: &[&str]) -> Result<Vec<MigrationName>, Failure> {
    let output = run(folder, args)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
        let message = format!("git {} failed: {said}", args.first().copied().unwrap_or_default());
        return Err(Failure::stopped("git", message, "see what Git says, or leave out --since"));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.split('\0').filter_map(|path| path.split_once('/'));
    Ok(names.map(|(name, _)| MigrationName::from(name)).collect())
}

fn run(folder: &Path, args: &[&str]) -> Result<Output, Failure> {
    let mut command = Command::new("git");
    // Takes no lock of the repository.
    command.arg("-C").arg(folder).args(args).env("GIT_OPTIONAL_LOCKS", "0");
    command.output().map_err(|error| {
        let message = match error.kind() {
            ErrorKind::NotFound => "git is not installed".to_owned(),
            _ => format!("git cannot be run: {error}"),
        };
        Failure::stopped("git", message, "install Git, or leave out --since and name the files")
    })
}
