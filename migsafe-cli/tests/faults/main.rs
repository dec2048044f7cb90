//! The binary as a process that is killed, cut off, stopped and started a hundred times at once.
//!
//! After every fault the same must hold: `status` names the truth, `deploy` or one named command finishes,
//! every effect is there exactly once, and nothing is left over. What is done how often is in the book,
//! `docs/src/faults.md`.
//!
//! Random times come from a seed that is printed; `MIGSAFE_FAULT_SEED` sets another one.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]
#![expect(clippy::print_stderr, reason = "the tests say what they did how often")]

mod commit;
mod common;
mod crowd_postgres;
mod crowd_sqlite;
mod disk_full;
mod every_message;
mod network;
mod on_postgres;
mod on_sqlite;
mod process;
mod queue;
mod random;
mod random_postgres;
mod server_crash;
mod shadow;
mod sqlite_kills;
mod stopped;
