//! The real Prisma schema engine, for tests that both tools understand each other.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::tools;

/// The Prisma versions under test: the last one before and one after `migrate status` learned
/// about rolled-back rows (7.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrismaVersion {
    /// Prisma 7.8.0.
    V7_8,
    /// Prisma 7.10.0.
    V7_10,
}

/// One version of the engine, as its npm packages ship it.
///
/// Every call is a process of its own, and takes a good part of a second; [`Prisma::run_all`] runs many commands in
/// one. Limits of this build of the engine are listed in
/// `testing/prisma/engine.mjs`; one more: on an SQLite database without history table [`Prisma::diagnose`] fails
/// with `P1014`.
#[derive(Clone, Debug)]
pub struct Prisma {
    node: PathBuf,
    packages: PathBuf,
}

/// The database and the folder of migrations that the engine works on.
#[derive(Clone, Debug)]
pub struct PrismaTarget {
    provider: &'static str,
    url: String,
    migrations: PathBuf,
    timestamp_format: Option<&'static str>,
    without_lock: bool,
    external_tables: Vec<String>,
}

/// A command of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrismaCommand {
    /// See [`Prisma::diagnose`].
    Diagnose,
    /// See [`Prisma::deploy`].
    Deploy,
    /// See [`Prisma::resolve_applied`].
    ResolveApplied(String),
    /// See [`Prisma::resolve_rolled_back`].
    ResolveRolledBack(String),
    /// What `prisma migrate dev` asks first: replays the folder in a shadow database and compares. The
    /// answer's `action` is `createMigration`, or `reset` with a `reason`.
    DevDiagnostic,
}

/// A command that runs in a process of its own meanwhile; ended with this value.
#[derive(Debug)]
pub struct PrismaProcess {
    node: Option<Child>,
}

/// What the engine answered instead of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrismaError {
    /// Prisma's code, for example `P3009`, if it gave one.
    pub code: Option<String>,
    /// Prisma's message.
    pub message: String,
}

impl PrismaVersion {
    /// All versions under test.
    pub const ALL: [Self; 2] = [Self::V7_8, Self::V7_10];

    /// The number of the npm release.
    #[must_use]
    pub fn number(self) -> &'static str {
        match self {
            Self::V7_8 => "7.8.0",
            Self::V7_10 => "7.10.0",
        }
    }

    /// The folder `cargo xtask setup` installs the packages into.
    #[must_use]
    pub fn package_folder(self) -> PathBuf {
        tools::package_folder().join("prisma").join(self.number())
    }
}

impl PrismaTarget {
    /// A PostgreSQL database; the URL may name an existing schema with `?schema=`.
    #[must_use]
    pub fn postgresql(url: &str, migrations: impl Into<PathBuf>) -> Self {
        Self::new("postgresql", url.to_owned(), migrations.into())
    }

    /// An SQLite database file, created if missing. Times are stored as text in ISO 8601.
    #[must_use]
    pub fn sqlite(file: &Path, migrations: impl Into<PathBuf>) -> Self {
        Self::new("sqlite", format!("file:{}", file.display()), migrations.into())
    }

    /// Stores times in SQLite as whole milliseconds since 1970, as Prisma's native engine does.
    #[must_use]
    pub fn with_times_in_milliseconds(mut self) -> Self {
        self.timestamp_format = Some("unixepoch-ms");
        self
    }

    /// On SQLite: without the lock that the native engine takes, as this build is when left to itself.
    #[must_use]
    pub fn without_lock(mut self) -> Self {
        self.without_lock = true;
        self
    }

    /// Tells the engine that these tables are somebody else's, as `tables.external` of its configuration does.
    #[must_use]
    pub fn with_external_tables(mut self, tables: &[&str]) -> Self {
        self.external_tables = tables.iter().map(|&table| table.to_owned()).collect();
        self
    }

    fn new(provider: &'static str, url: String, migrations: PathBuf) -> Self {
        let external_tables = Vec::new();
        Self {
            provider,
            url,
            migrations,
            timestamp_format: None,
            without_lock: false,
            external_tables,
        }
    }

    fn request(&self, command: &PrismaCommand) -> Value {
        let (command, migration) = match command {
            PrismaCommand::Diagnose => ("diagnose", None),
            PrismaCommand::Deploy => ("deploy", None),
            PrismaCommand::ResolveApplied(name) => ("resolveApplied", Some(name)),
            PrismaCommand::ResolveRolledBack(name) => ("resolveRolledBack", Some(name)),
            PrismaCommand::DevDiagnostic => ("devDiagnostic", None),
        };
        json!({
            "command": command,
            "provider": self.provider,
            "url": self.url,
            "migrations": self.migrations,
            "migration": migration,
            "timestampFormat": self.timestamp_format,
            "withoutLock": self.without_lock,
            "externalTables": self.external_tables,
        })
    }
}

impl Prisma {
    /// Finds the packages of one version.
    ///
    /// # Panics
    ///
    /// If Node.js or the packages are not installed.
    #[must_use]
    pub fn new(version: PrismaVersion) -> Self {
        let node = tools::node().unwrap_or_else(|message| panic!("{message}"));
        let packages = version.package_folder();
        assert!(
            packages.join("installed-lock.json").is_file(),
            "Prisma {} is not installed: `cargo xtask setup` does it \
             (and `cargo xtask test` does so before testing)",
            version.number(),
        );
        Self { node, packages }
    }

