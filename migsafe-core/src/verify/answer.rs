//! `RowAnswer`: what a query gave.

use std::collections::BTreeMap;

/// What a query gave, as far as it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowAnswer {
    /// So many rows.
    Rows {
        /// How many were counted.
        count: u64,
        /// There are more, which were not counted.
        more: bool,
    },
    /// No row, where a value was asked for.
    NoRow,
    /// The only row's first column.
    Value {
        /// As text; `None` for NULL.
        value: Option<String>,
        /// It is longer than [`MAX_VALUE_CHARS`], and this is its beginning.
        cut: bool,
    },
    /// More than one row, where a value was asked for.
    SeveralRows,
    /// It could not be found out: why. Holds nothing of a row.
    Unanswered(String),
}

/// How many characters of a value are read.
pub const MAX_VALUE_CHARS: usize = 10_000;

/// What queries gave, by section and name of the expectation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowAnswers(BTreeMap<(String, String), RowAnswer>);

impl RowAnswers {
    /// The same with one more.
    #[must_use]
    pub fn with(
        mut self,
        section: impl Into<String>,
        name: impl Into<String>,
        answer: RowAnswer,
    ) -> Self {
        self.0.insert((section.into(), name.into()), answer);
        self
    }

    /// What one query gave; `None` if it was not asked.
    #[must_use]
    pub fn get(&self, section: &str, name: &str) -> Option<&RowAnswer> {
        self.0.get(&(section.to_owned(), name.to_owned()))
    }
}
