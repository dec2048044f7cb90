//! Queries, as far as they say which rows arrive where.

use super::{Expression, ObjectName};

/// A query that feeds a table: `INSERT … SELECT`, `CREATE TABLE … AS SELECT`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Query {
    /// The relations that it reads, anywhere in it; names of its own `WITH` are left out.
    pub reads: Vec<ObjectName>,
    /// Every row of its only relation arrives exactly once: no join, filter, `DISTINCT`, grouping, limit, compound.
    pub every_row: bool,
    /// What it selects, in order; empty where its text does not tell (`VALUES`, a compound).
    pub outputs: Vec<Output>,
}

impl Query {
    /// The relation that is copied row by row, when that is all the query does.
    #[must_use]
    pub fn copies(&self) -> Option<&ObjectName> {
        match &*self.reads {
            [relation] if self.every_row => Some(relation),
            _ => None,
        }
    }
}

/// One thing that a query selects.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// `*`.
    All,
    /// A column as it is.
    Column(String),
    /// Anything else.
    Expression(Expression),
}
