//! The PostgreSQL store on a real server: what the conformance suite cannot ask of every backend.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod concurrency;
mod cost;
mod faults;
mod glance;
mod lock_modes;
mod locks;
mod pooler;
mod reading;
mod rights;
mod rows;
mod schemas;
mod scripts;
mod templates;
