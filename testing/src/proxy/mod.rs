//! A proxy between a client and PostgreSQL that counts, delays, cuts and stalls.

mod frames;
mod link;
mod rules;
mod server;

pub use server::Proxy;
