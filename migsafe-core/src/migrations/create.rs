//! A new migration on disk.
#![expect(
    clippy::disallowed_methods,
    reason = "creating a folder and its script is what this module is for"
)]

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::directory::{LOCK_FILE, SCRIPT_FILE, read_lock_file};
use super::{LockFile, MigrationName, MigrationsError};
use crate::Dialect;

/// The longest slug, in bytes: with its timestamp the name stays far below the 255 characters of the
/// history table and the 255 bytes of a file system.
const MAX_SLUG_BYTES: usize = 200;

const TIMESTAMP: &str = "%Y%m%d%H%M%S";

/// A migration that [`create_migration`] made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    name: MigrationName,
    script: PathBuf,
    lock_file: Option<PathBuf>,
}

impl Created {
    /// The migration.
    #[must_use]
    pub fn name(&self) -> &MigrationName {
        &self.name
    }

    /// Its script.
    #[must_use]
    pub fn script(&self) -> &Path {
        &self.script
    }

    /// The `migration_lock.toml` that was written, if the folder had none.
    #[must_use]
    pub fn lock_file(&self) -> Option<&Path> {
        self.lock_file.as_deref()
    }
}

/// Makes `<timestamp>_<slug>/migration.sql` in a migrations folder, which is made too if it is not
/// there, and `migration_lock.toml` in a folder without one.
///
/// The slug is the description in lower case, its words joined by `_`; everything but ASCII letters and
/// digits parts words, and so does a capital after a small letter. The timestamp is the time given, in
/// UTC, or one second more than the newest migration of the folder if that is not older: a new
/// migration is always the last one. Nothing is ever overwritten.
///
/// # Errors
///
/// The description has no letter or digit, or is too long; the folder belongs to another database; a
/// folder or a file cannot be made.
pub fn create_migration(
    dir: impl AsRef<Path>,
    description: &str,
    now: DateTime<Utc>,
    dialect: Dialect,
) -> Result<Created, MigrationsError> {
    create(dir.as_ref(), description, None, now, dialect)
}

/// The same for migrations whose scripts are known, given as descriptions and scripts: all or none.
///
/// # Errors
///
/// Those of [`create_migration`]; what was made before the error is removed.
pub fn create_migrations<'a>(
    dir: impl AsRef<Path>,
    drafts: impl IntoIterator<Item = (&'a str, &'a str)>,
    now: DateTime<Utc>,
    dialect: Dialect,
) -> Result<Vec<Created>, MigrationsError> {
    let mut made: Vec<Created> = Vec::new();
    for (description, script) in drafts {
        match create(dir.as_ref(), description, Some(script), now, dialect) {
            Ok(created) => made.push(created),
            Err(error) => {
                for created in &made {
                    let _ = fs::remove_file(&created.script);
                    let _ = created.script.parent().map(fs::remove_dir);
                }
                return Err(error);
            }
        }
    }
    Ok(made)
}

fn create(
    dir: &Path,
    description: &str,
    script_text: Option<&str>,
    now: DateTime<Utc>,
    dialect: Dialect,
) -> Result<Created, MigrationsError> {
    let slug = slug(description)?;
    fs::create_dir_all(dir).map_err(|source| not_created(dir, source))?;
    if let Some(message) = read_lock_file(dir).mismatch(dialect) {
        return Err(MigrationsError::WrongDatabase { message });
    }
    let timestamp = timestamp(dir, now)?;
    let name = MigrationName::new(format!("{timestamp}_{slug}"));
    let folder = dir.join(name.as_str());
    let script = folder.join(SCRIPT_FILE);
    // Fails when it is there already: somebody else was faster.
    fs::create_dir(&folder).map_err(|source| not_created(&folder, source))?;
    let text = match script_text {
        Some(script) => script.to_owned(),
        None => format!(
            "-- {name}\n\
             -- Runs once, in one transaction with its entry in the history. Do not change it after that.\n\n"
        ),
    };
    if let Err(source) = write_new(&script, &text) {
        // Nothing but what was made here; a folder without a script would be refused.
        let _ = fs::remove_file(&script);
        let _ = fs::remove_dir(&folder);
        return Err(not_created(&script, source));
    }
    let lock_file = create_lock_file(&dir.join(LOCK_FILE), dialect)?;
    Ok(Created { name, script, lock_file })
}

