//! The headers of OpenSSL: `--all-features` includes the feature that uses the TLS of the system.

use std::process::Command;

use super::apt::Apt;
use crate::command::Failure;

/// Makes sure that OpenSSL can be linked to.
pub(crate) fn ensure(apt: &mut Apt) -> Result<(), Failure> {
    // Other systems bring TLS of their own, and OPENSSL_DIR names an installation pkg-config does not know.
    if !cfg!(target_os = "linux") || std::env::var_os("OPENSSL_DIR").is_some() || found() {
        return Ok(());
    }
    if apt.usable() {
        apt.install(&["libssl-dev", "pkg-config"])?;
    }
    if found() {
        return Ok(());
    }
    Err(Failure::new(
        "no headers of OpenSSL found with pkg-config, and `--all-features` needs them: install \
         pkg-config and the development package of OpenSSL (libssl-dev, openssl-devel)",
    ))
}

fn found() -> bool {
    Command::new("pkg-config").args(["--exists", "openssl"]).status().is_ok_and(|s| s.success())
}
