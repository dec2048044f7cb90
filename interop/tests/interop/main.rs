//! migsafe beside the real Prisma schema engine, on the same databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod baseline;
mod checksums;
mod deploys;
mod drift;
mod exclusion;
mod failures;
mod folders;
mod histories;
mod resolves;
mod schema_scripts;
mod site;
mod state_table;
mod tables;
