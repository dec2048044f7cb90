//! A file that was linted.

use crate::Dialect;
use crate::migrations::{Migration, MigrationName, Origin};

/// The name of the script in a migration's folder.
const SCRIPT: &str = "migration.sql";

/// One script that was linted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintedFile {
    pub(super) path: String,
    pub(super) migration: Option<MigrationName>,
    pub(super) dialect: Dialect,
    pub(super) statements: usize,
    /// Kept for those with findings only.
    pub(super) text: Option<String>,
}

impl LintedFile {
    pub(super) fn new(origin: &Origin, migration: &Migration, dialect: Dialect) -> Self {
        Self {
            path: script_path(origin, migration.name()),
            migration: (*origin != Origin::Files).then(|| migration.name().clone()),
            dialect,
            statements: 0,
            text: None,
        }
    }

    /// Where it is: the folder as it was given, the migration's name, the script's name, with `/` between
    /// them; the path of a single file as it was given.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The migration; `None` for a single file.
    #[must_use]
    pub fn migration(&self) -> Option<&MigrationName> {
        self.migration.as_ref()
    }

    /// What its SQL was read as.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// How many statements it has, as far as it could be read.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.statements
    }

    /// The text, for quoting; of files with findings only.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

/// The path of a migration's script.
pub(super) fn script_path(origin: &Origin, name: &MigrationName) -> String {
    match origin {
        Origin::Files => name.to_string(),
        _ => format!("{}/{SCRIPT}", folder_path(origin, name.as_str())),
    }
}

/// The path of something in the folder.
pub(super) fn folder_path(origin: &Origin, name: &str) -> String {
    match origin {
        Origin::Directory(folder) => {
            let folder = folder.strip_prefix("./").unwrap_or(folder).trim_end_matches('/');
            if folder.is_empty() || folder == "." {
                name.to_owned()
            } else {
                format!("{folder}/{name}")
            }
        }
        _ => name.to_owned(),
    }
}
