//! A folder to work in, a way to run the binary, and snapshots without what changes between runs.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with migrations and, after the first deploy, an SQLite database.
pub(crate) struct Project {
    dir: TempDir,
}

impl Project {
    /// No migrations folder yet.
    pub(crate) fn empty() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// With two good migrations.
    pub(crate) fn new() -> Self {
        Self::empty()
            .with("20250101000000_init", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n")
            .with("20250102000000_posts", "CREATE TABLE posts (id INTEGER PRIMARY KEY);\n")
    }

    pub(crate) fn with(self, name: &str, script: &str) -> Self {
        self.write(name, script);
        self
    }

    pub(crate) fn write(&self, name: &str, script: &str) {
        let folder = self.migrations().join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("migration.sql"), script).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_dir_all(self.migrations().join(name)).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn migrations(&self) -> PathBuf {
        self.dir.path().join("prisma/migrations")
    }

    /// The binary in this folder, without any setting of the person who runs the tests.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_migsafe"));
        command.args(args).current_dir(self.path());
        for name in [
            "DATABASE_URL",
            "DIRECT_URL",
            "SHADOW_DATABASE_URL",
            "MIGSAFE_SHADOW_CACHE",
            "MIGSAFE_ENV",
            "NO_COLOR",
            "LOGNAME",
            "RUST_BACKTRACE",
        ] {
            command.env_remove(name);
        }
        command.env("USER", "tester");
        command
    }

    /// Runs it with this on standard input.
    pub(crate) fn fed(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// Runs it on the SQLite database of the folder.
    pub(crate) fn sqlite(&self, args: &[&str]) -> Ran {
        self.on("sqlite:dev.db", args)
    }

    /// Runs it on a database.
    pub(crate) fn on(&self, url: &str, args: &[&str]) -> Ran {
        Ran::of(self.command(args).env("DATABASE_URL", url).output().unwrap())
    }
}

/// What a run left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let ran = Self {
            code: output.status.code().expect("it ended by itself"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        for text in [&ran.stdout, &ran.stderr] {
            assert!(!text.contains("panicked"), "{text}");
            assert!(!text.contains("s3cret"), "a password is shown: {text}");
            assert!(!text.contains('\u{1b}'), "colours without a terminal: {text}");
        }
        ran
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// The one document on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let document: Value = serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("not one document: {error}\n{self}");
        });
        assert_eq!(document["format_version"], 1);
        document
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit {}", self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "----- {name}\n{text}")?;
            }
        }
        Ok(())
    }
}

/// What differs from run to run, by a pattern, and what stands for it in snapshots.
pub(crate) const CHANGING: &[(&str, &str)] = &[
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)", "<time>"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
    (
        r#""(elapsed_ms|waited_ms|duration_ms|transaction_age_ms|connection_age_ms)": \d+"#,
        "\"$1\": 0",
    ),
    (r"\b(\d+ ms|\d+\.\d s|\d+ min \d+ s)", "<duration>"),
    (r"\b2\d{13}_new_", "<now>_new_"),
    (r"/\S*/\.tmp\w+", "<dir>"),
    (r"127\.0\.0\.1:\d+", "<server>"),
    (r"\btest_\d+\b", "<database>"),
    (r"(PostgreSQL|SQLite) \d[\w.]*( \([^)]*\))?", "$1 <version>"),
    (r#""server": "[^"]*""#, "\"server\": \"<version>\""),
    (r#"\bpid( +)\d+|"pid": \d+"#, "<pid>"),
    (r"\bpid = \d+", "pid = <pid>"),
    (r"backend_start = '[^']*'", "backend_start = <time>"),
];

/// A snapshot of a run.
macro_rules! assert_run {
    ($name:literal, $run:expr) => {
        insta::with_settings!({ filters => $crate::common::CHANGING.to_vec() }, {
            insta::assert_snapshot!($name, $run.to_string());
        });
    };
}
pub(crate) use assert_run;
