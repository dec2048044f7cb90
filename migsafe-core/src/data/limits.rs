//! How much may be asked.

use std::time::Duration;

/// How long questions about rows may take, and what of the rows is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DataLimits {
    /// For one question; 2 s by default.
    pub per_question: Duration,
    /// For all of them; 10 s by default. What is not answered by then is unknown.
    pub total: Duration,
    /// Up to how many rows are counted; 100,000 by default. Beyond it there are "at least" so many.
    pub count_up_to: u64,
    /// Keys of how many rows are shown; 5 by default, 0 for none. They are data of the database.
    pub samples: usize,
}

impl Default for DataLimits {
    fn default() -> Self {
        Self {
            per_question: Duration::from_secs(2),
            total: Duration::from_secs(10),
            count_up_to: 100_000,
            samples: 5,
        }
    }
}

impl DataLimits {
    /// The same with a limit for one question.
    #[must_use]
    pub fn with_per_question(mut self, limit: Duration) -> Self {
        self.per_question = limit.max(Duration::from_millis(1));
        self
    }

    /// The same with a limit for all questions together.
    #[must_use]
    pub fn with_total(mut self, limit: Duration) -> Self {
        self.total = limit;
        self
    }

    /// The same with another number up to which rows are counted; at least 1.
    #[must_use]
    pub fn with_count_up_to(mut self, rows: u64) -> Self {
        self.count_up_to = rows.max(1);
        self
    }

    /// The same without any key of a row in a message.
    #[must_use]
    pub fn without_samples(mut self) -> Self {
        self.samples = 0;
        self
    }
}
