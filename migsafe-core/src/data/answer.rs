//! What a database says to a question.

/// The answer to one [`DataQuestion`](super::DataQuestion).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataAnswer {
    /// The rows that the question is about.
    Found(Found),
    /// The same for a constraint or a conversion whose failure only the database knows.
    Failing {
        /// SQLSTATE.
        sqlstate: String,
        /// The rows; none found where it fails without any.
        found: Found,
    },
    /// A conversion to another type succeeds, and so many values are others afterwards.
    Changed(Found),
    /// An expression of the script converts, and so many values are others afterwards: whether that is a loss is in
    /// the expression.
    Computed(Found),
    /// There is no such object, or no such column.
    NotThere,
    /// Why there is no answer.
    Unanswered(String),
}

/// Rows that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// How many.
    pub rows: u64,
    /// How sure the number is. That there are none is always certain.
    pub certainty: Certainty,
    /// Keys of some of them, as text.
    pub sample: Vec<String>,
    /// Other objects that go along, in words.
    pub also: Vec<String>,
}

/// How sure a number is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Certainty {
    /// Counted.
    #[default]
    Exact,
    /// Counted up to here.
    AtLeast,
    /// Estimated from a sample or from statistics; at least one was seen.
    About,
}

impl Found {
    /// So many, counted.
    #[must_use]
    pub fn exactly(rows: u64) -> Self {
        Self { rows, ..Self::default() }
    }

    /// So many, and how sure that is.
    #[must_use]
    pub fn of(rows: u64, certainty: Certainty) -> Self {
        Self { rows, certainty, ..Self::default() }
    }

    /// The same with keys of some of them.
    #[must_use]
    pub fn with_sample<S: Into<String>>(mut self, sample: impl IntoIterator<Item = S>) -> Self {
        self.sample = sample.into_iter().map(Into::into).collect();
        self
    }

    /// The same with objects that go along.
    #[must_use]
    pub fn with_also(mut self, also: Vec<String>) -> Self {
        self.also = also;
        self
    }
}
