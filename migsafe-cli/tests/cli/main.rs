//! The binary as its users see it: arguments in, text, JSON and exit codes out.

mod common;
mod fails;
mod help;
mod json;
mod new;
mod postgres;
mod sqlite;
mod stop;
mod terminal;
mod usage;
