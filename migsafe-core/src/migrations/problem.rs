//! What is wrong with a migrations folder, as data.

use super::MigrationName;
use crate::sql::Position;

/// The kind of a problem; every kind is reported by the rule of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FolderProblemKind {
    /// A byte order mark at the start of a script: PostgreSQL rejects it (42601) and it counts in the checksum.
    ByteOrderMark,
    /// A folder that is no migration by its name (`.git`, `node_modules`) and holds no script.
    /// Prisma would take it for a migration and fail.
    IgnoredFolder,
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// A folder without `migration.sql`.
    MissingScript,
    /// LF and CRLF in one file: Git may change it, and Prisma then calls it edited.
    MixedLineEndings,
    /// Two names that differ only in case: one folder on a case-insensitive file system.
    NameCaseConflict,
    /// Longer than the 255 characters that `migration_name` holds.
    NameTooLong,
    /// A NUL byte: PostgreSQL cannot take it (08P01), and SQLite would stop reading there.
    NulByte,
    /// A symbolic link to a folder; Prisma ignores it, so we do too, aloud.
    SymbolicLink,
    /// A script or an entry that cannot be read.
    Unreadable,
}

impl FolderProblemKind {
    /// Every kind.
    pub(crate) const ALL: [Self; 10] = [
        Self::ByteOrderMark,
        Self::IgnoredFolder,
        Self::InvalidUtf8,
        Self::MissingScript,
        Self::MixedLineEndings,
        Self::NameCaseConflict,
        Self::NameTooLong,
        Self::NulByte,
        Self::SymbolicLink,
        Self::Unreadable,
    ];

    /// The id of the rule that reports this kind.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "byte-order-mark",
            Self::IgnoredFolder => "ignored-folder",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::MissingScript => "missing-script",
            Self::MixedLineEndings => "mixed-line-endings",
            Self::NameCaseConflict => "name-case-conflict",
            Self::NameTooLong => "name-too-long",
            Self::NulByte => "nul-byte",
            Self::SymbolicLink => "symbolic-link",
            Self::Unreadable => "unreadable-script",
        }
    }
}

/// One problem of a migrations folder, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderProblem {
    pub(super) kind: FolderProblemKind,
    pub(super) name: MigrationName,
    pub(super) message: String,
    pub(super) position: Option<Position>,
}

impl FolderProblem {
    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> FolderProblemKind {
        self.kind
    }

    /// The folder's name.
    #[must_use]
    pub fn name(&self) -> &MigrationName {
        &self.name
    }

    /// What was found, a lower-case fragment.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where in the script, for problems of its text.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }
}
