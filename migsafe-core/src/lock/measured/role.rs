//! Which relation of a statement a lock is on.

use std::fmt;

/// The part that a relation plays in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Role {
    /// A partition that the statement does not name and that holds what no other does.
    DefaultPartition,
    /// An index: the one that is named, or those of the table.
    Index,
    /// A materialized view.
    MaterializedView,
    /// Partitions that the statement does not name.
    OtherPartition,
    /// A table that is inherited from.
    Parent,
    /// The partition that is named.
    Partition,
    /// A table that the table refers to.
    Referenced,
    /// A table that refers to the table.
    Referencing,
    /// A sequence.
    Sequence,
    /// A table that is only read.
    Source,
    /// The table.
    Table,
    /// A table with a column of the type.
    TypeUser,
    /// A view.
    View,
}

impl Role {
    /// Every role, those that statements name first.
    pub const ALL: [Self; 13] = [
        Self::Table,
        Self::View,
        Self::MaterializedView,
        Self::Sequence,
        Self::Partition,
        Self::Parent,
        Self::Referenced,
        Self::Referencing,
        Self::DefaultPartition,
        Self::OtherPartition,
        Self::TypeUser,
        Self::Source,
        Self::Index,
    ];

    /// Its name in data: `default-partition`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DefaultPartition => "default-partition",
            Self::Index => "index",
            Self::MaterializedView => "materialized-view",
            Self::OtherPartition => "other-partition",
            Self::Parent => "parent",
            Self::Partition => "partition",
            Self::Referenced => "referenced",
            Self::Referencing => "referencing",
            Self::Sequence => "sequence",
            Self::Source => "source",
            Self::Table => "table",
            Self::TypeUser => "type-user",
            Self::View => "view",
        }
    }

    /// What a relation of this role is called where its name is not known.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::DefaultPartition => "the default partition",
            Self::Index => "the indexes",
            Self::MaterializedView => "the materialized view",
            Self::OtherPartition => "the other partitions",
            Self::Parent => "the parent table",
            Self::Partition => "the partition",
            Self::Referenced => "the tables it refers to",
            Self::Referencing => "the tables that refer to it",
            Self::Sequence => "the sequence",
            Self::Source => "the tables that are read",
            Self::Table => "the table",
            Self::TypeUser => "the tables with columns of the type",
            Self::View => "the views that read it",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
