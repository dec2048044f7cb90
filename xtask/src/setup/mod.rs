//! Installing what the tests need on a machine that has only Rust.

mod apt;
mod corpus;
mod npm;
mod openssl;
mod pgbouncer;
pub(crate) mod postgres;
mod prisma;
mod strace;

use crate::command::Failure;

/// Installs all that is missing, as far as that is possible, and then says what is still missing.
/// Does nothing, quickly, when nothing is.
pub(crate) fn everything() -> Result<(), Failure> {
    let mut apt = apt::Apt::new();
    let outcomes = [
        openssl::ensure(&mut apt),
        npm::ensure(&mut apt),
        postgres::ensure(&mut apt),
        pgbouncer::ensure(&mut apt),
        strace::ensure(&mut apt),
        prisma::ensure(),
        corpus::ensure(),
    ];
    let missing: Vec<String> =
        outcomes.into_iter().filter_map(Result::err).map(|failure| failure.message).collect();
    if missing.is_empty() { Ok(()) } else { Err(Failure::new(missing.join("\nerror: "))) }
}
