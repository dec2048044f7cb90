//! SQL between two schemas, carried out on SQLite.
#![allow(clippy::unwrap_used, reason = "these are tests")]

#[path = "../common/changes.rs"]
mod changes;
#[path = "../common/mod.rs"]
mod common;

mod cases;
mod engine;
mod exact;
mod folders;
mod generate;
mod property;
mod run;
mod single;
