//! Types and views, as scripts made them.

use crate::sql::{Constraint, ObjectName, TypeName};

/// What scripts say of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeState {
    /// An enum.
    Enum {
        /// Its values, in the order of the scripts that added them; positions given with `BEFORE` are not followed.
        values: Vec<String>,
        /// False when only changes of it were seen: then there are more values.
        complete: bool,
    },
    /// A domain.
    Domain {
        /// The type below it; `None` when only changes of it were seen.
        base: Option<TypeName>,
        /// Its constraints, as far as seen.
        constraints: Vec<Constraint>,
        /// `NOT NULL`.
        not_null: bool,
    },
    /// Another type.
    Other,
}

/// What scripts say of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ViewState {
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// The relations that it reads, as its text named them.
    pub reads: Vec<ObjectName>,
    /// The columns that it names, without their relation.
    pub columns: Vec<String>,
    /// SQLite: those of them that stand in double quotes alone, and are strings once there is no such column.
    pub double_quoted: Vec<String>,
}
