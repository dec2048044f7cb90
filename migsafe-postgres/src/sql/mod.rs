//! Every SQL text of this crate.
//!
//! Values and names reach a text only as [`Ident`], [`Literal`] and [`Table`], which quote themselves.

mod audit;
mod quote;
mod read;
mod step;

pub(crate) use audit::{audit_exists, change, create_audit};
pub(crate) use quote::{Ident, Literal, Table};
pub(crate) use read::{absence, columns_of_table, facts, holders, lenient_rows, rows, stamp};
pub(crate) use step::{
    SAVEPOINT, begin, create_table, guard, insert_failed, insert_started, reset, settings,
    transaction_is_ours,
};
