//! `RowExpectation`: what a query has to give.

use std::fmt;
use std::time::Duration;

use serde_json::Number;

use crate::text::one_line;

/// A query, and what it has to give.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowExpectation {
    /// One query, that reads only.
    pub query: String,
    /// What it has to give.
    pub expect: RowCondition,
    /// How long it may take; [`RowExpectation::TIME_LIMIT`] if nothing is said.
    pub time_limit: Option<Duration>,
}

/// What a query has to give.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowCondition {
    /// So many rows.
    Rows {
        /// Not fewer.
        at_least: u64,
        /// Not more, if there is a limit.
        at_most: Option<u64>,
    },
    /// One row, whose first column equals this.
    Value(Scalar),
    /// One row, whose first column is a number within these bounds.
    Within {
        /// Not less.
        at_least: Option<Number>,
        /// Not more.
        at_most: Option<Number>,
    },
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scalar {
    /// NULL.
    Null,
    /// True or false; on SQLite 1 or 0.
    Bool(bool),
    /// A number, however many zeros stand behind its point.
    Number(Number),
    /// A text, as the database shows the value.
    Text(String),
}

impl RowExpectation {
    /// How long a query may take, if nothing else is said.
    pub const TIME_LIMIT: Duration = Duration::from_secs(5);

    /// A query and what it has to give.
    #[must_use]
    pub fn new(query: impl Into<String>, expect: RowCondition) -> Self {
        Self { query: query.into(), expect, time_limit: None }
    }
}

/// In words, after "expected".
impl fmt::Display for RowCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = |n: u64| if n == 1 { "row" } else { "rows" };
        match self {
            Self::Rows { at_most: Some(0), .. } => f.write_str("no row"),
            Self::Rows { at_least, at_most: Some(most) } if at_least == most => {
                write!(f, "{most} {}", rows(*most))
            }
            Self::Rows { at_least: 0, at_most: Some(most) } => {
                write!(f, "at most {most} {}", rows(*most))
            }
            Self::Rows { at_least, at_most: Some(most) } => {
                write!(f, "{at_least} to {most} rows")
            }
            Self::Rows { at_least, at_most: None } => {
                write!(f, "at least {at_least} {}", rows(*at_least))
            }
            Self::Value(scalar) => write!(f, "{scalar}"),
            Self::Within { at_least: Some(least), at_most: Some(most) } => {
                write!(f, "{least} to {most}")
            }
            Self::Within { at_least: Some(least), at_most: None } => write!(f, "at least {least}"),
            Self::Within { at_least: None, at_most: Some(most) } => write!(f, "at most {most}"),
            Self::Within { at_least: None, at_most: None } => f.write_str("a number"),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(&shown(text)),
        }
    }
}

/// A value of a row, short and harmless.
pub(super) fn shown(value: &str) -> String {
    format!("'{}'", one_line(value, 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_read_like_sentences() {
        let rows = |at_least, at_most| RowCondition::Rows { at_least, at_most }.to_string();
        assert_eq!(rows(0, Some(0)), "no row");
        assert_eq!(rows(1, Some(1)), "1 row");
        assert_eq!(rows(1, None), "at least 1 row");
        assert_eq!(rows(2, Some(5)), "2 to 5 rows");
        assert_eq!(rows(0, Some(5)), "at most 5 rows");
        let text = RowCondition::Value(Scalar::Text("a\u{1b}[31m\nb".to_owned()));
        assert_eq!(text.to_string(), "'a b'");
    }
}
