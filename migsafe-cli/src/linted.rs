//! From paths on the command line to what is linted.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use migsafe_core::data::DataReport;
use migsafe_core::engine::{LintScope, LocksReport};
use migsafe_core::migrations::{LockFile, MigrationName};
use migsafe_core::{Dialect, Migrations};

use crate::args::Global;
use crate::connect;
use crate::failure::Failure;

/// The file of a migration's SQL.
pub(crate) const SCRIPT: &str = "migration.sql";
const LOCK_FILE: &str = "migration_lock.toml";

/// Standard input as a file.
const STDIN: &str = "-";

/// Migrations that are linted together.
pub(crate) struct Input {
    pub(crate) migrations: Migrations,
    pub(crate) dialect: Dialect,
    pub(crate) scope: LintScope,
    /// The version of the server, where it was asked.
    pub(crate) server: Option<String>,
    /// Those that no database has yet, as far as is known.
    pub(crate) new: BTreeSet<MigrationName>,
    /// What the database says of its rows, where it was asked.
    pub(crate) data: Option<DataReport>,
    /// What it says of locks, where it was asked.
    pub(crate) locks: Option<LocksReport>,
}

impl Input {
    fn new(migrations: Migrations, dialect: Dialect, scope: LintScope) -> Self {
        Self {
            migrations,
            dialect,
            scope,
            server: None,
            new: BTreeSet::new(),
            data: None,
            locks: None,
        }
    }
}

/// What one path stands for.
enum Named {
    /// A folder of migrations.
    Folder(PathBuf),
    /// A migration of a folder.
    Migration(PathBuf, MigrationName),
    /// A file that belongs to no folder of migrations.
    Single(PathBuf),
    StandardInput,
}

/// A folder of migrations.
pub(crate) fn folder(
    global: &Global,
    given: Option<Dialect>,
    migrations: Migrations,
    scope: LintScope,
) -> Result<Input, Failure> {
    let dialect = dialect(global, given, migrations.lock_file())?;
    Ok(Input::new(migrations, dialect, scope))
}

/// The files named: migrations of one folder together, and single files together.
pub(crate) fn files(
    global: &Global,
    given: Option<Dialect>,
    paths: &[PathBuf],
) -> Result<Vec<Input>, Failure> {
    let mut folders: BTreeMap<PathBuf, LintScope> = BTreeMap::new();
    let mut singles: BTreeSet<PathBuf> = BTreeSet::new();
    let mut inputs = Vec::new();
    for path in paths {
        match named(global, path) {
            Named::Folder(path) => {
                folders.insert(path, LintScope::All);
            }
            Named::Migration(folder, name) => {
                let scope = folders.entry(folder);
                if let LintScope::Only(names) =
                    scope.or_insert_with(|| LintScope::Only(BTreeSet::new()))
                {
                    names.insert(name);
                }
            }
            Named::Single(path) => {
                singles.insert(path);
            }
            Named::StandardInput => {
                let migrations = standard_input()?;
                let dialect = dialect(global, given, &of_usual_folder(global))?;
                inputs.push(Input::new(migrations, dialect, LintScope::All));
            }
        }
    }
    for (path, scope) in folders {
        let migrations = Migrations::from_directory(&path)?;
        // Any folder of folders could be meant; one that has neither a script nor a lock file is not.
        let is_one = *migrations.lock_file() != LockFile::Absent
            || migrations.iter().any(|migration| migration.script().is_some());
        if !is_one {
            let message = format!("{} holds no migrations", shown(&path));
            let help = "name SQL files, migrations or the folder that holds the migrations";
            return Err(Failure::stopped("no-migrations", message, help));
        }
        inputs.push(folder(global, given, migrations, scope)?);
    }
    if !singles.is_empty() {
        let dialect = dialect(global, given, &of_usual_folder(global))?;
        let migrations = Migrations::from_files(singles)?;
        inputs.push(Input::new(migrations, dialect, LintScope::All));
    }
    Ok(inputs)
}

fn named(global: &Global, path: &Path) -> Named {
    if path.as_os_str() == STDIN {
        return Named::StandardInput;
    }
    if path.is_dir() {
        return match path.join(SCRIPT).is_file().then(|| in_folder(path)).flatten() {
            Some((folder, name)) => Named::Migration(folder, name),
            None => Named::Folder(path.to_owned()),
        };
    }
    if path.file_name().is_some_and(|name| name == SCRIPT)
        && let Some((folder, name)) = path.parent().and_then(in_folder)
        && (name.timestamp().is_some()
            || folder.join(LOCK_FILE).is_file()
            || connect::folder(global).is_some_and(|usual| usual == folder))
    {
        return Named::Migration(folder, name);
    }
    Named::Single(path.to_owned())
}

/// A migration's folder as the folder of migrations and the name.
fn in_folder(path: &Path) -> Option<(PathBuf, MigrationName)> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent()?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    Some((folder.to_owned(), name.into()))
}

fn standard_input() -> Result<Migrations, Failure> {
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => Ok(Migrations::from_bytes("<stdin>", bytes)),
        Err(error) => Err(Failure::stopped(
            "file-unreadable",
            format!("cannot read standard input: {error}"),
            "give the script on standard input, or name its file",
        )),
    }
}

/// The option, else what the folder says, else what the URL says. No database is needed.
fn dialect(
    global: &Global,
    given: Option<Dialect>,
    lock_file: &LockFile,
) -> Result<Dialect, Failure> {
    match (given.or(lock_file.dialect()), connect::url(global)) {
        (Some(dialect), _) => Ok(dialect),
        (None, Some(url)) => connect::dialect(url),
        (None, None) => Err(Failure::unknown_dialect(lock_file)),
    }
}

/// What the migrations folder of the project is for, as a hint for what stands beside it.
fn of_usual_folder(global: &Global) -> LockFile {
    let migrations =
        connect::folder(global).and_then(|folder| Migrations::from_directory(folder).ok());
    migrations.map(|migrations| migrations.lock_file().clone()).unwrap_or_default()
}

fn shown(path: &Path) -> String {
    format!("{:?}", path.display().to_string())
}
