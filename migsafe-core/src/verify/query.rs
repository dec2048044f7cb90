//! `RowQuery`: a text that is one query and nothing else.

use std::time::Duration;

use super::{RowCondition, RowExpectation};
use crate::Dialect;
use crate::sql::{ActionKind, analyse};

/// A query that a backend may put into a query of its own. That it exists means that its text is exactly one query,
/// without a semicolon and without a comment after it: no statement that writes, sets or ends anything.
///
/// That is the first of three fences, and not the one that holds: the backend asks within a transaction or on a
/// connection that cannot write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowQuery {
    schema: Option<String>,
    sql: String,
    question: RowQuestion,
    time_limit: Duration,
}

/// What is asked of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowQuestion {
    /// How many rows, and not more than one above this number.
    Count {
        /// The number.
        up_to: u64,
    },
    /// The first column of the only row.
    Value,
}

/// Rows are counted a little further than is needed, for the message.
const COUNTED_BEYOND: u64 = 1_000;

impl RowQuery {
    /// The query of an expectation; the error says why the text is none.
    pub(super) fn new(
        dialect: Dialect,
        schema: Option<&str>,
        row: &RowExpectation,
    ) -> Result<Self, String> {
        let script = analyse(dialect, &row.query);
        if let Some(problem) = script.problems().first() {
            return Err(format!(
                "it cannot be read: {}, at {}",
                problem.message(),
                problem.position()
            ));
        }
        let only = match script.statements() {
            [] => return Err("there is no statement in it".to_owned()),
            [only] if script.is_split() => only,
            several => return Err(format!("there are {} statements in it", several.len())),
        };
        let is_query = |kind: &ActionKind| matches!(kind, ActionKind::Query { .. });
        if let Some(other) = only.actions().iter().find(|action| !is_query(&action.kind)) {
            return Err(format!("it does more than read: {}", doing(&other.kind, only.verb())));
        }
        // COPY … TO and EXPLAIN ANALYZE read too, and what they write is not in the database.
        let begins = only.verb().split(' ').next().unwrap_or_default();
        if !matches!(begins, "" | "SELECT" | "WITH" | "VALUES" | "TABLE")
            || !only.facts().is_empty()
        {
            return Err(format!("{} is no query", only.verb()));
        }
        let sql = row.query.get(only.range()).unwrap_or_default().to_owned();
        let question = match &row.expect {
            RowCondition::Rows { at_least, at_most } => {
                let needed = at_most.unwrap_or_default().max(*at_least);
                RowQuestion::Count { up_to: needed.saturating_add(COUNTED_BEYOND) }
            }
            RowCondition::Value(_) | RowCondition::Within { .. } => RowQuestion::Value,
        };
        let time_limit = row.time_limit.unwrap_or(RowExpectation::TIME_LIMIT);
        Ok(Self { schema: schema.map(str::to_owned), sql, question, time_limit })
    }

    /// The schema in which its names are looked up; `None` where there are no schemas.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The text of the query. A line comment within it may reach to its end: let a line end follow.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// What is asked.
    #[must_use]
    pub fn question(&self) -> RowQuestion {
        self.question
    }

    /// How long it may take.
    #[must_use]
    pub fn time_limit(&self) -> Duration {
        self.time_limit
    }
}

/// What a statement does that is no query.
fn doing(kind: &ActionKind, verb: &str) -> String {
    match kind {
        ActionKind::Insert { .. } => "INSERT".to_owned(),
        ActionKind::Update { .. } => "UPDATE".to_owned(),
        ActionKind::Delete { .. } => "DELETE".to_owned(),
        ActionKind::Merge { .. } => "MERGE".to_owned(),
        ActionKind::CreateTable(_) => "SELECT INTO or CREATE TABLE".to_owned(),
        _ if verb.is_empty() => "a statement of another kind".to_owned(),
        _ => verb.to_owned(),
    }
}
