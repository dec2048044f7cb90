//! Foreign text on its way to a terminal.

pub(super) use crate::text::{name, one_line as line, printable as message};
