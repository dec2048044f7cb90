//! What statements do, object by object, independent of the parser that read them.
//!
//! A statement has a flat list of [`Action`]s in the order in which the server carries them out: one for
//! `DROP TABLE a`, two for `DROP TABLE a, b`, three for an `ALTER TABLE` with three subcommands, and the
//! actions of the statements inside the body of a `DO` block, each with its own place in the script.

mod action;
mod column;
mod constraint;
mod expression;
mod index;
mod object;
mod query;
mod routine;
mod table;

pub use action::{Action, ActionKind, Nesting};
pub use column::{Column, Generated, Identity, TypeName};
pub use constraint::{Constraint, ConstraintKind, ForeignKey, ReferentialAction};
pub use expression::{Expression, Volatility};
pub use index::{IndexDefinition, IndexPart};
pub use object::{ObjectKind, ObjectName};
pub use query::{Output, Query};
pub use routine::{Body, RoutineDefinition, Trigger};
pub use table::{InsertSource, PartitionBound, TableDefinition, ViewDefinition};
