//! Installing what the tests need on a machine that has only Rust.

mod apt;
mod npm;
mod pgbouncer;
mod postgres;
mod prisma;

use crate::command::Failure;

/// Installs all that is missing. Does nothing, quickly, when nothing is.
pub(crate) fn everything() -> Result<(), Failure> {
    let mut apt = apt::Apt::new();
    npm::ensure(&mut apt)?;
    postgres::ensure(&mut apt)?;
    pgbouncer::ensure(&mut apt)?;
    prisma::ensure()
}
