//! Reading a migrations folder from disk: the one place of the core that touches the file system.
#![expect(clippy::disallowed_methods, reason = "reading the folder is what this module is for")]

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::{
    FolderProblem, FolderProblemKind, LockFile, Migration, MigrationName, MigrationsError,
    ScriptProblem,
};

/// Prisma's name for the script, case-sensitive.
pub(super) const SCRIPT_FILE: &str = "migration.sql";
pub(super) const LOCK_FILE: &str = "migration_lock.toml";

pub(super) struct Listing {
    pub(super) migrations: Vec<Migration>,
    pub(super) lock_file: LockFile,
    pub(super) problems: Vec<FolderProblem>,
}

pub(super) fn read(path: &Path) -> Result<Listing, MigrationsError> {
    let shown = || path.display().to_string();
    let entries = fs::read_dir(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => MigrationsError::NotFound { path: shown() },
        _ => MigrationsError::Unreadable { path: shown(), source },
    })?;
    let mut listing =
        Listing { migrations: Vec::new(), lock_file: read_lock_file(path), problems: Vec::new() };
    for entry in entries {
        let entry =
            entry.map_err(|source| MigrationsError::Unreadable { path: shown(), source })?;
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => read_migration(&mut listing, &entry),
            Ok(kind) if kind.is_symlink() => report_link(&mut listing, &entry),
            Ok(_) => {}
            Err(error) => problem(
                &mut listing,
                lossy(entry.file_name()),
                FolderProblemKind::Unreadable,
                format!("the entry cannot be read: {error}"),
            ),
        }
    }
    Ok(listing)
}

fn read_migration(listing: &mut Listing, entry: &fs::DirEntry) {
    let folder = entry.path();
    let name = lossy(entry.file_name());
    if entry.file_name().to_str().is_none() {
        // A name that is not UTF-8 cannot be stored; two of them could even collide. Never applied.
        let message = "the folder's name is not UTF-8".to_owned();
        problem(listing, name.clone(), FolderProblemKind::InvalidUtf8, message.clone());
        listing
            .migrations
            .push(Migration::without_script(name, ScriptProblem::Unreadable(message)));
        return;
    }
    let migration = match read_file(&folder.join(SCRIPT_FILE)) {
        Ok(bytes) => Migration::from_bytes(name, bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if is_foreign(name.as_str()) {
                let shown = crate::text::name(name.as_str());
                let message =
                    format!("{shown} holds no {SCRIPT_FILE} and is not taken for a migration");
                problem(listing, name, FolderProblemKind::IgnoredFolder, message);
                return;
            }
            let message = format!("the folder holds no {SCRIPT_FILE}");
            problem(listing, name.clone(), FolderProblemKind::MissingScript, message);
            Migration::without_script(name, ScriptProblem::Missing)
        }
        Err(error) => {
            let why = format!("{SCRIPT_FILE} cannot be read: {error}");
            problem(listing, name.clone(), FolderProblemKind::Unreadable, why.clone());
            Migration::without_script(name, ScriptProblem::Unreadable(why))
        }
    };
    listing.migrations.push(migration);
}

/// Larger scripts could not be sent to any database (PostgreSQL's limit for a message is 1 GiB).
const MAX_BYTES: u64 = 1 << 30;

/// Reads a regular file. Opening a pipe would wait for a writer for ever, and a device may never end.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if metadata.len() > MAX_BYTES {
        return Err(io::Error::other("it is larger than 1 GiB"));
    }
    fs::read(path)
}

/// Reads one file that was asked for by its path.
pub(super) fn read_single(path: &Path) -> Result<Vec<u8>, MigrationsError> {
    read_file(path).map_err(|source| MigrationsError::FileUnreadable {
        path: path.display().to_string(),
        source,
    })
}

/// Only links to folders matter: a link to a file is as uninteresting as a file.
fn report_link(listing: &mut Listing, entry: &fs::DirEntry) {
    if fs::metadata(entry.path()).is_ok_and(|target| target.is_dir()) {
        let message = "a symbolic link is not followed (Prisma ignores it too)".to_owned();
        problem(listing, lossy(entry.file_name()), FolderProblemKind::SymbolicLink, message);
    }
}

/// Names that other tools put into any folder.
fn is_foreign(name: &str) -> bool {
    name.starts_with('.') || name == "node_modules"
}

