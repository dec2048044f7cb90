//! Looking for rows: some first, then how many, and a sample where that takes too long.

use migsafe_core::data::{Certainty, Found};

use super::Asked;
use super::session::{Asking, Trouble};
use super::table::Table;
use crate::connection::{Answer, text};
use crate::sql::{self, BEFORE_ASKED};

/// How many pages a sample is about.
const SAMPLED_PAGES: f64 = 1_000.0;

/// Rows to look for.
pub(super) struct Scan<'a> {
    pub(super) table: &'a Table,
    /// What stands after `FROM`; ends with the table, so that `TABLESAMPLE` can follow, and the alias after that.
    pub(super) from: String,
    pub(super) alias: Option<&'static str>,
    /// `None` for all rows.
    pub(super) condition: Option<String>,
    /// The key of a row as text.
    pub(super) key: Option<String>,
    /// Whether it holds a text of a script.
    pub(super) of_script: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn all(table: &'a Table, from: String) -> Self {
        Self { table, from, alias: None, condition: None, key: None, of_script: false }
    }

    pub(super) fn rows_where(table: &'a Table, from: String, condition: String) -> Self {
        let key = table.key_text("");
        Self { condition: Some(condition), key, ..Self::all(table, from) }
    }

    pub(super) fn of_script(self) -> Self {
        Self { of_script: true, ..self }
    }

    /// Looks.
    pub(super) async fn run(&self, asking: &mut Asking) -> Asked<Found> {
        let shown = asking.limits.samples;
        let some = sql::some_rows(
            &self.source(None),
            self.where_clause(),
            self.key.as_deref(),
            shown.max(1),
        );
        let first = match self.ask(asking, some).await {
            Ok(first) => first,
            Err(Trouble::TimedOut) => return self.sample(asking).await,
            Err(trouble) => return Err(trouble),
        };
        let seen = first.rows(BEFORE_ASKED).len();
        if seen == 0 {
            return Ok(Found::exactly(0));
        }
        let keys: Vec<String> = match shown {
            0 => Vec::new(),
            _ => first
                .rows(BEFORE_ASKED)
                .iter()
                .filter_map(|row| Some(text(row, 0)?.into_owned()))
                .collect(),
        };
        let up_to = asking.limits.count_up_to;
        let count = sql::count_rows(&self.source(None), self.where_clause(), up_to);
        let counted = self.ask(asking, count).await;
        let found = match counted {
            Ok(answer) => match number(&answer) {
                n if n > up_to => self.many(up_to),
                n => Found::exactly(n.max(1)),
            },
            Err(Trouble::TimedOut | Trouble::NoTimeLeft) => {
                self.many(u64::try_from(seen).unwrap_or(1))
            }
            Err(trouble) => return Err(trouble),
        };
        Ok(found.with_sample(keys))
    }

    /// More than were counted: of all rows the statistics know about how many.
    fn many(&self, at_least: u64) -> Found {
        let known = whole(self.table.rows);
        if self.condition.is_none() && known > at_least {
            Found::of(known, Certainty::About)
        } else {
            Found::of(at_least, Certainty::AtLeast)
        }
    }

    /// What is found in a sample is there; that nothing is found says nothing.
    async fn sample(&self, asking: &mut Asking) -> Asked<Found> {
        let percent = percent(self.table);
        let limit = asking.limits.per_question.as_millis();
        let nothing = || {
            Trouble::Refused(format!(
                "looking at every row took longer than {limit} ms, and a sample of about {percent} % shows none"
            ))
        };
        if !self.table.can_be_sampled() {
            return Err(Trouble::TimedOut);
        }
        let query = sql::count_sampled(&self.source(Some(percent)), self.where_clause());
        match self.ask(asking, query).await.map(|answer| number(&answer)) {
            Ok(0) | Err(Trouble::TimedOut) => Err(nothing()),
            Ok(n) => Ok(Found::of(scaled(n, percent), Certainty::About)),
            Err(trouble) => Err(trouble),
        }
    }

    async fn ask(&self, asking: &mut Asking, query: String) -> Asked<Answer> {
        if self.of_script { asking.ask_with_script(query).await } else { asking.ask(query).await }
    }

    fn where_clause(&self) -> Option<&str> {
        self.condition.as_deref()
    }

    fn source(&self, percent: Option<f64>) -> String {
        source(&self.from, self.alias, percent)
    }
}

/// What stands after `FROM`.
pub(super) fn source(from: &str, alias: Option<&str>, percent: Option<f64>) -> String {
    let alias = alias.map(|alias| format!(" AS {alias}")).unwrap_or_default();
    let sample = percent.map(|p| format!(" TABLESAMPLE SYSTEM ({p})")).unwrap_or_default();
    format!("{from}{alias}{sample}")
}

/// Which part of a table a sample is.
pub(super) fn percent(table: &Table) -> f64 {
    if table.pages > SAMPLED_PAGES {
        // Short, for a message.
        ((SAMPLED_PAGES / table.pages * 100_000.0).ceil() / 1_000.0).clamp(0.001, 100.0)
    } else {
        10.0
    }
}

pub(super) fn number(answer: &Answer) -> u64 {
    answer.value(BEFORE_ASKED, 0).and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn scaled(rows: u64, percent: f64) -> u64 {
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    whole(f64::from(rows) * 100.0 / percent)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of rows, about"
)]
fn whole(number: f64) -> u64 {
    if number.is_finite() && number > 0.0 { number as u64 } else { 0 }
}
