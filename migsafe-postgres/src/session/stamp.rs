//! Knowing that nobody has changed the rows without reading them.

use crate::connection::Answer;

/// The three numbers of [`crate::sql::stamp`], which says what they can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    count: i128,
    transactions: i128,
    places: i128,
}

impl Stamp {
    /// From three columns of the first row of a statement.
    pub(super) fn decode(answer: &Answer, statement: usize) -> Option<Self> {
        let number = |column| answer.value(statement, column)?.parse::<i128>().ok();
        Some(Self { count: number(0)?, transactions: number(1)?, places: number(2)? })
    }

    /// As [`crate::sql::guard`] takes them.
    pub(super) fn numbers(self) -> [i128; 3] {
        [self.count, self.transactions, self.places]
    }

    /// The stamp with the rows of another added.
    pub(super) fn with(self, rows: Self) -> Self {
        Self {
            count: self.count + rows.count,
            transactions: self.transactions + rows.transactions,
            places: self.places + rows.places,
        }
    }
}