    /// All versions under test.
    ///
    /// # Panics
    ///
    /// If Node.js or the packages are not installed.
    #[must_use]
    pub fn all() -> Vec<Self> {
        PrismaVersion::ALL.into_iter().map(Self::new).collect()
    }

    /// What `prisma migrate status` is made from: `history`, `failedMigrationNames`,
    /// `editedMigrationNames` and `hasMigrationsTable`.
    ///
    /// # Errors
    ///
    /// As the engine decides.
    pub fn diagnose(&self, target: &PrismaTarget) -> Result<Value, PrismaError> {
        self.run(target, PrismaCommand::Diagnose)
    }

    /// `prisma migrate deploy`; the names of the migrations it applied.
    ///
    /// # Errors
    ///
    /// As the engine decides.
    pub fn deploy(&self, target: &PrismaTarget) -> Result<Vec<String>, PrismaError> {
        self.run(target, PrismaCommand::Deploy).map(|answer| applied(&answer))
    }

    /// `prisma migrate resolve --applied NAME`.
    ///
    /// # Errors
    ///
    /// As the engine decides.
    pub fn resolve_applied(&self, target: &PrismaTarget, name: &str) -> Result<(), PrismaError> {
        self.run(target, PrismaCommand::ResolveApplied(name.to_owned())).map(drop)
    }

    /// `prisma migrate resolve --rolled-back NAME`.
    ///
    /// # Errors
    ///
    /// As the engine decides.
    pub fn resolve_rolled_back(
        &self,
        target: &PrismaTarget,
        name: &str,
    ) -> Result<(), PrismaError> {
        self.run(target, PrismaCommand::ResolveRolledBack(name.to_owned())).map(drop)
    }

    /// Runs commands one after the other in one process, each with connections of its own. A command that
    /// fails does not keep the next one from running.
    ///
    /// # Panics
    ///
    /// If the process ends without an answer.
    #[must_use]
    pub fn run_all(
        &self,
        commands: &[(PrismaTarget, PrismaCommand)],
    ) -> Vec<Result<Value, PrismaError>> {
        self.start_all(commands).answers(commands.len())
    }

    /// Starts one command and does not wait for its end.
    ///
    /// # Panics
    ///
    /// If Node.js cannot be started.
    #[must_use]
    pub fn start(&self, target: &PrismaTarget, command: PrismaCommand) -> PrismaProcess {
        self.start_all(&[(target.clone(), command)])
    }

    fn run(&self, target: &PrismaTarget, command: PrismaCommand) -> Result<Value, PrismaError> {
        self.start(target, command).wait()
    }

    fn start_all(&self, commands: &[(PrismaTarget, PrismaCommand)]) -> PrismaProcess {
        let requests: Vec<Value> =
            commands.iter().map(|(target, command)| target.request(command)).collect();
        let script = tools::workspace().join("testing/prisma/engine.mjs");
        let mut node = Command::new(&self.node)
            .arg(script)
            .arg(&self.packages)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Node.js can be started");
        // The script reads all of its input before it answers; should it end early, that shows in its answer.
        let mut input = node.stdin.take().expect("standard input is a pipe");
        let _ = input.write_all(Value::from(requests).to_string().as_bytes());
        drop(input);
        PrismaProcess { node: Some(node) }
    }
}

impl PrismaProcess {
    /// Waits for the end of the command.
    ///
    /// # Errors
    ///
    /// As the engine decides.
    ///
    /// # Panics
    ///
    /// If the process ends without an answer.
    pub fn wait(self) -> Result<Value, PrismaError> {
        self.answers(1).remove(0)
    }

    /// Waits for the end of a [`PrismaCommand::Deploy`]; the names of the migrations it applied.
    ///
    /// # Errors
    ///
    /// As the engine decides.
    ///
    /// # Panics
    ///
    /// If the process ends without an answer.
    pub fn wait_for_deploy(self) -> Result<Vec<String>, PrismaError> {
        self.wait().map(|answer| applied(&answer))
    }

    /// Ends the process at once, as `kill -9` does.
    pub fn kill(mut self) {
        self.end();
    }

    /// Whether the process is still at work.
    pub fn is_running(&mut self) -> bool {
        self.node.as_mut().is_some_and(|node| matches!(node.try_wait(), Ok(None)))
    }

    fn answers(mut self, count: usize) -> Vec<Result<Value, PrismaError>> {
        let node = self.node.take().expect("the process was started");
        let output = node.wait_with_output().expect("Node.js ends");
        let answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            panic!("the Prisma engine gave no answer:\n{}", String::from_utf8_lossy(&output.stderr))
        });
        assert_eq!(answers.len(), count, "one answer per command");
        answers.into_iter().map(result).collect()
    }

    fn end(&mut self) {
        if let Some(mut node) = self.node.take() {
            let _ = node.kill();
            let _ = node.wait();
        }
    }
}

impl Drop for PrismaProcess {
    fn drop(&mut self) {
        self.end();
    }
}

fn result(mut answer: Value) -> Result<Value, PrismaError> {
    match answer.get("error") {
        None => Ok(answer["ok"].take()),
        Some(error) => Err(PrismaError {
            code: error["code"].as_str().map(str::to_owned),
            message: [&error["message"], &error["panic"]]
                .iter()
                .filter_map(|text| text.as_str())
                .collect::<Vec<_>>()
                .join("\n"),
        }),
    }
}

fn applied(answer: &Value) -> Vec<String> {
    let names = answer["appliedMigrationNames"].as_array().cloned().unwrap_or_default();
    names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

impl fmt::Display for PrismaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for PrismaError {}
