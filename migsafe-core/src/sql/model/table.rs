//! Tables and views.

use super::{Column, Constraint, ObjectName, Query};

/// `CREATE TABLE`, `CREATE TABLE AS`, `CREATE FOREIGN TABLE`, `CREATE VIRTUAL TABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableDefinition {
    /// Its name.
    pub name: ObjectName,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// `FOREIGN TABLE`, or SQLite's `VIRTUAL TABLE`.
    pub foreign: bool,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its table constraints. Those of columns are with the columns.
    pub constraints: Vec<Constraint>,
    /// `PARTITION OF`.
    pub partition_of: Option<(ObjectName, PartitionBound)>,
    /// `PARTITION BY` is given.
    pub partitioned: bool,
    /// `INHERITS (…)`.
    pub inherits: Vec<ObjectName>,
    /// `LIKE …`.
    pub like: Vec<ObjectName>,
    /// `AS SELECT …`: rows are copied.
    pub as_query: bool,
    /// What that query reads, as far as its text tells.
    pub query: Option<Query>,
    /// SQLite `STRICT`.
    pub strict: bool,
    /// SQLite `WITHOUT ROWID`.
    pub without_rowid: bool,
}

impl TableDefinition {
    /// All constraints: those of the columns, then those of the table.
    pub fn all_constraints(&self) -> impl Iterator<Item = &Constraint> {
        self.columns.iter().flat_map(|column| &column.constraints).chain(&self.constraints)
    }

    /// The column of this name, compared without regard to ASCII case.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

/// The bound of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartitionBound {
    /// `DEFAULT`.
    Default,
    /// `FOR VALUES …`, as written.
    Values(String),
}

/// `CREATE VIEW` and `CREATE MATERIALIZED VIEW`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ViewDefinition {
    /// Its name.
    pub name: ObjectName,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// The relations that its query reads, as far as its text tells.
    pub reads: Vec<ObjectName>,
    /// The columns that its query names, without their qualifier, as far as its text tells.
    pub columns: Vec<String>,
    /// SQLite: those of the columns that stand in double quotes without a qualifier. Elsewhere empty.
    pub double_quoted: Vec<String>,
}

/// Where the rows of an `INSERT` come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InsertSource {
    /// `VALUES` or `DEFAULT VALUES`.
    Values,
    /// A query.
    Query,
}
