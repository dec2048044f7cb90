//! A folder of migrations to run the binary in, and a judgement of what `status` says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) use crate::process::{LIMIT, Process, Ran, until};

/// A migration: its name, its script, and the marks that its script leaves in the table `log`.
pub(crate) type Scripts = [(&'static str, &'static str, &'static [&'static str])];

/// How often each mark is in the table `log`.
pub(crate) type Marks = BTreeMap<String, usize>;

/// A folder with migrations and a database to apply them to.
pub(crate) struct Project {
    dir: TempDir,
    url: String,
    scripts: &'static Scripts,
}

impl Project {
    pub(crate) fn new(scripts: &'static Scripts, url: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, script, _) in scripts {
            let folder = dir.path().join("migrations").join(name);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("migration.sql"), script).unwrap();
        }
        Self { dir, url: url.to_owned(), scripts }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn migrations(&self) -> PathBuf {
        self.dir.path().join("migrations")
    }

    /// The binary in this folder, without any setting of the person who runs the tests.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_migsafe"));
        self.prepare(command.args(args));
        command
    }

    /// The binary started by a shell that first runs `before`.
    pub(crate) fn shell(&self, before: &str, args: &[&str]) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("{before}; exec \"$0\" \"$@\"")]);
        command.arg(env!("CARGO_BIN_EXE_migsafe")).args(args);
        self.prepare(&mut command);
        command
    }

    pub(crate) fn prepare(&self, command: &mut Command) {
        for name in
            ["MIGSAFE_ENV", "NO_COLOR", "DIRECT_URL", "SHADOW_DATABASE_URL", "RUST_BACKTRACE"]
        {
            command.env_remove(name);
        }
        command
            .current_dir(self.path())
            .env("DATABASE_URL", &self.url)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    pub(crate) fn spawn(&self, args: &[&str]) -> Process {
        self.command(args).spawn().unwrap().into()
    }

    /// Spawns a deploy through another URL.
    pub(crate) fn spawn_through(&self, url: &str, args: &[&str]) -> Process {
        self.command(args).env("DATABASE_URL", url).spawn().unwrap().into()
    }

    pub(crate) fn status(&self) -> Ran {
        self.run(&["status", "--all", "--format", "json"])
    }

    /// Judges what `status` said between two looks at the marks: nothing is called applied whose marks are not
    /// there, nothing whose marks are there is called anything else, and nothing is refused.
    #[track_caller]
    pub(crate) fn judge(&self, context: &str, before: &Marks, ran: &Ran, after: &Marks) {
        assert!(matches!(ran.code, 0 | 3), "{context}: refused or unknown\n{ran}");
        let states = ran.states();
        for (name, script, marks) in self.scripts {
            let state = states.get(*name).map_or("none", String::as_str);
            let count = |found: &Marks, mark: &str| found.get(mark).copied().unwrap_or(0);
            let context =
                format!("{context}: {name} is {state}; {before:?}, then {after:?}\n{ran}");
            for mark in *marks {
                assert!(count(after, mark) <= 1, "applied twice: {context}");
                if state == "applied" {
                    assert_eq!(count(after, mark), 1, "without effect: {context}");
                } else if is_by_statement(script) {
                    let begun = count(before, mark) > 0;
                    assert!(!begun || matches!(state, "running" | "failed"), "{context}");
                } else {
                    assert_eq!(count(before, mark), 0, "with effect: {context}");
                }
            }
        }
    }

    /// Everything is there exactly once, and the document of a deploy or of `status` says so.
    #[track_caller]
    pub(crate) fn check_finished(&self, context: &str, ran: &Ran, found: &Marks) {
        let expected: Marks = self
            .scripts
            .iter()
            .flat_map(|(_, _, marks)| marks.iter().map(|mark| ((*mark).to_owned(), 1)))
            .collect();
        assert_eq!(*found, expected, "{context}");
        assert_eq!(ran.code, 0, "{context}: {ran}");
        let states = ran.states();
        assert_eq!(states.len(), self.scripts.len(), "{context}\n{ran}");
        assert!(states.values().all(|state| state == "applied"), "{context}\n{ran}");
    }
}

fn is_by_statement(script: &str) -> bool {
    script.starts_with("-- migsafe: no-transaction")
}
