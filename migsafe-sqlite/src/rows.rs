//! Queries of others, which may only read.
//!
//! The text is exactly one query ([`RowQuery`]). It stands in parentheses within a query of ours, where nothing but a
//! query can stand: a text that ends early is a syntax error before anything runs. A file is opened for reading only,
//! on a connection of its own; everywhere `PRAGMA query_only` is on. SQLite's progress handler keeps the limit.

use std::time::Duration;

use async_trait::async_trait;
use migsafe_core::store::{RowReader, StoreError, StoreErrorCode};
use migsafe_core::verify::{MAX_VALUE_CHARS, RowAnswer, RowQuery, RowQuestion};

use crate::connection::{Access, Connection, bytes};
use crate::error::{Fault, code};
use crate::sql;
use crate::store::{SqliteStore, Target};
use crate::watch::Watch;

const DOING: &str = "ask queries";

#[async_trait]
impl RowReader for SqliteStore {
    async fn ask_rows(&self, queries: &[RowQuery]) -> Result<Vec<RowAnswer>, StoreError> {
        let failed = |fault: Fault| fault.store_error(DOING);
        let longest = queries.iter().map(RowQuery::time_limit).max().unwrap_or_default();
        match self.target() {
            Target::File { reader, .. } => {
                if matches!(std::fs::metadata(reader.path()), Err(error)
                    if error.kind() == std::io::ErrorKind::NotFound)
                {
                    let text = format!("there is no database file {}", reader.path().display());
                    return Err(StoreError::new(StoreErrorCode::DatabaseMissing, text));
                }
                let opened = Connection::open(reader.path(), Access::Read, longest).await;
                let mut connection = opened.map_err(failed)?;
                let watch = connection.watch().await.map_err(failed)?;
                connection.run(sql::READ_ONLY).await.map_err(failed)?;
                let answers = ask_all(&mut connection, &watch, queries).await;
                connection.close().await;
                Ok(answers)
            }
            Target::Memory(memory) => {
                let lease = memory.lock(longest).await.map_err(failed)?;
                let Some(mut lease) = lease else {
                    return Err(Fault::of(Some(code::BUSY), "a session uses it").store_error(DOING));
                };
                lease.slot.dirty = true;
                let (connection, watch) = lease.parts().map_err(failed)?;
                connection.run(sql::READ_ONLY).await.map_err(failed)?;
                let answers = ask_all(connection, watch, queries).await;
                watch.limit(None);
                connection.run(sql::READ_WRITE).await.map_err(failed)?;
                lease.slot.dirty = false;
                Ok(answers)
            }
        }
    }
}

async fn ask_all(
    connection: &mut Connection,
    watch: &Watch,
    queries: &[RowQuery],
) -> Vec<RowAnswer> {
    let mut answers = Vec::with_capacity(queries.len());
    for query in queries {
        watch.limit(Some(query.time_limit()));
        let answer = ask(connection, query).await;
        let unanswered = |fault| RowAnswer::Unanswered(why(&fault, query.time_limit()));
        answers.push(answer.unwrap_or_else(unanswered));
    }
    answers
}

async fn ask(connection: &mut Connection, query: &RowQuery) -> Result<RowAnswer, Fault> {
    if let RowQuestion::Count { up_to } = query.question() {
        let counted = connection.integer(sql::count_row_query(query.sql(), up_to)).await?;
        let counted = u64::try_from(counted).unwrap_or_default();
        return Ok(RowAnswer::Rows { count: counted.min(up_to), more: counted > up_to });
    }
    let columns = connection.column_count(sql::within(query.sql())).await?;
    let text = sql::value_of_row_query(query.sql(), columns, MAX_VALUE_CHARS + 1);
    let rows = connection.rows(text).await?;
    let [row] = rows.as_slice() else {
        return Ok(if rows.is_empty() { RowAnswer::NoRow } else { RowAnswer::SeveralRows });
    };
    let shown = bytes(row, 0)?;
    // A letter stands before the value: nothing is NULL.
    let value = String::from_utf8_lossy(&shown).strip_prefix('v').map(str::to_owned);
    let cut = value.as_ref().is_some_and(|value| value.chars().count() > MAX_VALUE_CHARS);
    let value = value.map(|value| value.chars().take(MAX_VALUE_CHARS).collect());
    Ok(RowAnswer::Value { value, cut })
}

/// Why there is no answer, without anything of a row: a message of SQLite can hold a value.
fn why(fault: &Fault, limit: Duration) -> String {
    /// They are found when the query is prepared, before a row is read.
    const ABOUT_THE_TEXT: [&str; 8] = [
        "no such ",
        "near ",
        "ambiguous column",
        "wrong number of arguments",
        "misuse of ",
        "unrecognized token",
        "unknown function",
        "incomplete input",
    ];
    match fault.primary() {
        Some(code::INTERRUPT) => format!("it took longer than {} s", limit.as_secs_f64()),
        Some(code::BUSY | code::LOCKED) => {
            "another connection keeps the database locked".to_owned()
        }
        Some(code::READONLY) => "it would write (SQLite code 8)".to_owned(),
        Some(code::ERROR) if ABOUT_THE_TEXT.iter().any(|text| fault.message.starts_with(text)) => {
            format!("{} (SQLite code 1)", fault.message)
        }
        Some(code) => format!(
            "SQLite refuses it with code {code}; what it says can hold a value, and is not repeated"
        ),
        None => "the connection was lost".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sqlite_says_of_a_value_is_not_repeated() {
        let say = |code, message: &str| why(&Fault::of(code, message), Duration::from_secs(1));
        assert!(!say(Some(1), "bad JSON path: 'alice'").contains("alice"));
        assert!(!say(None, "alice").contains("alice"));
        assert_eq!(say(Some(1), "no such table: t"), "no such table: t (SQLite code 1)");
    }
}
