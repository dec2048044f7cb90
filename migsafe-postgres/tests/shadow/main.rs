//! Replaying migrations on throw-away databases of a real server.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod cancelled;
mod given;
mod leftovers;
mod made;
mod opaque;
mod support;
