//! What a statement will do to rows: the four outcomes.

use serde::Serialize;

use super::{Certainty, DataAnswer, DataQuestion, Found};
use crate::Dialect;
use crate::text::printable;

/// What a statement will do to the rows that are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DataOutcome {
    /// No row stands in the way and none is lost.
    Fine,
    /// It succeeds, as far as rows are concerned, and rows, values or objects are gone afterwards.
    DataLoss {
        /// How many rows or values.
        rows: u64,
        /// Whether they were counted; otherwise there are more, or about so many.
        exact: bool,
        /// So many were seen, and there may be more.
        at_least: bool,
        /// Objects that go along, in words.
        also: Vec<String>,
    },
    /// The database refuses it. Nothing that a person allows changes that.
    WillFail {
        /// SQLSTATE; SQLite: the extended result code.
        sqlstate: String,
        /// How many rows are the reason; 0 where it fails without any.
        rows: u64,
        /// Whether they were counted; otherwise there are more, or about so many.
        exact: bool,
        /// So many were seen, and there may be more.
        at_least: bool,
        /// Keys of some of them.
        sample: Vec<String>,
    },
    /// It cannot be said.
    Unknown {
        /// Why, a lower-case fragment.
        why: String,
    },
}

/// The most that is shown of a key, in characters.
const KEY_LENGTH: usize = 64;
/// The most objects that are named.
const ALSO: usize = 20;

impl DataOutcome {
    /// Not known, and why.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: printable(&why.into()) }
    }

    /// Whether it is [`DataOutcome::Fine`].
    #[must_use]
    pub fn is_fine(&self) -> bool {
        *self == Self::Fine
    }

    /// The graver first: fails, loses, unknown, fine.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::WillFail { .. } => 3,
            Self::DataLoss { .. } => 2,
            Self::Unknown { .. } => 1,
            Self::Fine => 0,
        }
    }
}

/// What the answer means for the statement that the question was about.
#[must_use]
pub fn judge(dialect: Dialect, question: &DataQuestion, answer: &DataAnswer) -> DataOutcome {
    match answer {
        DataAnswer::Unanswered(why) => DataOutcome::unknown(why.clone()),
        DataAnswer::NotThere => {
            DataOutcome::unknown(format!("{} was not found in the database", question.object()))
        }
        DataAnswer::Failing { sqlstate, found } => fails(sqlstate, found),
        DataAnswer::Computed(found) if found.rows > 0 => DataOutcome::unknown(format!(
            "the expression of USING makes other values of {}; whether they say the same is not to be seen from here",
            number(found)
        )),
        DataAnswer::Found(found) | DataAnswer::Changed(found) | DataAnswer::Computed(found) => {
            match question.failure(dialect) {
                _ if found.rows == 0 && found.also.is_empty() => DataOutcome::Fine,
                Some(sqlstate) => fails(sqlstate, found),
                None => DataOutcome::DataLoss {
                    rows: found.rows,
                    exact: found.certainty == Certainty::Exact,
                    at_least: found.certainty == Certainty::AtLeast,
                    also: found.also.iter().take(ALSO).map(|text| printable(text)).collect(),
                },
            }
        }
    }
}

fn fails(sqlstate: &str, found: &Found) -> DataOutcome {
    DataOutcome::WillFail {
        sqlstate: sqlstate.to_owned(),
        rows: found.rows,
        exact: found.certainty == Certainty::Exact,
        at_least: found.certainty == Certainty::AtLeast,
        sample: found.sample.iter().map(|key| shown(key)).collect(),
    }
}

fn number(found: &Found) -> String {
    let noun = if found.rows == 1 { "value" } else { "values" };
    match found.certainty {
        Certainty::Exact => format!("{} {noun}", found.rows),
        Certainty::AtLeast => format!("at least {} {noun}", found.rows),
        Certainty::About => format!("about {} {noun}", found.rows),
    }
}

/// A key as it may be shown: printable, in one line, cut.
fn shown(key: &str) -> String {
    let line: String = key.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = printable(&line);
    match line.char_indices().nth(KEY_LENGTH) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Key;
    use crate::sql::ObjectName;

    fn nulls() -> DataQuestion {
        let table = ObjectName::unqualified("t");
        DataQuestion::Nulls { table, of: Key::Column("c".into()) }
    }

    #[test]
    fn keys_are_cut_and_cannot_steer_a_terminal() {
        let long = format!("a\u{1b}[31m\n{}", "é".repeat(80));
        let answer = DataAnswer::Found(Found::exactly(1).with_sample([long]));
        let DataOutcome::WillFail { sample, .. } = judge(Dialect::Postgres, &nulls(), &answer)
        else {
            panic!("it fails");
        };
        let key = sample.first().map(String::as_str).unwrap_or_default();
        assert!(!key.contains('\u{1b}') && !key.contains('\n'), "{key:?}");
        assert_eq!((key.chars().count(), key.ends_with('…')), (KEY_LENGTH + 1, true));
    }

    #[test]
    fn none_found_is_fine_and_no_answer_is_unknown() {
        let judged = |answer| judge(Dialect::Sqlite, &nulls(), &answer);
        assert!(judged(DataAnswer::Found(Found::exactly(0))).is_fine());
        assert_eq!(
            judged(DataAnswer::Unanswered("no right".into())),
            DataOutcome::unknown("no right")
        );
        assert!(matches!(judged(DataAnswer::NotThere), DataOutcome::Unknown { .. }));
        let failing = judged(DataAnswer::Found(Found::of(3, Certainty::About)));
        assert!(
            matches!(failing, DataOutcome::WillFail { ref sqlstate, rows: 3, exact: false, .. } if sqlstate == "1299")
        );
    }
}
