//! Real migrations that tests read: a folder of a published package.

use std::fs;
use std::process::Command;

use migsafe_testing::tools;

use crate::command::{Failure, run, say};

/// Makes sure that the migrations which `testing/corpus/requirements.txt` names are below `target/`.
pub(crate) fn ensure() -> Result<(), Failure> {
    let requirements = tools::workspace().join("testing/corpus/requirements.txt");
    let wanted = fs::read_to_string(&requirements).map_err(|error| {
        Failure::new(format!("cannot read {}: {error}", requirements.display()))
    })?;
    let to = tools::package_folder().join("corpus");
    // Written last, so an installation that was interrupted is done again.
    let stamp = to.join("installed-requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        say(&format!("real migrations: {}", to.display()));
        return Ok(());
    }
    let failed = |error| Failure::new(format!("cannot write to {}: {error}", to.display()));
    let packages = to.join("packages");
    if packages.is_dir() {
        fs::remove_dir_all(&packages).map_err(failed)?;
    }
    fs::create_dir_all(&packages).map_err(failed)?;
    run(Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
        .args(["--require-hashes", "--only-binary=:all:", "--dest"])
        .arg(&packages)
        .arg("--requirement")
        .arg(&requirements))?;
    for entry in fs::read_dir(&packages).map_err(failed)? {
        let package = entry.map_err(failed)?.path();
        run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&package).arg(&to))?;
    }
    fs::write(&stamp, wanted).map_err(failed)?;
    say(&format!("real migrations: {}", to.display()));
    Ok(())
}
