//! The operations that fates ask for.

mod builder;
mod create;
mod default;
mod drop;
mod replace;
mod table;

pub(super) use builder::operations;
