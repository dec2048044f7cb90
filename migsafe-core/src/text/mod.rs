//! Making foreign text safe to show and to paste.

mod invisible;
mod name;
mod printable;
mod shell;
mod similar;

pub(crate) use invisible::is_invisible;
pub(crate) use name::name;
pub(crate) use printable::{one_line, printable};
pub(crate) use shell::command;
pub(crate) use similar::similar;
