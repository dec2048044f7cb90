//! Expand and contract: a change of the schema that old and new code both survive, as numbered releases with
//! the SQL filled in.
//!
//! ```
//! use migsafe_core::Dialect;
//! use migsafe_core::sql::ObjectName;
//! use migsafe_core::template::Template;
//!
//! let template = Template::SetNotNull {
//!     table: ObjectName::unqualified("users"),
//!     column: "email".to_owned(),
//! };
//! let releases = template.releases(Dialect::Postgres)?;
//! assert_eq!(releases.len(), 1);
//! assert!(releases[0].migrations[0].script.contains("NOT VALID"));
//! # Ok::<(), migsafe_core::template::NotOffered>(())
//! ```
//!
//! The migrations of one release are deployed together; those of the next release only when no process of the
//! release before runs any more. What the code has to do in each release stands beside the SQL
//! ([`Release::code`]): it is what makes the next release safe. Scripts that drop something carry the suppression
//! with the reason that the release before gives.
//!
//! The orders of steps are those of the PostgreSQL manual (`ALTER TABLE`, notes on `NOT VALID` and on scans that a
//! validated check saves; `CREATE INDEX`, "Building Indexes Concurrently").

mod error;
mod postgres;
mod release;
mod script;
mod sqlite;

pub use error::NotOffered;
pub use release::{Draft, Release};

use crate::Dialect;
use crate::sql::ObjectName;

/// A change, with the names of the table at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Template {
    /// An index, built while the table is written.
    AddIndex {
        /// The table.
        table: ObjectName,
        /// Its columns.
        columns: Vec<String>,
    },
    /// A unique constraint over rows that exist.
    AddUnique {
        /// The table.
        table: ObjectName,
        /// Its columns.
        columns: Vec<String>,
    },
    /// A foreign key over rows that exist.
    AddForeignKey {
        /// The referencing table.
        table: ObjectName,
        /// The referencing columns.
        columns: Vec<String>,
        /// The referenced table.
        references: ObjectName,
        /// The referenced columns; empty for the primary key.
        referenced: Vec<String>,
    },
    /// A check over rows that exist.
    AddCheck {
        /// The table.
        table: ObjectName,
        /// The constraint's name; one after the table's if none is given.
        name: Option<String>,
        /// What must hold, in SQL.
        check: String,
    },
    /// A column that exists becomes required.
    SetNotNull {
        /// The table.
        table: ObjectName,
        /// The column.
        column: String,
    },
    /// A new column that is required.
    AddRequiredColumn {
        /// The table.
        table: ObjectName,
        /// The new column.
        column: String,
        /// Its type, in SQL.
        ty: String,
        /// The value of rows that exist, in SQL.
        value: RowValue,
        /// The primary key's columns, by which rows are taken in batches.
        key: Vec<String>,
    },
    /// Another name for a column.
    RenameColumn {
        /// The table.
        table: ObjectName,
        /// The name now.
        column: String,
        /// The new name.
        to: String,
        /// Its type, in SQL.
        ty: String,
        /// The primary key's columns.
        key: Vec<String>,
    },
    /// Another type for a column, under a new name.
    ChangeColumnType {
        /// The table.
        table: ObjectName,
        /// The column.
        column: String,
        /// The name of the column that takes its place.
        to: String,
        /// The type now, in SQL.
        from_ty: String,
        /// The new type, in SQL.
        ty: String,
        /// The primary key's columns.
        key: Vec<String>,
    },
    /// Another name for a table.
    RenameTable {
        /// The name now.
        table: ObjectName,
        /// The new name, in the same schema.
        to: String,
    },
    /// A column that nobody needs any more.
    DropColumn {
        /// The table.
        table: ObjectName,
        /// The column.
        column: String,
    },
    /// A table that nobody needs any more.
    DropTable {
        /// The table.
        table: ObjectName,
    },
}

/// What rows that exist get in a new required column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowValue {
    /// A constant, also the default of new rows.
    Constant(String),
    /// An expression over the other columns of the row.
    Computed(String),
}

impl Template {
    /// The releases, in order.
    ///
    /// # Errors
    ///
    /// There is no order of steps for this change on this database, or it changes nothing; the error says what to do
    /// instead.
    pub fn releases(&self, dialect: Dialect) -> Result<Vec<Release>, NotOffered> {
        if self.keeps_the_name() {
            return Err(NotOffered::new(
                "the new name is the name that it has now",
                "give another name with --to; a column whose type changes gets a new name too, so that old and new \
                 code find what they expect",
            ));
        }
        let releases = match dialect {
            Dialect::Postgres => postgres::releases(self),
            Dialect::Sqlite => sqlite::releases(self)?,
        };
        Ok(releases)
    }

    fn keeps_the_name(&self) -> bool {
        match self {
            Self::RenameColumn { column, to, .. } | Self::ChangeColumnType { column, to, .. } => {
                column == to
            }
            Self::RenameTable { table, to } => table.name == *to,
            _ => false,
        }
    }

    /// The name that the command line has for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AddIndex { .. } => "add-index",
            Self::AddUnique { .. } => "add-unique",
            Self::AddForeignKey { .. } => "add-foreign-key",
            Self::AddCheck { .. } => "add-check",
            Self::SetNotNull { .. } => "set-not-null",
            Self::AddRequiredColumn { .. } => "required-column",
            Self::RenameColumn { .. } => "rename-column",
            Self::ChangeColumnType { .. } => "change-type",
            Self::RenameTable { .. } => "rename-table",
            Self::DropColumn { .. } => "drop-column",
            Self::DropTable { .. } => "drop-table",
        }
    }
}

#[cfg(all(test, feature = "postgres-sql", feature = "sqlite-sql"))]
mod tests;
