//! Node.js, npm, and folders of npm packages as committed lock files name them.

use std::fs;
use std::path::Path;
use std::process::Command;

use migsafe_testing::tools;

use super::apt::Apt;
use crate::command::{Failure, run, say};

/// Makes sure that there are `node` and `npm`.
pub(crate) fn ensure(apt: &mut Apt) -> Result<(), Failure> {
    let missing: Vec<&str> = [("node", "nodejs"), ("npm", "npm")]
        .into_iter()
        .filter(|(program, _)| match *program {
            "node" => tools::node().is_err(),
            other => tools::on_path(other).is_none(),
        })
        .map(|(_, package)| package)
        .collect();
    if !missing.is_empty() && apt.usable() {
        apt.install(&missing)?;
    }
    let node = tools::node().map_err(Failure::new)?;
    if tools::on_path("npm").is_none() {
        return Err(Failure::new("there is Node.js but no npm: install the npm of your system"));
    }
    say(&format!("Node.js: {}", node.display()));
    Ok(())
}

/// Makes sure that `to/node_modules` is what the lock file in `from` says.
pub(crate) fn packages(from: &Path, to: &Path) -> Result<(), Failure> {
    let lock = read(&from.join("package-lock.json"))?;
    // Written last, so an installation that was interrupted is done again.
    let stamp = to.join("installed-lock.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let manifest = read(&from.join("package.json"))?;
    fs::create_dir_all(to)
        .and_then(|()| fs::write(to.join("package.json"), manifest))
        .and_then(|()| fs::write(to.join("package-lock.json"), &lock))
        .map_err(|error| Failure::new(format!("cannot write to {}: {error}", to.display())))?;
    // Nothing here needs the scripts that packages run at installation.
    run(Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(to))?;
    fs::write(&stamp, lock)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", stamp.display())))
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", file.display())))
}
