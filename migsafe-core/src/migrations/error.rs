//! Why a set of migrations could not be made at all.

use thiserror::Error;

use crate::text::name;

/// A folder that cannot be listed, or a set that contradicts itself. Problems of single migrations are
/// not errors but [`super::FolderProblem`]s, so that all of them are reported at once.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MigrationsError {
    /// The migrations folder does not exist. Prisma takes that for "no migrations"; a mistyped path
    /// would then pass for an up-to-date database, so here it is an error.
    #[error("no migrations folder at {}", name(path))]
    NotFound {
        /// The path as given.
        path: String,
    },
    /// The folder exists and cannot be listed.
    #[error("cannot list the migrations folder {}: {source}", name(path))]
    Unreadable {
        /// The path as given.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A single file that was asked for cannot be read.
    #[error("cannot read {}: {source}", name(path))]
    FileUnreadable {
        /// The path as given.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Two migrations of one name.
    #[error("two migrations are named {}", self::name(name))]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// Embedding found migrations that could never be applied.
    #[error("cannot embed {}: {}", name(path), problems.join("; "))]
    NotEmbeddable {
        /// The folder.
        path: String,
        /// One sentence per problem.
        problems: Vec<String>,
    },
    /// A new migration cannot be given this name.
    #[error("{why}")]
    InvalidSlug {
        /// Why not.
        why: String,
    },
    /// A new migration was to be made in the folder of another database.
    #[error("{message}")]
    WrongDatabase {
        /// What `migration_lock.toml` says.
        message: String,
    },
    /// A folder or a file of a new migration cannot be made.
    #[error("cannot create {}: {source}", name(path))]
    NotCreated {
        /// What was to be made.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl MigrationsError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "migrations-not-found",
            Self::Unreadable { .. } => "migrations-unreadable",
            Self::FileUnreadable { .. } => "file-unreadable",
            Self::DuplicateName { .. } => "duplicate-name",
            Self::NotEmbeddable { .. } => "not-embeddable",
            Self::InvalidSlug { .. } => "invalid-slug",
            Self::WrongDatabase { .. } => "lock-file-mismatch",
            Self::NotCreated { .. } => "not-created",
        }
    }

    /// What to do next.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => {
                "give the folder that holds the migrations (--migrations DIR), or create it with `migsafe new NAME`"
            }
            Self::Unreadable { .. } => {
                "check that the path is a folder and that this user may read it"
            }
            Self::FileUnreadable { .. } => {
                "check that the path is a file and that this user may read it"
            }
            Self::DuplicateName { .. } => "rename one of the two",
            Self::NotEmbeddable { .. } => "mend the folders named, then build again",
            Self::InvalidSlug { .. } => "give a short description, such as add_users",
            Self::WrongDatabase { .. } => {
                "use the folder that belongs to this database, or the database URL of this folder"
            }
            Self::NotCreated { .. } => {
                "check that the path is a folder, that this user may write to it and that the disk is not full"
            }
        }
    }
}
