//! `Subject`: what an expectation is about.

use std::fmt;

use crate::schema::ObjectKey;
use crate::text;

/// What an expectation is about. The order is the one of reports: by schema, a table before its parts, rows last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Subject {
    /// An object. An index or a constraint that may be of any table has none.
    Object {
        /// The object.
        key: ObjectKey,
        /// What of it.
        aspect: Aspect,
    },
    /// What a query gives.
    Rows {
        /// The section.
        section: String,
        /// The name of the expectation.
        name: String,
    },
}

/// What of an object an expectation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Aspect {
    /// That it is there and does what it is for.
    Presence,
    /// The type of a column or constraint.
    Type,
    /// Whether a column takes NULL.
    Nullable,
    /// The default of a column.
    Default,
    /// The values of an enumeration.
    Values,
    /// Whether an index is unique.
    Unique,
    /// What an index is ordered by.
    Keys,
    /// What a constraint says.
    Definition,
}

impl Aspect {
    /// The stable name, in `snake_case`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Type => "type",
            Self::Nullable => "nullable",
            Self::Default => "default",
            Self::Values => "values",
            Self::Unique => "unique",
            Self::Keys => "keys",
            Self::Definition => "definition",
        }
    }
}

/// For people, in one line.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object { key, aspect: Aspect::Presence } => write!(f, "{key}"),
            Self::Object { key, aspect } => write!(f, "{key}: {}", aspect.name()),
            Self::Rows { section, name } => {
                write!(f, "rows {}: {}", text::name(section), text::one_line(name, 120))
            }
        }
    }
}
