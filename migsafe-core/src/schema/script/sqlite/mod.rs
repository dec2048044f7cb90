//! The statements of SQLite.
//!
//! `ALTER TABLE` of SQLite adds columns, drops columns that nothing uses, and renames. Every other change of a table
//! is a new table: it is made under another name, the rows are copied, the old one is dropped, and the new one takes
//! its name. The frame around that is Prisma's, so that both migsafe and Prisma switch foreign keys off: else the
//! rows that refer to the table would be deleted with it.
//!
//! What SQLite does with each form of `ALTER TABLE` is tried in migsafe-sqlite's tests of scripts between schemas.

mod alter;
mod column;
mod constraint;
mod copy;
mod definition;
mod frame;
mod name;
mod part;
mod possible;
mod rebuild;
mod table;
mod target;
#[cfg(test)]
mod tests;
mod view_order;
mod words;
mod write;

pub(super) use write::write;
