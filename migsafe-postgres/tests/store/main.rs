//! The PostgreSQL store on a real server: what the conformance suite cannot ask of every backend.

#[path = "../common/mod.rs"]
mod common;

mod concurrency;
mod cost;
mod faults;
mod locks;
mod pooler;
mod reading;
mod rights;
mod rows;
mod schemas;
mod scripts;
