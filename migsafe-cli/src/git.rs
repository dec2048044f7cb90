//! What Git says has changed.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

use migsafe_core::migrations::MigrationName;

use crate::failure::Failure;
use crate::linted::SCRIPT;

/// The migrations of a folder with a file that was added or changed, or that Git does not know yet and does not
/// ignore.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) all: BTreeSet<MigrationName>,
    /// Those whose script was not there before.
    pub(crate) added: BTreeSet<MigrationName>,
}

/// What has changed in a folder since a commit.
pub(crate) fn changed_since(reference: &str, folder: &Path) -> Result<Changes, Failure> {
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
    let mut changes = Changes::default();
    // A letter and a path in turns. Paths are relative to the folder.
    let diff = ["diff", "--name-status", "-z", "--no-renames", "--relative", "--diff-filter=d"];
    let diff = listed(folder, &[&diff[..], &["--no-ext-diff", reference, "--", "."]].concat())?;
    let mut parts = diff.split('\0');
    while let (Some(status), Some(path)) = (parts.next(), parts.next()) {
        changes.note(path, status == "A");
    }
    let untracked = ["ls-files", "-z", "--others", "--exclude-standard", "--", "."];
    for path in listed(folder, &untracked)?.split('\0') {
        changes.note(path, true);
    }
    Ok(changes)
}

impl Changes {
    /// The first part of a path is the migration, if it is a folder.
    fn note(&mut self, path: &str, is_added: bool) {
        let Some((name, file)) = path.split_once('/') else { return };
        self.all.insert(name.into());
        if is_added && file == SCRIPT {
            self.added.insert(name.into());
        }
    }
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

/// What Git lists.
fn listed(folder: &Path, args: &[&str]) -> Result<String, Failure> {
    let output = run(folder, args)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
    let message = format!("git {} failed: {said}", args.first().copied().unwrap_or_default());
    Err(Failure::stopped("git", message, "see what Git says, or leave out --since"))
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