fn create_lock_file(path: &Path, dialect: Dialect) -> Result<Option<PathBuf>, MigrationsError> {
    match write_new(path, &LockFile::render(dialect)) {
        Ok(()) => Ok(Some(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(source) => Err(not_created(path, source)),
    }
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn not_created(path: &Path, source: std::io::Error) -> MigrationsError {
    let path = path.display().to_string();
    MigrationsError::NotCreated { path, source }
}

fn slug(description: &str) -> Result<String, MigrationsError> {
    let mut slug = String::new();
    let mut before = ' ';
    for c in description.chars() {
        let begins_word = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if c.is_ascii_alphanumeric() {
            if (begins_word || !before.is_ascii_alphanumeric()) && !slug.is_empty() {
                slug.push('_');
            }
            slug.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    if slug.is_empty() {
        let why = "the name needs a letter from a to z or a digit".to_owned();
        return Err(MigrationsError::InvalidSlug { why });
    }
    if slug.len() > MAX_SLUG_BYTES {
        let length = slug.len();
        let why = format!("the name has {length} characters, at most {MAX_SLUG_BYTES} are allowed");
        return Err(MigrationsError::InvalidSlug { why });
    }
    Ok(slug)
}

/// The time given, or the next second after the newest migration.
fn timestamp(dir: &Path, now: DateTime<Utc>) -> Result<String, MigrationsError> {
    let unreadable =
        |source| MigrationsError::Unreadable { path: dir.display().to_string(), source };
    let mut newest: Option<String> = None;
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let name = MigrationName::new(entry.file_name().to_string_lossy().into_owned());
        newest = newest.max(name.timestamp().map(str::to_owned));
    }
    let now = now.format(TIMESTAMP).to_string();
    match newest {
        Some(newest) if newest >= now => after(&newest),
        _ => Ok(now),
    }
}

/// One second later. Fourteen digits that are no time are counted on as a number.
fn after(newest: &str) -> Result<String, MigrationsError> {
    let time = NaiveDateTime::parse_from_str(newest, TIMESTAMP)
        .ok()
        .and_then(|time| time.checked_add_signed(TimeDelta::seconds(1)))
        .map(|time| time.format(TIMESTAMP).to_string());
    let number = || {
        let number: u64 = newest.parse().ok()?;
        Some(format!("{:014}", number + 1))
    };
    // The year 10000 is written with a sign and five digits; such a text would sort first.
    time.filter(|text| text.len() == 14).or_else(number).filter(|text| text.len() == 14).ok_or_else(
        || MigrationsError::InvalidSlug {
            why: format!("no timestamp is later than that of the newest migration, {newest}"),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::Migrations;
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        NaiveDateTime::parse_from_str(text, TIMESTAMP).unwrap().and_utc()
    }

    fn create(dir: &Path, description: &str, now: &str) -> Result<Created, MigrationsError> {
        create_migration(dir, description, at(now), Dialect::Sqlite)
    }

    #[test]
    fn makes_folder_script_and_lock_file() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("prisma/migrations");
        let made = create(&dir, "Add users", "20250131235959").unwrap();
        assert_eq!(made.name(), &"20250131235959_add_users");
        assert_eq!(made.lock_file(), Some(&*dir.join("migration_lock.toml")));
        let set = Migrations::from_directory(&dir).unwrap();
        assert_eq!(set.problems(), []);
        assert_eq!(set.lock_file().dialect(), Some(Dialect::Sqlite));
        let script = set.find("20250131235959_add_users").unwrap().script();
        insta::assert_snapshot!(script.unwrap(), @r"
        -- 20250131235959_add_users
        -- Runs once, in one transaction with its entry in the history. Do not change it after that.
        ");
        assert!(crate::sql::Header::read(script.unwrap()).problems().is_empty());
        let again = create(&dir, "x", "20260101000000").unwrap();
        assert_eq!(again.lock_file(), None);
    }

    #[test]
    fn a_new_migration_is_always_the_last_one() {
        let dir = tempfile::tempdir().unwrap();
        for (now, name) in [
            ("20251231235959", "20251231235959_a"),
            ("20251231235959", "20260101000000_a"),
            ("20240101000000", "20260101000001_a"),
            ("20260101000002", "20260101000002_a"),
        ] {
            assert_eq!(create(dir.path(), "a", now).unwrap().name(), &name);
        }
        // Digits that are no time; a file is no migration.
        fs::create_dir(dir.path().join("20269999999999_x")).unwrap();
        fs::write(dir.path().join("20300101000000_file"), "").unwrap();
        let made = create(dir.path(), "b", "20260101000003").unwrap();
        assert_eq!(made.name(), &"20270000000000_b");
        for newest in ["99991231235959_y", "99999999999999_z"] {
            fs::create_dir(dir.path().join(newest)).unwrap();
        }
        let error = create(dir.path(), "c", "20260101000003").unwrap_err();
        assert_eq!(error.code(), "invalid-slug");
    }

    #[test]
    fn the_slug_is_normalised() {
        for (description, expected) in [
            ("add_users", "add_users"),
            ("  Add   Users! ", "add_users"),
            ("addUserEmail2", "add_user_email2"),
            ("fix-issue/from ../x", "fix_issue_from_x"),
            ("crée", "cr_e"),
            ("a\u{1b}[31m\nb", "a_31m_b"),
            ("2FA", "2fa"),
        ] {
            assert_eq!(slug(description).unwrap(), expected, "{description}");
        }
        for refused in ["", "  ", "../..", "日本", &"x".repeat(201)] {
            let dir = tempfile::tempdir().unwrap();
            let error = create(dir.path(), refused, "20250101000000").unwrap_err();
            assert_eq!(error.code(), "invalid-slug", "{refused}");
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        }
        assert_eq!(slug(&"x".repeat(200)).unwrap().len(), 200);
    }

    #[test]
    fn a_folder_of_another_database_or_no_folder_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(LOCK_FILE), "provider = \"postgresql\"").unwrap();
        let error = create(dir.path(), "a", "20250101000000").unwrap_err();
        assert_eq!(error.code(), "lock-file-mismatch");
        let file = dir.path().join(LOCK_FILE);
        let error = create(&file, "a", "20250101000000").unwrap_err();
        assert_eq!(error.code(), "not-created");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
