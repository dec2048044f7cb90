//! How two snapshots are compared.

use std::fmt;

use chrono::NaiveDate;

use super::{IgnoreRules, Tolerance};
use crate::Dialect;

/// How two snapshots are compared. The default tolerates everything that differs in the text and not in
/// the meaning, and ignores nothing.
#[derive(Clone, Debug, Default)]
pub struct DiffOptions {
    exact: Vec<Tolerance>,
    ignore: IgnoreRules,
    today: Option<NaiveDate>,
}

impl DiffOptions {
    /// The same without a tolerance: what it would have covered is a change.
    #[must_use]
    pub fn without_tolerance(mut self, tolerance: Tolerance) -> Self {
        self.exact.push(tolerance);
        self
    }

    /// The same with no tolerance at all.
    #[must_use]
    pub fn exact(mut self) -> Self {
        self.exact = Tolerance::ALL.to_vec();
        self
    }

    /// The same with rules for what is known and accepted.
    #[must_use]
    pub fn with_ignore(mut self, rules: IgnoreRules) -> Self {
        self.ignore = rules;
        self
    }

    /// The same on a day: rules that expired before it hide nothing. Without a day, every rule with an
    /// expiry date counts as expired.
    #[must_use]
    pub fn on(mut self, today: NaiveDate) -> Self {
        self.today = Some(today);
        self
    }

    pub(super) fn tolerates(&self, tolerance: Tolerance) -> bool {
        !self.exact.contains(&tolerance)
    }

    pub(super) fn ignore(&self) -> &IgnoreRules {
        &self.ignore
    }

    pub(super) fn today(&self) -> Option<NaiveDate> {
        self.today
    }
}

/// Why two snapshots cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiffError {
    /// They are of different kinds of databases.
    Dialects(Dialect, Dialect),
}

impl DiffError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Dialects(..) => "different-databases",
        }
    }

    /// What to do next.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Dialects(..) => "compare two databases of one kind",
        }
    }
}

impl fmt::Display for DiffError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dialects(from, to) => {
                write!(f, "a schema of {from} cannot be compared with one of {to}")
            }
        }
    }
}

impl std::error::Error for DiffError {}
