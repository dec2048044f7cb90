//! Queries of others, which may only read.
//!
//! Five fences. The text is exactly one query
//! ([`RowQuery`]). It stands in parentheses within a query of ours, where nothing but a query can stand. It is sent by
//! the extended protocol, in which the server refuses a second statement. And it runs in a transaction that is READ
//! ONLY, within a savepoint, from which no setting leads back to writing: so a function that it calls cannot write
//! either. Last, the transaction is rolled back, always: before PostgreSQL 16 one that is READ ONLY lets `lo_create` pass.
//!
//! What a transaction does not hold back it does not hold back here: `pg_terminate_backend`, advisory locks, `NOTIFY`,
//! `dblink` of a role that may use them.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use migsafe_core::store::{RowReader, StoreError};
use migsafe_core::verify::{MAX_VALUE_CHARS, RowAnswer, RowQuery, RowQuestion};

use crate::connection::{Answer, Connection, text};
use crate::error::{Failure, ServerError};
use crate::{PostgresOptions, PostgresStore, sql};

/// How much longer than the server's own limit an answer may be on its way.
const ON_THE_WAY: Duration = Duration::from_secs(5);

#[async_trait]
impl RowReader for PostgresStore {
    async fn ask_rows(&self, queries: &[RowQuery]) -> Result<Vec<RowAnswer>, StoreError> {
        let mut connection = Some(begin(self.options(), queries).await?);
        let mut answers = Vec::with_capacity(queries.len());
        for query in queries {
            let answer = match connection.take() {
                Some(open) => Ok(open),
                // The query before this one took the connection with it.
                None => begin(self.options(), queries).await,
            };
            answers.push(match answer {
                Ok(mut open) => {
                    let answer = ask(&mut open, query).await;
                    connection = open.is_usable().then_some(open);
                    answer
                }
                Err(error) => RowAnswer::Unanswered(format!("no connection: {error}")),
            });
        }
        if let Some(mut open) = connection {
            // It has changed nothing; the connection is closed either way.
            let _ = open.send_within("ROLLBACK".to_owned(), Some(ON_THE_WAY)).await;
            open.close().await;
        }
        Ok(answers)
    }
}

async fn begin(options: &PostgresOptions, queries: &[RowQuery]) -> Result<Connection, StoreError> {
    let longest = queries.iter().map(RowQuery::time_limit).max().unwrap_or_default();
    let mut connection = Connection::open(options).await?;
    let begin = sql::begin_asking(None, longest + ON_THE_WAY);
    connection.send_within(begin, Some(ON_THE_WAY)).await.ok("beginning to ask queries")?;
    Ok(connection)
}

async fn ask(connection: &mut Connection, query: &RowQuery) -> RowAnswer {
    let limit = query.time_limit();
    let prepare = sql::before_row_query(query.schema(), limit);
    let prepared = connection.send_within(prepare, Some(ON_THE_WAY)).await;
    if let Some(failure) = prepared.failure {
        return RowAnswer::Unanswered(why(&failure, limit, Duration::ZERO));
    }
    let text = match query.question() {
        RowQuestion::Count { up_to } => sql::count_row_query(query.sql(), up_to),
        _ => sql::value_of_row_query(query.sql(), MAX_VALUE_CHARS + 1),
    };
    let start = Instant::now();
    let answer = connection.send_single(text, limit + ON_THE_WAY).await;
    let answer = match &answer.failure {
        Some(failure) => RowAnswer::Unanswered(why(failure, limit, start.elapsed())),
        None => read(query.question(), &answer),
    };
    if connection.is_usable() {
        // Where that fails, the connection is of no more use, and the next query gets another.
        let _ = connection.send_within(sql::ASKED.to_owned(), Some(ON_THE_WAY)).await;
    }
    answer
}

fn read(question: RowQuestion, answer: &Answer) -> RowAnswer {
    match (question, answer.rows(0)) {
        (RowQuestion::Count { up_to }, [row]) => {
            let counted = text(row, 0).and_then(|count| count.parse::<u64>().ok());
            let counted = counted.unwrap_or_default();
            RowAnswer::Rows { count: counted.min(up_to), more: counted > up_to }
        }
        (_, []) => RowAnswer::NoRow,
        (_, [row]) => {
            let value = text(row, 0).map(|value| value.into_owned());
            let cut = value.as_ref().is_some_and(|value| value.chars().count() > MAX_VALUE_CHARS);
            let value = value.map(|value| value.chars().take(MAX_VALUE_CHARS).collect());
            RowAnswer::Value { value, cut }
        }
        (_, _) => RowAnswer::SeveralRows,
    }
}

/// Why there is no answer, without anything of a row: a message of the server can hold a value.
fn why(failure: &Failure, limit: Duration, elapsed: Duration) -> String {
    let error = match failure {
        Failure::Server(error) => error,
        Failure::Broken(error) => return format!("the connection was lost: {error}"),
    };
    let ServerError { code, message, .. } = error;
    match code.as_str() {
        code if error.fatal => format!("the server ended the connection ({code})"),
        "57014" if elapsed >= limit => format!("it took longer than {} s", limit.as_secs_f64()),
        "57014" => "somebody cancelled it".to_owned(),
        "55P03" => "what it reads is locked by another session".to_owned(),
        "42501" if message.contains("row-level security") => {
            format!("row-level security would hide rows: {message} ({code})")
        }
        "25006" => format!("it would write: {message} ({code})"),
        // What a function says of what it did is not about the text of the query.
        code if error.context.is_none() && is_about_the_text(code) => format!("{message} ({code})"),
        code => format!(
            "the server refuses it with SQLSTATE {code}; what it says can hold a value, and is not repeated"
        ),
    }
}

/// Errors about names, types and rights: they are found before a row is read.
fn is_about_the_text(code: &str) -> bool {
    code.starts_with("42") || matches!(code, "3F000" | "0A000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_of_a_value_is_not_repeated() {
        let say = |code: &str, context: Option<&str>| {
            let error = ServerError {
                code: code.to_owned(),
                message: "invalid input syntax for type integer: \"alice\"".to_owned(),
                detail: Some("alice".to_owned()),
                hint: Some("alice".to_owned()),
                context: context.map(str::to_owned),
                position: None,
                fatal: false,
            };
            why(&Failure::Server(error), Duration::from_secs(1), Duration::ZERO)
        };
        for code in ["22P02", "23505", "P0001", "XX000", "57014", "55P03"] {
            assert!(!say(code, None).contains("alice"), "{code}");
        }
        assert!(say("42703", None).contains("alice"));
        assert!(!say("42703", Some("PL/pgSQL function f()")).contains("alice"));
    }
}
