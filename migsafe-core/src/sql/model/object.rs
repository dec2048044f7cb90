//! Names of objects and their kinds.

/// A name as a statement gives it: folded to lower case unless it was quoted (SQLite: as written, since
/// SQLite compares names without regard to case; compare with [`ObjectName::may_be`]).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a name has a schema and itself, nothing more")]
pub struct ObjectName {
    /// The schema, when the statement names one (SQLite: `main`, `temp` or an attached database).
    pub schema: Option<String>,
    /// The name.
    pub name: String,
}

impl ObjectName {
    /// A name without a schema.
    pub fn unqualified(name: impl Into<String>) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// A name in a schema.
    pub fn qualified(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }

    /// Whether both may mean the same object: names equal without regard to ASCII case, and schemas equal or
    /// one of them not given (it then depends on the `search_path`).
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(&other.name)
            && match (&self.schema, &other.schema) {
                (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
                _ => true,
            }
    }
}

impl std::fmt::Display for ObjectName {
    /// As it is said in messages: `schema.name`, without quotes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}

/// The kind of a database object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are PostgreSQL's own words for its objects")]
pub enum ObjectKind {
    Table,
    ForeignTable,
    Column,
    Constraint,
    Index,
    View,
    MaterializedView,
    Sequence,
    Schema,
    Database,
    Type,
    Enum,
    Domain,
    Function,
    Procedure,
    Routine,
    Aggregate,
    Trigger,
    EventTrigger,
    Rule,
    Policy,
    Extension,
    Role,
    Tablespace,
    Publication,
    Subscription,
    Collation,
    Statistics,
    Operator,
    Cast,
    Language,
    Server,
    /// All that a role owns in the database, under the name of the role.
    Owned,
    /// Anything else.
    Other,
}

impl ObjectKind {
    /// The words for it in a message: `materialized view`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::ForeignTable => "foreign table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Sequence => "sequence",
            Self::Schema => "schema",
            Self::Database => "database",
            Self::Type => "type",
            Self::Enum => "enum",
            Self::Domain => "domain",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Routine => "routine",
            Self::Aggregate => "aggregate",
            Self::Trigger => "trigger",
            Self::EventTrigger => "event trigger",
            Self::Rule => "rule",
            Self::Policy => "policy",
            Self::Extension => "extension",
            Self::Role => "role",
            Self::Tablespace => "tablespace",
            Self::Publication => "publication",
            Self::Subscription => "subscription",
            Self::Collation => "collation",
            Self::Statistics => "statistics object",
            Self::Owned => "everything owned by",
            Self::Operator => "operator",
            Self::Cast => "cast",
            Self::Language => "language",
            Self::Server => "foreign server",
            Self::Other => "object",
        }
    }
}
