//! What is asked about the rows that are there.

use crate::Dialect;
use crate::sql::{ObjectKind, ObjectName, TypeName};

/// A question about rows, in the names that the database has now.
///
/// Texts of expressions come from a script, were read by the parser as one expression, and call nothing that could
/// change anything.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named by what they hold")]
pub enum DataQuestion {
    /// How many rows a table has that is dropped, emptied or whose every row is deleted.
    Rows { table: ObjectName, by: Overwrite, cascade: bool },
    /// How many values that are not NULL a column holds that is dropped or overwritten.
    Values { table: ObjectName, column: String },
    /// How many values that are not NULL the columns hold that are not among these: a rebuild leaves them behind.
    Unkept { table: ObjectName, kept: Vec<String> },
    /// How many NULLs become something else: a rebuild copies `coalesce(column, …)`.
    Rewritten { table: ObjectName, column: String },
    /// How many rows a table has to which a column without a value is added that must have one.
    RequiredColumn { table: ObjectName, column: String, if_not_exists: bool },
    /// How many rows have NULL where it will not be allowed.
    Nulls { table: ObjectName, of: Key },
    /// How many rows share their key with another.
    Duplicates {
        table: ObjectName,
        keys: Vec<Key>,
        predicate: Option<String>,
        nulls_not_distinct: bool,
        primary_key: bool,
        /// The index of `IF NOT EXISTS`: nothing is built when it is there.
        unless: Option<ObjectName>,
    },
    /// How many rows refer to no row; `referenced` is `None` when they will refer to a table that is empty.
    Orphans {
        table: ObjectName,
        columns: Vec<String>,
        referenced: Option<(ObjectName, Vec<String>)>,
        /// The only column, where the table does not have it yet.
        added: Option<NewColumn>,
    },
    /// For how many rows the expression is false (NULL passes).
    Violations {
        table: ObjectName,
        expression: String,
        /// A column that the expression may name and the table does not have yet.
        added: Option<NewColumn>,
    },
    /// Whether an expression can be computed for every row, and be of this type; `once` says that it names no column.
    Computable { table: ObjectName, expression: String, ty: String, once: bool },
    /// The same for a constraint that is in the database, of whatever kind.
    NamedConstraint { table: ObjectName, constraint: String },
    /// How many values do not fit into another type, or are other values there; `using` is the expression of `USING`, and
    /// `plain` says that there is none or that it is a cast of the column and nothing else.
    TypeChange {
        table: ObjectName,
        column: String,
        to: TypeName,
        using: Option<String>,
        plain: bool,
    },
    /// How many values come out as others in a column of SQLite of this type, or cannot be stored there; `in_any_way` also
    /// counts those that only change their storage class.
    Stored {
        table: ObjectName,
        column: String,
        to: String,
        strict: bool,
        rowid: bool,
        in_any_way: bool,
    },
    /// How many values are not among these, which are all that the new enum has.
    EnumValues { table: ObjectName, column: String, allowed: Vec<String> },
    /// How many rows of other tables go with the rows of this one, or lose their reference to it: their foreign keys say
    /// `CASCADE`, `SET NULL` or `SET DEFAULT`.
    Referring { table: ObjectName },
    /// How many things pass on what is written to a relation, so that more changes than a statement says: a view, rules,
    /// triggers, computed columns, foreign keys that do so; and its parents and children, if other tables of the
    /// plan than itself are in question.
    PassedOn { table: ObjectName, to_kin: bool },
    /// What `DROP … CASCADE` takes along, and how many rows or values that is.
    Dependents { kind: ObjectKind, name: ObjectName },
}

/// What happens to every row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are the statements'")]
pub enum Overwrite {
    DropTable,
    Truncate,
    Delete,
}

/// A column that a table does not have yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewColumn {
    /// Its name.
    pub name: String,
    /// Its type, as written; `None` where none is given.
    pub ty: Option<String>,
    /// Its value in every row, as an expression.
    pub value: String,
}

/// One part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Key {
    /// A column.
    Column(String),
    /// An expression, as its script has it.
    Expression(String),
}

impl DataQuestion {
    /// The table that it is about; for [`DataQuestion::Dependents`] of another kind, that object.
    #[must_use]
    pub fn object(&self) -> &ObjectName {
        match self {
            Self::Rows { table, .. }
            | Self::Values { table, .. }
            | Self::Unkept { table, .. }
            | Self::Rewritten { table, .. }
            | Self::RequiredColumn { table, .. }
            | Self::Nulls { table, .. }
            | Self::Duplicates { table, .. }
            | Self::Orphans { table, .. }
            | Self::Violations { table, .. }
            | Self::NamedConstraint { table, .. }
            | Self::TypeChange { table, .. }
            | Self::EnumValues { table, .. }
            | Self::PassedOn { table, .. }
            | Self::Computable { table, .. }
            | Self::Referring { table }
            | Self::Stored { table, .. } => table,
            Self::Dependents { name, .. } => name,
        }
    }

    /// What the database says when rows are found that make the statement fail: SQLSTATE, or SQLite's extended result
    /// code. `None` where they are lost instead.
    #[must_use]
    pub fn failure(&self, dialect: Dialect) -> Option<&'static str> {
        let postgres = dialect == Dialect::Postgres;
        Some(match self {
            Self::RequiredColumn { .. } if !postgres => "1",
            // `ADD COLUMN` says so in words of its own.
            Self::Violations { added: Some(_), .. } if !postgres => "1",
            Self::RequiredColumn { .. } | Self::Nulls { .. } => {
                if postgres {
                    "23502"
                } else {
                    "1299"
                }
            }
            Self::Duplicates { .. } if postgres => "23505",
            Self::Duplicates { primary_key: true, .. } => "1555",
            Self::Duplicates { .. } => "2067",
            Self::Orphans { .. } => {
                if postgres {
                    "23503"
                } else {
                    "787"
                }
            }
            Self::Violations { .. } => {
                if postgres {
                    "23514"
                } else {
                    "275"
                }
            }
            Self::EnumValues { .. } => "22P02",
            _ => return None,
        })
    }

    /// What the rows that are counted are called; one of them, and several.
    pub(super) fn noun(&self) -> [&'static str; 2] {
        match self {
            Self::Values { .. } | Self::Unkept { .. } => ["value", "values"],
            Self::Rewritten { .. } => ["NULL becomes a value", "NULLs become values"],
            Self::Nulls { .. } => ["row has NULL there", "rows have NULL there"],
            Self::Duplicates { .. } => ["row shares its key", "rows share their key with another"],
            Self::Orphans { .. } => ["row refers to no row", "rows refer to no row"],
            Self::Violations { .. } | Self::NamedConstraint { .. } => {
                ["row does not fulfil it", "rows do not fulfil it"]
            }
            Self::EnumValues { .. } => [
                "row has a value that the new type lacks",
                "rows have a value that the new type lacks",
            ],
            Self::TypeChange { .. } | Self::Stored { .. } | Self::Computable { .. } => {
                ["value", "values"]
            }
            Self::Dependents { .. } => ["row or value", "rows and values"],
            Self::PassedOn { .. } => ["thing", "things"],
            Self::Rows { .. } | Self::RequiredColumn { .. } | Self::Referring { .. } => {
                ["row", "rows"]
            }
        }
    }
}
