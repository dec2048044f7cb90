//! The actions of a SQLite statement, from the parser's tree.
//!
//! The tree has no positions. What stands where is found in the tokens of the statement; where tree and
//! tokens do not agree, the range of the whole is taken for the range of the part.

mod column;
mod constraint;
mod expression;
mod name;
mod place;
mod query;
mod statement;
mod table;
#[cfg(test)]
mod tests;
mod walk;

pub(super) use statement::{actions, unread};
