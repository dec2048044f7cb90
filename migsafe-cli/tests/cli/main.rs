//! The binary as its users see it: arguments in, text, JSON and exit codes out.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod check;
mod common;
mod drift;
mod explain;
mod fails;
mod help;
mod hostile;
mod json;
mod lint;
mod lint_files;
mod lint_since;
mod locks;
mod metrics;
mod new;
mod notes;
mod postgres;
mod schema;
mod sqlite;
mod stop;
mod terminal;
mod usage;
mod verify;
