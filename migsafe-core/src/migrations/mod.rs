//! Migrations as files: names, scripts, checksums, folders, and the set of them.
//!
//! ```
//! use migsafe_core::migrations::Migrations;
//!
//! let migrations = Migrations::from_scripts([
//!     ("20250101000000_init", "CREATE TABLE users (id INTEGER PRIMARY KEY);"),
//!     ("20250102000000_add_posts", "CREATE TABLE posts (id INTEGER PRIMARY KEY);"),
//! ])?;
//! assert_eq!(migrations.len(), 2);
//! assert_eq!(migrations.iter().next().unwrap().name().timestamp(), Some("20250101000000"));
//! # Ok::<(), migsafe_core::migrations::MigrationsError>(())
//! ```
//!
//! The layout is Prisma Migrate's: one folder per migration with a `migration.sql` in it.

mod checksum;
mod create;
mod directory;
mod embed;
mod error;
mod lock_file;
mod migration;
mod name;
mod problem;
mod set;

pub use checksum::Checksum;
pub use create::{Created, create_migration, create_migrations};
pub use embed::{Embedded, StaticMigration, embed};
pub use error::MigrationsError;
pub use lock_file::LockFile;
pub use migration::{Migration, ScriptProblem};
pub use name::MigrationName;
pub use problem::{FolderProblem, FolderProblemKind};
pub use set::{Migrations, Origin};
