//! A question about one action of a script, with what the plan itself says about it.

use super::{DataAnswer, DataOutcome, DataQuestion, judge};
use crate::Dialect;
use crate::migrations::MigrationName;
use crate::policy::Location;

/// One thing to find out about one action.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DataCheck {
    /// The migration.
    pub migration: MigrationName,
    /// The action.
    pub location: Location,
    /// What the action does, as the beginning of a sentence: `drops the table users`.
    pub does: String,
    /// What to ask; `None` where the scripts say it all.
    pub question: Option<DataQuestion>,
    /// What the outcome is without a question.
    pub(super) settled: DataOutcome,
    /// When an answer decides nothing.
    pub(super) doubt: Doubt,
    /// The outcome where there is no such table or column (`IF EXISTS`, a table that may be created before); `None`: it was not
    /// found.
    pub(super) absent: Option<DataOutcome>,
    /// What has to be so for an outcome to be certain.
    pub(super) relies: Vec<Reliance>,
}

/// Something that the plan relies on: no row is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reliance {
    pub(crate) question: DataQuestion,
    /// Why nothing is certain where one is found.
    pub(crate) why: String,
}

/// When an answer decides nothing, because of what happens before the action; the reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Doubt {
    /// Rows that are found now may be gone, or changed, or kept elsewhere by then.
    pub if_found: Option<String>,
    /// Rows that are not there now may be there by then.
    pub if_none: Option<String>,
}

impl Doubt {
    pub(super) fn both(why: impl Into<String>) -> Self {
        let why = why.into();
        Self { if_found: Some(why.clone()), if_none: Some(why) }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self { if_found: self.if_found.or(other.if_found), if_none: self.if_none.or(other.if_none) }
    }

    /// The reason that makes every answer useless.
    fn is_total(&self) -> Option<&String> {
        self.if_none.as_ref().and(self.if_found.as_ref())
    }
}

impl DataCheck {
    /// The outcome without asking; `None` when the database has to be asked.
    #[must_use]
    pub fn settled(&self) -> Option<DataOutcome> {
        match (&self.question, self.doubt.is_total()) {
            (None, _) => Some(self.settled.clone()),
            (Some(_), Some(why)) => Some(DataOutcome::unknown(why.clone())),
            (Some(_), None) => None,
        }
    }

    /// The outcome with the database's answer.
    #[must_use]
    pub fn conclude(&self, dialect: Dialect, answer: &DataAnswer) -> DataOutcome {
        let Some(question) = &self.question else {
            return self.settled.clone();
        };
        let outcome = match (&self.absent, answer) {
            (Some(absent), DataAnswer::NotThere) => absent.clone(),
            _ => judge(dialect, question, answer),
        };
        let doubt = match &outcome {
            DataOutcome::Fine => &self.doubt.if_none,
            DataOutcome::DataLoss { .. } | DataOutcome::WillFail { .. } => &self.doubt.if_found,
            DataOutcome::Unknown { .. } => &None,
        };
        doubt.as_ref().map_or(outcome, |why| DataOutcome::unknown(why.clone()))
    }

    /// The questions that this check raises, as far as it has to be asked.
    pub(crate) fn questions(&self) -> impl Iterator<Item = &DataQuestion> {
        let settled = self.settled();
        let question = self.question.as_ref().filter(|_| settled.is_none());
        let is_certain = !matches!(settled, Some(DataOutcome::Unknown { .. }));
        let relies = self.relies.iter().filter(move |_| is_certain);
        question.into_iter().chain(relies.map(|reliance| &reliance.question))
    }

    /// What it comes to with the answers to its questions.
    pub(crate) fn outcome<'q>(
        &self,
        dialect: Dialect,
        answer: impl Fn(&DataQuestion) -> &'q DataAnswer,
    ) -> DataOutcome {
        let outcome = self.settled().unwrap_or_else(|| match &self.question {
            Some(question) => self.conclude(dialect, answer(question)),
            None => self.settled.clone(),
        });
        if matches!(outcome, DataOutcome::Unknown { .. }) {
            return outcome;
        }
        let broken = self.relies.iter().find(|reliance| match answer(&reliance.question) {
            DataAnswer::Found(found) | DataAnswer::Changed(found) => found.rows > 0,
            // What the plan makes passes nothing on.
            DataAnswer::NotThere => false,
            _ => true,
        });
        broken.map_or(outcome, |reliance| DataOutcome::unknown(reliance.why.clone()))
    }
}
