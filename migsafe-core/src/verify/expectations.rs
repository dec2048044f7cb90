//! `Expectations`: what has to be there.

use std::collections::{BTreeMap, BTreeSet};

use super::{ExpectationsError, RowExpectation, RowQuery};
use crate::Dialect;
use crate::schema::Scope;

/// What has to be in a database. Read from a file ([`Expectations::from_json`]), made from a schema
/// ([`Expectations::generate`]), or put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expectations {
    /// By schema. On SQLite one section of any name.
    pub sections: BTreeMap<String, Section>,
}

/// What has to be in one schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// Tables: ordinary, partitioned, foreign, virtual.
    pub tables: BTreeMap<String, RelationExpectation>,
    /// Views and materialised views; the latter filled.
    pub views: BTreeMap<String, RelationExpectation>,
    /// Indexes on any table; valid. Those that a constraint brings count too.
    pub indexes: BTreeSet<String>,
    /// Constraints of any table or domain; validated and enforced.
    pub constraints: BTreeSet<String>,
    /// Enumerations.
    pub enums: BTreeMap<String, EnumExpectation>,
    /// Functions, procedures and aggregates: a name for any arguments, or with the types of its arguments.
    pub functions: BTreeSet<String>,
    /// What queries have to give, by name.
    pub rows: BTreeMap<String, RowExpectation>,
}

/// What is expected of a table or view beside that it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelationExpectation {
    /// Columns; only of tables. There may be more of them.
    pub columns: BTreeMap<String, ColumnExpectation>,
    /// Indexes on it.
    pub indexes: BTreeMap<String, IndexExpectation>,
    /// Its constraints.
    pub constraints: BTreeMap<String, ConstraintExpectation>,
    /// Its triggers; they fire.
    pub triggers: BTreeSet<String>,
}

/// What is expected of a column beside that it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnExpectation {
    /// Its type, in any of the ways to write it.
    pub ty: Option<String>,
    /// Whether it takes NULL.
    pub nullable: Option<bool>,
    /// Its default.
    pub default: Option<ColumnDefault>,
}

/// The default of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnDefault {
    /// It has none.
    Absent,
    /// This expression, as `migsafe schema` shows it.
    Is(String),
}

/// What is expected of an index beside that it is there and valid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct IndexExpectation {
    /// Whether it is unique.
    pub unique: Option<bool>,
    /// What it is ordered by, in order, as `migsafe schema` shows it.
    pub keys: Option<Vec<String>>,
}

/// What is expected of a constraint beside that it is there, validated and enforced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConstraintExpectation {
    /// PRIMARY KEY, UNIQUE, FOREIGN KEY, CHECK or EXCLUDE.
    pub ty: Option<String>,
    /// What it says, as `migsafe schema` shows it.
    pub definition: Option<String>,
}

/// What is expected of an enumeration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnumExpectation {
    /// It is there.
    #[default]
    Present,
    /// It has these values, no others, in this order: the order is what `<` and ORDER BY go by.
    Exactly(Vec<String>),
    /// It has at least these, in any order.
    Includes(BTreeSet<String>),
}

impl Expectations {
    /// Whether nothing at all is expected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.values().all(Section::is_empty)
    }

    /// Only those of these schemas.
    #[must_use]
    pub fn only(mut self, schemas: &[String]) -> Self {
        self.sections.retain(|name, _| schemas.contains(name));
        self
    }

    /// The schemas that have to be read.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::schemas(self.sections.keys().cloned())
    }

    /// Whether anything but rows is expected.
    #[must_use]
    pub fn expects_objects(&self) -> bool {
        let has_any =
            |section: &Section| !Section { rows: BTreeMap::new(), ..section.clone() }.is_empty();
        self.sections.values().any(has_any)
    }

    /// The schema of a section, as objects of a database of this kind have it.
    pub(super) fn schema_of(dialect: Dialect, section: &str) -> Option<&str> {
        match dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(section),
        }
    }

    /// Everything that can be known to be wrong without a database; else the queries that have to be asked, in order.
    ///
    /// It blocks as [`sql::analyse`](crate::sql::analyse) does.
    ///
    /// # Errors
    ///
    /// Nothing is expected; a text is not exactly one query; SQLite, and more than one section.
    pub fn queries(&self, dialect: Dialect) -> Result<Vec<RowQuery>, ExpectationsError> {
        if self.is_empty() {
            return Err(ExpectationsError::Empty);
        }
        if dialect == Dialect::Sqlite && self.sections.len() > 1 {
            return Err(ExpectationsError::Sections(self.sections.len()));
        }
        let mut queries = Vec::new();
        for (schema, section) in &self.sections {
            for (name, row) in &section.rows {
                let within = Self::schema_of(dialect, schema);
                let query = RowQuery::new(dialect, within, row).map_err(|message| {
                    let name = format!("{schema}: {name}");
                    ExpectationsError::Query { name, message }
                })?;
                queries.push(query);
            }
        }
        Ok(queries)
    }
}

impl Section {
    /// Whether nothing is expected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
