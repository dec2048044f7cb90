//! Indexes.

use super::{Expression, ObjectName};

/// `CREATE INDEX`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IndexDefinition {
    /// Its name; `None` when the server chooses it.
    pub name: Option<ObjectName>,
    /// Its table.
    pub table: ObjectName,
    /// `UNIQUE`.
    pub unique: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `ON ONLY`: not on the partitions.
    pub only: bool,
    /// `USING`, in lower case.
    pub method: Option<String>,
    /// What it is built on, in order.
    pub parts: Vec<IndexPart>,
    /// `INCLUDE (…)`.
    pub include: Vec<String>,
    /// `WHERE …`.
    pub predicate: Option<Expression>,
    /// SQLite: those of its parts that are a name in double quotes and nothing more. Where there is no such column,
    /// SQLite indexes a string. Elsewhere empty.
    pub double_quoted: Vec<String>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
}

/// One column or expression of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexPart {
    /// A column.
    Column(String),
    /// An expression.
    Expression(Expression),
}
