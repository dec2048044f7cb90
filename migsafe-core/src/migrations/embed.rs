//! Migrations compiled into the program.
//!
//! A build script writes the list, so that names and checksums are known at compile time, a start-up
//! reads no files, and **a changed folder rebuilds**: cargo watches the whole folder.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "build-script code: it writes the generated file and speaks to cargo on standard output"
)]

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Checksum, LockFile, Migration, MigrationName, Migrations, MigrationsError, directory};

/// One migration known at compile time; written by [`embed`].
#[derive(Clone, Copy, Debug)]
pub struct StaticMigration {
    name: &'static str,
    script: &'static str,
    checksum: Checksum,
}

impl StaticMigration {
    /// Used by generated code. The checksum must be the SHA-256 of the script.
    #[must_use]
    pub const fn new(name: &'static str, script: &'static str, checksum: [u8; 32]) -> Self {
        Self { name, script, checksum: Checksum::from_bytes(checksum) }
    }

    pub(super) fn to_migration(self) -> Migration {
        Migration::with_checksum(
            MigrationName::new(self.name),
            Cow::Borrowed(self.script),
            self.checksum,
        )
    }
}

/// What [`embed`] generates: a list of migrations and the lock file's text.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    migrations: &'static [StaticMigration],
    lock_file: Option<&'static str>,
}

impl Embedded {
    /// Used by generated code.
    #[must_use]
    pub const fn new(
        migrations: &'static [StaticMigration],
        lock_file: Option<&'static str>,
    ) -> Self {
        Self { migrations, lock_file }
    }

    /// The set, without reading a file or hashing a script.
    #[must_use]
    pub fn migrations(&self) -> Migrations {
        let lock_file = self.lock_file.map_or(LockFile::Absent, LockFile::parse);
        Migrations::from_static(self.migrations).with_lock_file(lock_file)
    }
}

/// Call this in `build.rs`; then [`include_migrations!`](crate::include_migrations) in the program
/// gives the set.
///
/// ```no_run
/// // build.rs
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     migsafe_core::migrations::embed("migrations")?;
///     Ok(())
/// }
/// ```
///
/// The path is relative to the crate's `Cargo.toml`. The generated file refers to the scripts with
/// `include_str!`, and cargo is told to run the build script again when anything in the folder changes.
///
/// # Errors
///
/// The folder cannot be read, or it holds something that could never be applied (a folder without a
/// script, a script that is not UTF-8): better a failed build than a failed start.
pub fn embed(path: impl AsRef<Path>) -> Result<(), MigrationsError> {
    let path = path.as_ref();
    println!("cargo::rerun-if-changed={}", path.display());
    let unreadable = |path: &Path, source| MigrationsError::Unreadable {
        path: path.display().to_string(),
        source,
    };
    let root = fs::canonicalize(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => {
            MigrationsError::NotFound { path: path.display().to_string() }
        }
        _ => unreadable(path, source),
    })?;
    let code = generate(&root)?;
    // Cargo always sets OUT_DIR for a build script; elsewhere the current folder is as good as any.
    let out = std::env::var_os("OUT_DIR").map_or_else(PathBuf::new, PathBuf::from);
    let file = out.join("migsafe_migrations.rs");
    fs::write(&file, code).map_err(|source| unreadable(&file, source))
}

/// The generated Rust source for a folder.
fn generate(root: &Path) -> Result<String, MigrationsError> {
    let set = Migrations::from_directory(root)?;
    let problems: Vec<String> = set
        .iter()
        .filter_map(|m| {
            let broken = m.script_problem().is_some() || m.invalid_utf8_at().is_some();
            broken.then(|| {
                format!("{} has no readable UTF-8 script", crate::text::name(m.name().as_str()))
            })
        })
        .collect();
    if !problems.is_empty() {
        return Err(MigrationsError::NotEmbeddable { path: root.display().to_string(), problems });
    }
    let mut code = String::from("__MigsafeEmbedded::new(&[\n");
    for migration in &set {
        let (name, Some(checksum)) = (migration.name(), migration.checksum()) else {
            continue;
        };
        let script = root.join(name.as_str()).join(directory::SCRIPT_FILE);
        // Writing to a String cannot fail.
        let _ = writeln!(
            code,
            "    __MigsafeStaticMigration::new({:?}, include_str!({:?}), {:?}),",
            name.as_str(),
            script.display().to_string(),
            checksum.as_bytes(),
        );
    }
    let lock_file = root.join(directory::LOCK_FILE);
    if lock_file.exists() {
        let _ = writeln!(code, "], Some(include_str!({:?})))", lock_file.display().to_string());
    } else {
        code.push_str("], None)\n");
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generates_a_list_with_checksums_and_refuses_what_cannot_be_applied() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("1_a")).unwrap();
        fs::write(dir.path().join("1_a/migration.sql"), "SELECT 1;").unwrap();
        fs::write(dir.path().join("migration_lock.toml"), "provider = \"sqlite\"\n").unwrap();
        let code = generate(dir.path()).unwrap();
        assert!(code.contains("StaticMigration::new(\"1_a\", include_str!("));
        assert!(code.contains("migration_lock.toml"));
        fs::create_dir(dir.path().join("2_b")).unwrap();
        assert_eq!(generate(dir.path()).unwrap_err().code(), "not-embeddable");
    }
}
