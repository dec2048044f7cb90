//! `Migrations`: the sorted, duplicate-free set.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use super::{
    FolderProblem, FolderProblemKind, LockFile, Migration, MigrationName, MigrationsError,
    StaticMigration, directory, name::MAX_NAME_CHARS,
};
use crate::sql::{LineIndex, Position};

/// Where a set of migrations came from, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A folder on disk; the path as given.
    Directory(String),
    /// Compiled into the program, or made in memory.
    Embedded,
    /// Single files, each named by its path; no folder of migrations.
    Files,
}

/// The migrations of one folder: sorted by the bytes of their names, without duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrations {
    entries: Vec<Migration>,
    lock_file: LockFile,
    problems: Vec<FolderProblem>,
    origin: Origin,
}

impl Migrations {
    /// No migrations at all.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            entries: Vec::new(),
            lock_file: LockFile::Absent,
            problems: Vec::new(),
            origin: Origin::Embedded,
        }
    }

    /// Reads a folder in Prisma's layout. Blocking: in asynchronous code call it before the
    /// runtime starts or through the runtime's blocking pool.
    ///
    /// Every entry that is a folder is a migration, except names that cannot be meant as one
    /// (a leading dot, `node_modules`) when they hold no script. Symbolic links are reported and not
    /// followed. Files beside the folders are ignored.
    ///
    /// # Errors
    ///
    /// The folder does not exist or cannot be listed. What is wrong with single migrations is in
    /// [`Migrations::problems`].
    pub fn from_directory(path: impl AsRef<Path>) -> Result<Self, MigrationsError> {
        let path = path.as_ref();
        let listing = directory::read(path)?;
        let origin = Origin::Directory(path.display().to_string());
        Self::build(listing.migrations, listing.lock_file, listing.problems, origin)
    }

    /// From names and scripts, in any order.
    ///
    /// # Errors
    ///
    /// Two scripts have one name.
    pub fn from_scripts<N, S>(
        scripts: impl IntoIterator<Item = (N, S)>,
    ) -> Result<Self, MigrationsError>
    where
        N: Into<MigrationName>,
        S: Into<Cow<'static, str>>,
    {
        let entries = scripts.into_iter().map(|(n, s)| Migration::new(n, s)).collect();
        Self::build(entries, LockFile::Absent, Vec::new(), Origin::Embedded)
    }

    /// Reads single SQL files that belong to no folder of migrations; the path of each is its name. Blocking.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or is given twice.
    pub fn from_files<P: AsRef<Path>>(
        paths: impl IntoIterator<Item = P>,
    ) -> Result<Self, MigrationsError> {
        let read = |path: P| {
            let path = path.as_ref();
            let bytes = directory::read_single(path)?;
            Ok(Migration::from_bytes(path.display().to_string().into(), bytes))
        };
        let entries = paths.into_iter().map(read).collect::<Result<_, MigrationsError>>()?;
        Self::build(entries, LockFile::Absent, Vec::new(), Origin::Files)
    }

    /// One script that was not read from a folder, such as standard input.
    #[must_use]
    pub fn from_bytes(name: impl Into<MigrationName>, bytes: Vec<u8>) -> Self {
        let entries = vec![Migration::from_bytes(name.into(), bytes)];
        let problems = content_problems(&entries);
        Self { entries, lock_file: LockFile::Absent, problems, origin: Origin::Files }
    }

    /// From migrations compiled into the program; see [`super::embed`]. Nothing is hashed.
    ///
    /// Names that occur twice (impossible for a generated list) are kept once, the first.
    #[must_use]
    pub fn from_static(list: &'static [StaticMigration]) -> Self {
        let mut entries: Vec<Migration> =
            list.iter().copied().map(StaticMigration::to_migration).collect();
        entries.sort_by(|a, b| a.name().cmp(b.name()));
        entries.dedup_by(|b, a| a.name() == b.name());
        let problems = content_problems(&entries);
        Self { entries, lock_file: LockFile::Absent, problems, origin: Origin::Embedded }
    }

    /// The same set with what `migration_lock.toml` said.
    #[must_use]
    pub fn with_lock_file(mut self, lock_file: LockFile) -> Self {
        self.lock_file = lock_file;
        self
    }

    fn build(
        mut entries: Vec<Migration>,
        lock_file: LockFile,
        mut problems: Vec<FolderProblem>,
        origin: Origin,
    ) -> Result<Self, MigrationsError> {
        entries.sort_by(|a, b| a.name().cmp(b.name()));
        if let Some(pair) = entries.windows(2).find(|pair| pair[0].name() == pair[1].name()) {
            return Err(MigrationsError::DuplicateName { name: pair[0].name().to_string() });
        }
        problems.extend(content_problems(&entries));
        problems.sort_by(|a, b| (&a.name, a.kind.rule()).cmp(&(&b.name, b.kind.rule())));
        Ok(Self { entries, lock_file, problems, origin })
    }

    /// The migrations in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Migration> {
        self.entries.iter()
    }

    /// The migrations in order, as a slice.
    #[must_use]
    pub fn as_slice(&self) -> &[Migration] {
        &self.entries
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The migration of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Migration> {
        let at = self.entries.binary_search_by(|m| m.name().as_str().cmp(name)).ok()?;
        self.entries.get(at)
    }

    /// What `migration_lock.toml` said.
    #[must_use]
    pub fn lock_file(&self) -> &LockFile {
        &self.lock_file
    }

    /// What is wrong with the folder, sorted by name.
    #[must_use]
    pub fn problems(&self) -> &[FolderProblem] {
        &self.problems
    }

    /// Where the set came from.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl<'a> IntoIterator for &'a Migrations {
    type Item = &'a Migration;
    type IntoIter = std::slice::Iter<'a, Migration>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Problems that names and texts show by themselves.
fn content_problems(entries: &[Migration]) -> Vec<FolderProblem> {
    let mut problems = Vec::new();
    let mut folded: BTreeMap<String, &MigrationName> = BTreeMap::new();
    for migration in entries {
        let name = migration.name();
        let mut report = |kind, message: String, position| {
            problems.push(FolderProblem { kind, name: name.clone(), message, position });
        };
        let length = name.as_str().chars().count();
        if length > MAX_NAME_CHARS {
            report(
                FolderProblemKind::NameTooLong,
                format!(
                    "the name has {length} characters, the history table holds {MAX_NAME_CHARS}"
                ),
                None,
            );
        }
        if let Some(other) = folded.insert(name.as_str().to_lowercase(), name) {
            report(
                FolderProblemKind::NameCaseConflict,
                format!("differs from {} only in case", crate::text::name(other.as_str())),
                None,
            );
        }
        if let Some(text) = migration.script() {
            for (kind, message, offset) in text_problems(migration, text) {
                report(kind, message, Some(position(text, offset)));
            }
        }
    }
    problems
}

/// Checks of one script's bytes; each is a fast scan, so that a healthy folder costs little.
fn text_problems(migration: &Migration, text: &str) -> Vec<(FolderProblemKind, String, usize)> {
    let mut found = Vec::new();
    if text.starts_with('\u{feff}') {
        found.push((
            FolderProblemKind::ByteOrderMark,
            "the script starts with a byte order mark".to_owned(),
            0,
        ));
    }
    if let Some(at) = migration.invalid_utf8_at() {
        found.push((
            FolderProblemKind::InvalidUtf8,
            format!("byte {} of the script is not UTF-8", at + 1),
            at,
        ));
    }
    if let Some(at) = text.find('\0') {
        found.push((FolderProblemKind::NulByte, "the script contains a NUL byte".to_owned(), at));
    }
    if let Some(first_crlf) = text.find("\r\n") {
        let bytes = text.as_bytes();
        let lone = bytes
            .iter()
            .enumerate()
            .find(|(at, byte)| **byte == b'\n' && (*at == 0 || bytes[at - 1] != b'\r'));
        if let Some((at, _)) = lone {
            found.push((
                FolderProblemKind::MixedLineEndings,
                "the script mixes LF and CRLF line ends".to_owned(),
                at.max(first_crlf),
            ));
        }
    }
    found
}

fn position(text: &str, offset: usize) -> Position {
    LineIndex::new(text).position(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(migrations: &Migrations) -> Vec<FolderProblemKind> {
        migrations.problems().iter().map(FolderProblem::kind).collect()
    }

    #[test]
    fn is_sorted_by_bytes_whatever_the_order_given() {
        let set =
            Migrations::from_scripts([("b", ""), ("a_x", ""), ("B", ""), ("a0", "")]).unwrap();
        let names: Vec<&str> = set.iter().map(|m| m.name().as_str()).collect();
        assert_eq!(names, ["B", "a0", "a_x", "b"]);
        assert!(set.find("a_x").is_some());
        assert!(set.find("c").is_none());
    }

    #[test]
    fn one_name_twice_is_an_error() {
        let error = Migrations::from_scripts([("a", "x"), ("a", "y")]).unwrap_err();
        assert_eq!(error.code(), "duplicate-name");
    }

    #[test]
    fn problems_of_names_and_texts_are_found_with_positions() {
        let long = "x".repeat(256);
        let set = Migrations::from_scripts([
            ("1_bom".to_owned(), "\u{feff}SELECT 1;".to_owned()),
            ("2_nul".to_owned(), "SELECT 1;\n--\0".to_owned()),
            ("3_mixed".to_owned(), "a\r\nb\n".to_owned()),
            ("4_Case".to_owned(), String::new()),
            ("4_case".to_owned(), String::new()),
            (long, String::new()),
        ])
        .unwrap();
        use FolderProblemKind::*;
        assert_eq!(
            kinds(&set),
            [ByteOrderMark, NulByte, MixedLineEndings, NameCaseConflict, NameTooLong]
        );
        assert_eq!(set.problems()[1].position().unwrap().line, 2);
        assert_eq!(set.problems()[1].position().unwrap().column, 3);
    }
}
