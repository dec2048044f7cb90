//! The real Prisma schema engine, for tests that both tools understand each other.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
/// Every call is a process of its own, and takes a good part of a second. Limits of this build of the engine are
/// listed in `testing/prisma/engine.mjs`; one more: on an SQLite database without history table
/// [`Prisma::diagnose`] fails with `P1014`.
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

    fn new(provider: &'static str, url: String, migrations: PathBuf) -> Self {
        Self { provider, url, migrations, timestamp_format: None }
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
        self.run("diagnose", target, None)
    }

    /// `prisma migrate deploy`; the names of the migrations it applied.
    ///
    /// # Errors
    ///
    /// As the engine decides.
    pub fn deploy(&self, target: &PrismaTarget) -> Result<Vec<String>, PrismaError> {
        let answer = self.run("deploy", target, None)?;
        let names = answer["appliedMigrationNames"].as_array().cloned().unwrap_or_default();
        Ok(names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// `prisma migrate resolve --applied NAME`.
    ///
    /// # Errors
    ///
    /// As the engine decides.
    pub fn resolve_applied(&self, target: &PrismaTarget, name: &str) -> Result<(), PrismaError> {
        self.run("resolveApplied", target, Some(name)).map(drop)
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
        self.run("resolveRolledBack", target, Some(name)).map(drop)
    }

    fn run(
        &self,
        command: &str,
        target: &PrismaTarget,
        migration: Option<&str>,
    ) -> Result<Value, PrismaError> {
        let request = json!({
            "command": command,
            "provider": target.provider,
            "url": target.url,
            "migrations": target.migrations,
            "migration": migration,
            "timestampFormat": target.timestamp_format,
        });
        let script = tools::workspace().join("testing/prisma/engine.mjs");
        let mut node = Command::new(&self.node)
            .arg(script)
            .arg(&self.packages)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Node.js can be started");
        // The script reads all of its input before it answers; should it end early, that shows below.
        let mut input = node.stdin.take().expect("standard input is a pipe");
        let _ = input.write_all(request.to_string().as_bytes());
        drop(input);
        let output = node.wait_with_output().expect("Node.js ends");
        let mut answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            panic!("the Prisma engine gave no answer:\n{}", String::from_utf8_lossy(&output.stderr))
        });
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
