//! The statements of PostgreSQL.
//!
//! What happens to each object is its fate ([`fates`]): it is made, dropped, changed where it stands, made again, or, for
//! a type that columns are of, replaced. What stands in the way of a change gets a fate too. Fates become operations
//! ([`build`]), each a few statements for one object ([`kinds`]), which are sorted by what they need ([`order`]).
//! What turns out to be impossible is taken out and left to a person, and the whole is worked out anew.

mod build;
mod conversion;
mod creation;
mod fates;
mod kinds;
mod lists;
mod names;
mod operation;
mod order;
mod sides;
mod way;
mod write;

pub(super) use write::write;
