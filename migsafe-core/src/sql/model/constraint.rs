//! Constraints.

use super::{Expression, ObjectName};

/// A constraint of a table, a column or a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Constraint {
    /// Its name, when one is given.
    pub name: Option<String>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// `NOT VALID`, or PostgreSQL 18's `NOT ENFORCED`: rows that exist are not checked.
    pub not_valid: bool,
    /// `DEFERRABLE`.
    pub deferrable: bool,
    /// Its bytes in the script.
    pub range: std::ops::Range<usize>,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConstraintKind {
    /// `CHECK (…)`.
    Check(Expression),
    /// `NOT NULL column` as a table constraint (PostgreSQL 18).
    NotNull {
        /// The column.
        column: String,
    },
    /// `UNIQUE (…)` or `UNIQUE USING INDEX`.
    Unique {
        /// Its columns; empty with `using_index`.
        columns: Vec<String>,
        /// `USING INDEX`.
        using_index: Option<String>,
        /// `NULLS NOT DISTINCT`.
        nulls_not_distinct: bool,
    },
    /// `PRIMARY KEY (…)` or `PRIMARY KEY USING INDEX`.
    PrimaryKey {
        /// Its columns; empty with `using_index`.
        columns: Vec<String>,
        /// `USING INDEX`.
        using_index: Option<String>,
    },
    /// `FOREIGN KEY (…) REFERENCES …`.
    ForeignKey(ForeignKey),
    /// `EXCLUDE …`.
    Exclude,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForeignKey {
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The referenced table.
    pub table: ObjectName,
    /// The referenced columns; empty for its primary key.
    pub referenced: Vec<String>,
    /// `ON DELETE`.
    pub on_delete: ReferentialAction,
    /// `ON UPDATE`.
    pub on_update: ReferentialAction,
}

/// What a foreign key does when the referenced row goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "SQL's own words")]
pub enum ReferentialAction {
    #[default]
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}
