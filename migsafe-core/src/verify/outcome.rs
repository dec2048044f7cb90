//! `Check`: one expectation, and what became of it.

use super::Subject;

/// One expectation, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub(super) subject: Subject,
    pub(super) expected: String,
    pub(super) outcome: CheckOutcome,
}

impl Check {
    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What was expected, in words.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What became of it.
    #[must_use]
    pub fn outcome(&self) -> &CheckOutcome {
        &self.outcome
    }
}

/// What became of an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckOutcome {
    /// It is so.
    Met,
    /// It is not so.
    Missed {
        /// In which way.
        miss: Miss,
        /// What is there instead, in words.
        found: String,
        /// What to do next.
        help: String,
    },
    /// It could not be found out.
    Unknown {
        /// Why.
        why: String,
    },
}

/// In which way an expectation is missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Miss {
    /// There is no such object.
    Missing,
    /// Something else has the name.
    OtherKind,
    /// The index is there and not used: its build failed or has not ended.
    Invalid,
    /// The constraint is not proven for the rows there are.
    NotValidated,
    /// The constraint is not enforced.
    NotEnforced,
    /// The materialised view was never filled.
    NotPopulated,
    /// The trigger does not fire.
    Disabled,
    /// It is another type, value, number.
    Different,
}

impl Miss {
    /// The stable name, in `snake_case`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::OtherKind => "other_kind",
            Self::Invalid => "invalid",
            Self::NotValidated => "not_validated",
            Self::NotEnforced => "not_enforced",
            Self::NotPopulated => "not_populated",
            Self::Disabled => "disabled",
            Self::Different => "different",
        }
    }
}
