//! The outcomes of a plan.

use super::{DataCheck, DataOutcome};
use crate::migrations::MigrationName;
use crate::policy::Location;

/// Every check of the pending scripts with its outcome, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataReport {
    judged: Vec<Judged>,
}

/// A check and what it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judged {
    /// The check.
    pub check: DataCheck,
    /// What it came to.
    pub outcome: DataOutcome,
}

impl DataReport {
    /// Of checks with their outcomes.
    #[must_use]
    pub fn new(judged: impl IntoIterator<Item = (DataCheck, DataOutcome)>) -> Self {
        let judged = judged.into_iter().map(|(check, outcome)| Judged { check, outcome });
        Self { judged: judged.collect() }
    }

    /// All of them.
    #[must_use]
    pub fn judged(&self) -> &[Judged] {
        &self.judged
    }

    /// The gravest outcome of the action at this place; `None` if it raised no question.
    #[must_use]
    pub fn outcome(&self, migration: &MigrationName, location: &Location) -> Option<&DataOutcome> {
        let mut gravest: Option<&DataOutcome> = None;
        for judged in &self.judged {
            let check = &judged.check;
            let here = check.migration == *migration
                && check.location.statement == location.statement
                && (location.span.is_none() || check.location.span == location.span);
            if here && gravest.is_none_or(|known| judged.outcome.rank() > known.rank()) {
                gravest = Some(&judged.outcome);
            }
        }
        gravest
    }
}

impl Judged {
    /// What it came to, in words: `drops the table users: 3 rows are lost`.
    #[must_use]
    pub fn message(&self) -> String {
        let does = &self.check.does;
        let noun = |rows: u64| {
            let [one, many] = self.check.question.as_ref().map_or(["row", "rows"], |q| q.noun());
            if rows == 1 { one } else { many }
        };
        match &self.outcome {
            DataOutcome::Fine => format!("{does}: no row is in the way, and none is lost"),
            DataOutcome::DataLoss { rows, exact, at_least, also } => {
                let mut parts = Vec::new();
                if *rows > 0 {
                    let verb = match noun(*rows) {
                        text if text.contains(' ')
                            && !text.contains(" and ")
                            && !text.contains(" or ") =>
                        {
                            ""
                        }
                        _ if *rows == 1 => " is lost",
                        _ => " are lost",
                    };
                    parts.push(format!(
                        "{}{} {}{verb}",
                        about(*exact, *at_least),
                        rows,
                        noun(*rows)
                    ));
                }
                if !also.is_empty() {
                    parts.push(format!("it takes along {}", also.join(", ")));
                }
                format!("{does}: {}", parts.join("; "))
            }
            DataOutcome::WillFail { sqlstate, rows: 0, .. } => {
                format!("{does}: fails with {sqlstate}, whatever rows there are")
            }
            DataOutcome::WillFail { sqlstate, rows, exact, at_least, sample } => {
                let such = match &**sample {
                    [] => String::new(),
                    keys => format!(" (such as {})", keys.join(", ")),
                };
                let rows = format!("{}{rows} {}", about(*exact, *at_least), noun(*rows));
                format!("{does}: fails with {sqlstate}, {rows}{such}")
            }
            DataOutcome::Unknown { why } => {
                format!("{does}: what that does to rows is not known, {why}")
            }
        }
    }
}

fn about(exact: bool, at_least: bool) -> &'static str {
    match (exact, at_least) {
        (true, _) => "",
        (false, true) => "at least ",
        (false, false) => "about ",
    }
}
