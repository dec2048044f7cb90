//! Why a file holds no expectations.

use std::fmt;

use crate::text::printable;

/// Why a text or a set of expectations cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpectationsError {
    /// It is not JSON, or says something that has no meaning: where and why.
    Malformed {
        /// The keys that lead there, joined by dots; empty for the whole file.
        path: String,
        /// What is wrong, a lower-case fragment.
        message: String,
    },
    /// It expects nothing: a check that cannot fail is worse than none.
    Empty,
    /// A query of a row expectation that is not exactly one query.
    Query {
        /// The section and the name of the expectation.
        name: String,
        /// Why, a lower-case fragment.
        message: String,
    },
    /// Several sections for a database without schemas: how many.
    Sections(usize),
}

impl ExpectationsError {
    pub(super) fn malformed(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Malformed { path: path.into(), message: printable(&message.into()) }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "expectations-malformed",
            Self::Empty => "expectations-empty",
            Self::Query { .. } => "query-refused",
            Self::Sections(_) => "expectations-sections",
        }
    }

    /// What to do next.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => {
                "correct the file; the book's chapter on verification lists every key, and `migsafe verify --generate FILE` writes one"
            }
            Self::Empty => {
                "name what the application cannot do without, or let `migsafe verify --generate FILE` write it"
            }
            Self::Query { .. } => "write one SELECT, and nothing else",
            Self::Sections(_) => {
                "SQLite has no schemas: put everything into one section, such as \"main\""
            }
        }
    }
}

impl fmt::Display for ExpectationsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { path, message } if path.is_empty() => f.write_str(message),
            Self::Malformed { path, message } => write!(f, "{}: {message}", printable(path)),
            Self::Empty => f.write_str("the expectations expect nothing"),
            Self::Query { name, message } => {
                write!(f, "the query of {}: {message}", printable(name))
            }
            Self::Sections(count) => write!(f, "there are {count} sections for a SQLite database"),
        }
    }
}

impl std::error::Error for ExpectationsError {}
