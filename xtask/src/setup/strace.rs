//! `strace`, by which a test has the kernel kill a process at each of its writes.

use migsafe_testing::tools;

use super::apt::Apt;
use crate::command::{Failure, say};

/// Makes sure that there is a `strace`; only Linux has it.
pub(crate) fn ensure(apt: &mut Apt) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if tools::on_path("strace").is_none() && apt.usable() {
        apt.install(&["strace"])?;
    }
    let program = tools::on_path("strace")
        .ok_or_else(|| Failure::new("no strace found: install the package `strace`"))?;
    say(&format!("strace: {}", program.display()));
    Ok(())
}