pub(super) fn read_lock_file(path: &Path) -> LockFile {
    match read_file(&path.join(LOCK_FILE)) {
        Ok(bytes) => LockFile::parse(&String::from_utf8_lossy(&bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => LockFile::Absent,
        Err(error) => LockFile::Unreadable(error.to_string()),
    }
}

fn lossy(name: OsString) -> MigrationName {
    MigrationName::new(name.to_string_lossy().into_owned())
}

fn problem(listing: &mut Listing, name: MigrationName, kind: FolderProblemKind, message: String) {
    listing.problems.push(FolderProblem { kind, name, message, position: None });
}

#[cfg(test)]
mod tests {
    use super::super::Migrations;
    use super::*;
    use crate::Dialect;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        dir
    }

    #[test]
    fn reads_folders_and_ignores_files() {
        let dir = folder(&[
            ("20250101000000_a/migration.sql", b"SELECT 1;"),
            ("20250102000000_b with spaces/migration.sql", b"SELECT 2;"),
            ("20250103000000_c.sql/migration.sql", b"SELECT 3;"),
            ("README.md", b"x"),
            ("20250110_x.sql", b"x"),
            ("migration_lock.toml", b"provider = \"sqlite\"\n"),
        ]);
        let set = Migrations::from_directory(dir.path()).unwrap();
        assert_eq!(set.len(), 3);
        assert_eq!(set.problems(), []);
        assert_eq!(set.lock_file().dialect(), Some(Dialect::Sqlite));
    }

    #[test]
    fn a_missing_folder_is_an_error_and_an_empty_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let error = Migrations::from_directory(dir.path().join("nope")).unwrap_err();
        assert_eq!(error.code(), "migrations-not-found");
        assert!(Migrations::from_directory(dir.path()).unwrap().is_empty());
        let file = folder(&[("x", b"")]);
        let error = Migrations::from_directory(file.path().join("x")).unwrap_err();
        assert_eq!(error.code(), "migrations-unreadable");
    }

    /// Opening a pipe would wait for ever, and `/dev/zero` has no end.
    #[test]
    fn what_is_no_regular_file_is_not_opened() {
        let dir = folder(&[("1_pipe/x", b""), ("2_device/x", b""), ("3_link/x", b"SELECT 1;")]);
        let script = |name: &str| dir.path().join(name).join(SCRIPT_FILE);
        for pipe in [script("1_pipe"), dir.path().join(LOCK_FILE)] {
            assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        }
        std::os::unix::fs::symlink("/dev/zero", script("2_device")).unwrap();
        std::os::unix::fs::symlink("x", script("3_link")).unwrap();
        let set = Migrations::from_directory(dir.path()).unwrap();
        let found: Vec<&str> = set.problems().iter().map(|p| p.message()).collect();
        assert_eq!(found, ["migration.sql cannot be read: it is no regular file"; 2]);
        assert!(matches!(set.lock_file(), LockFile::Unreadable(_)));
        assert_eq!(set.find("3_link").unwrap().script(), Some("SELECT 1;"));
    }

    #[test]
    fn bad_folders_are_problems_and_never_skipped() {
        let dir = folder(&[
            ("1_empty_folder/other.sql", b""),
            ("2_script_is_a_folder/migration.sql/x", b""),
            ("3_not_utf8/migration.sql", b"SELECT '\xff';"),
            (".git/HEAD", b""),
            ("node_modules/x/y", b""),
            (".hidden/migration.sql", b"SELECT 1;"),
        ]);
        std::os::unix::fs::symlink(dir.path().join(".hidden"), dir.path().join("4_link")).unwrap();
        let set = Migrations::from_directory(dir.path()).unwrap();
        let rules: Vec<(&str, &str)> =
            set.problems().iter().map(|p| (p.name().as_str(), p.kind().rule())).collect();
        assert_eq!(
            rules,
            [
                (".git", "ignored-folder"),
                ("1_empty_folder", "missing-script"),
                ("2_script_is_a_folder", "unreadable-script"),
                ("3_not_utf8", "invalid-utf8"),
                ("4_link", "symbolic-link"),
                ("node_modules", "ignored-folder"),
            ]
        );
        let names: Vec<&str> = set.iter().map(|m| m.name().as_str()).collect();
        assert_eq!(names, [".hidden", "1_empty_folder", "2_script_is_a_folder", "3_not_utf8"]);
        let not_utf8 = set.find("3_not_utf8").unwrap();
        assert_eq!(not_utf8.script(), Some("SELECT '\u{fffd}';"));
        assert_eq!(not_utf8.invalid_utf8_at(), Some(8));
    }
}
