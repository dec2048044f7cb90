//! Queries of others within queries of ours. What they are for is in [`crate::rows`].

use std::time::Duration;

use super::Ident;
use super::data::setting;
use super::step::milliseconds;

/// What a query runs with: its limit, and the schema in which its names are looked up. Ended by
/// [`ASKED`](super::ASKED), which takes the settings back too.
pub(crate) fn before_row_query(schema: Option<&str>, limit: Duration) -> String {
    let mut items = vec![setting("statement_timeout", &milliseconds(limit))];
    items.extend(schema.map(|schema| setting("search_path", &Ident(schema).to_string())));
    format!("SAVEPOINT migsafe_question;\nSELECT {}", items.join(", "))
}

/// Row: how many rows it gives, and not more than one above the limit.
pub(crate) fn count_row_query(query: &str, up_to: u64) -> String {
    let limit = up_to.saturating_add(1).min(i64::MAX.unsigned_abs());
    format!(
        "SELECT pg_catalog.count(*)::pg_catalog.text FROM (SELECT 1 FROM ({query}\n) AS migsafe_given \
         LIMIT {limit}) AS migsafe_counted"
    )
}

/// Rows: the first column of the first two rows, as text of at most so many characters.
pub(crate) fn value_of_row_query(query: &str, chars: usize) -> String {
    format!(
        "SELECT pg_catalog.left(migsafe_given.migsafe_value::pg_catalog.text, {chars}) \
         FROM ({query}\n) AS migsafe_given (migsafe_value) LIMIT 2"
    )
}
