//! Reading schemas of a real server, and comparing them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod changes;
mod cost;
mod drifts;
mod equal;
mod generated;
mod rehearsals;
mod rights;
mod script_changes;
mod script_folders;
mod script_laws;
mod script_names;
mod seen;
mod support;
mod versions;
