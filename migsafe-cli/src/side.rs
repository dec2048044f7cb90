//! One side of a comparison: what a URL or a path on the command line stands for.

use std::path::{Path, PathBuf};

use migsafe_core::engine;
use migsafe_core::migrations::{LockFile, Migration};
use migsafe_core::schema::{Snapshot, SnapshotOptions};
use migsafe_core::shadow::{ReplayOptions, replay};
use migsafe_core::{Dialect, Migrations};
use migsafe_postgres::PostgresOptions;

use crate::args::{Global, Shadow};
use crate::connect;
use crate::failure::Failure;
use crate::shadow::{cache, live, provider, read, shown};

/// What a side can be.
const KINDS: &str = "give a database URL, a migrations folder, an SQL file, or a file that `migsafe schema --export` wrote";

/// A side before anything was asked or replayed.
pub(crate) enum Side {
    /// A database.
    Live(String),
    /// A schema in a file.
    Exported(String, Box<Snapshot>),
    /// Scripts to be replayed: their name, and what they are written for where that is known.
    Scripts(String, Vec<Migration>, LockFile),
}

/// A schema with its name.
pub(crate) struct Read {
    pub(crate) name: String,
    pub(crate) snapshot: Snapshot,
    /// What is not known of it: sentences.
    pub(crate) notes: Vec<String>,
}

impl Side {
    /// A URL, a folder of migrations, an SQL file, or the file of a snapshot.
    pub(crate) fn of(text: &str) -> Result<Self, Failure> {
        if connect::is_url(text) {
            return Ok(Self::Live(text.to_owned()));
        }
        let path = PathBuf::from(text);
        if path.is_dir() {
            return Ok(Self::of_migrations(&Migrations::from_directory(&path)?).named(shown(&path)));
        }
        let content = read(&path, KINDS)?;
        if is_sql(&path) {
            let script = Migration::new(shown(&path), content);
            return Ok(Self::Scripts(shown(&path), vec![script], LockFile::Absent));
        }
        let snapshot = Snapshot::from_json(&content).map_err(|error| {
            let message = format!("{}: {error}", shown(&path));
            Failure::stopped(error.code(), message, error.help())
        })?;
        Ok(Self::Exported(shown(&path), Box::new(snapshot)))
    }

    /// The migrations of a folder.
    pub(crate) fn of_migrations(migrations: &Migrations) -> Self {
        let lock_file = migrations.lock_file().clone();
        Self::Scripts("migrations".to_owned(), migrations.as_slice().to_vec(), lock_file)
    }

    fn named(self, name: String) -> Self {
        match self {
            Self::Scripts(_, scripts, lock_file) => Self::Scripts(name, scripts, lock_file),
            other => other,
        }
    }

    /// The SQL that it is in, where that is known without asking anybody.
    pub(crate) fn dialect(&self) -> Option<Dialect> {
        match self {
            Self::Live(url) => connect::dialect(url).ok(),
            Self::Exported(_, snapshot) => Some(snapshot.dialect()),
            Self::Scripts(_, _, lock_file) => lock_file.dialect(),
        }
    }

    /// The URL, if it is a database.
    pub(crate) fn url(&self) -> Option<&str> {
        match self {
            Self::Live(url) => Some(url),
            _ => None,
        }
    }
}

/// What replaying needs to know.
pub(crate) struct Replaying<'a> {
    pub(crate) global: &'a Global,
    pub(crate) shadow: &'a Shadow,
    /// What the scripts are written for, when nothing else says it.
    pub(crate) dialect: Option<Dialect>,
    /// The database of the other side, beside which they are replayed.
    pub(crate) beside: Option<&'a str>,
}

/// Reads a database, replays scripts, or takes what is there.
pub(crate) async fn read_side(
    side: Side,
    wanted: &SnapshotOptions,
    replaying: &Replaying<'_>,
) -> Result<Read, Failure> {
    match side {
        Side::Live(url) => {
            let store = connect::store_of(&url)?;
            let snapshot = engine::read_schema(&*store, wanted).await?;
            Ok(Read { name: store.describe(), snapshot, notes: Vec::new() })
        }
        Side::Exported(name, snapshot) => Ok(Read { name, snapshot: *snapshot, notes: Vec::new() }),
        Side::Scripts(name, scripts, lock_file) => {
            let dialect = replaying
                .dialect
                .or(lock_file.dialect())
                .or_else(|| {
                    connect::url(replaying.global).and_then(|url| connect::dialect(url).ok())
                })
                .ok_or_else(|| Failure::unknown_dialect(&lock_file))?;
            let live = match replaying.beside {
                // The database of the global options has a way past a pooler.
                Some(url) if connect::url(replaying.global) != Some(url) => {
                    match connect::dialect(url)? {
                        Dialect::Postgres => Some(PostgresOptions::from_url(url)?),
                        _ => live(replaying.global)?,
                    }
                }
                _ => live(replaying.global)?,
            };
            let provider = provider(replaying.shadow, dialect, live)?;
            let options = ReplayOptions::default()
                .with_snapshot(wanted.clone())
                .with_cache(cache(replaying.shadow)?);
            let found = replay(&*provider, &scripts, &options).await;
            let found = found.map_err(migsafe_core::Error::from)?;
            let notes = found.skipped.into_iter().map(|one| engine::Blind::NotRun(one).sentence());
            Ok(Read { name, snapshot: found.snapshot, notes: notes.collect() })
        }
    }
}

fn is_sql(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}
