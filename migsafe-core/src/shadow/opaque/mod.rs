//! What leads to SQL that nobody can foresee, or out of the database.
//!
//! A function may be reached by a view, a default, a trigger, an operator, and each of them by others. What a script
//! makes is therefore kept with every word that it is made of, whatever the grammar says of them, and what names something
//! opaque is opaque too. Schemas of names are not looked at: one name too many is better than one too few.

mod graph;
mod inert;
mod learn;
mod mention;
mod names;
mod runs;

pub(super) use learn::Opaque;
