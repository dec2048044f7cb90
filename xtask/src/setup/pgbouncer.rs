//! `PgBouncer`, for the tests that go through a connection pooler.

use migsafe_testing::tools;

use super::apt::Apt;
use crate::command::{Failure, say};

/// Makes sure that there is a `pgbouncer` to start.
pub(crate) fn ensure(apt: &mut Apt) -> Result<(), Failure> {
    let missing = tools::pgbouncer().is_err() && std::env::var_os("MIGSAFE_PGBOUNCER").is_none();
    if missing && apt.usable() {
        apt.install(&["pgbouncer"])?;
    }
    let program = tools::pgbouncer().map_err(Failure::new)?;
    say(&format!("PgBouncer: {}", program.display()));
    Ok(())
}
