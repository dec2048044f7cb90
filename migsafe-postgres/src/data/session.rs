//! The transaction in which questions are asked.

use std::time::{Duration, Instant};

use migsafe_core::Dialect;
use migsafe_core::data::{DataAnswer, DataLimits};
use migsafe_core::sql::{ObjectName, analyse};
use migsafe_core::store::StoreError;

use super::Asked;
use crate::PostgresOptions;
use crate::connection::{Answer, Connection};
use crate::error::{Failure, ServerError};
use crate::sql;

/// How much longer than the server's own limit an answer may be on its way.
const ON_THE_WAY: Duration = Duration::from_secs(5);

/// The connection while questions are asked.
pub(super) struct Asking {
    connection: Connection,
    pub(super) limits: DataLimits,
    started: Instant,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server's error.
    Server(ServerError),
    /// There is no such table or column.
    NotThere,
    /// The limit of this question.
    TimedOut,
    /// The limit of all.
    NoTimeLeft,
    /// A text that was put together is not one query.
    Refused(String),
    /// The connection broke.
    Broken(String),
}

impl Asking {
    pub(super) async fn begin(
        options: &PostgresOptions,
        limits: DataLimits,
    ) -> Result<Self, StoreError> {
        let mut connection = Connection::open(options).await?;
        let begin = sql::begin_asking(options.schema(), limits.total + ON_THE_WAY);
        connection.send_within(begin, Some(ON_THE_WAY)).await.ok("beginning to ask about rows")?;
        Ok(Self { connection, limits, started: Instant::now() })
    }

    pub(super) async fn end(mut self) {
        if self.connection.is_usable() {
            // It has changed nothing; the connection is closed either way.
            let _ = self.connection.send_within("ROLLBACK".to_owned(), Some(ON_THE_WAY)).await;
        }
        self.connection.close().await;
    }

    /// Asks the catalog or a table; everything in the text is quoted.
    pub(super) async fn ask(&mut self, query: String) -> Asked<Answer> {
        let left = self.limits.total.saturating_sub(self.started.elapsed());
        if left.is_zero() {
            return Err(Trouble::NoTimeLeft);
        }
        let limit = left.min(self.limits.per_question);
        let message = sql::ask(&query, limit);
        let mut answer = self.connection.send_within(message, Some(limit + ON_THE_WAY)).await;
        match answer.failure.take() {
            Some(Failure::Broken(error)) => Err(Trouble::Broken(error.to_string())),
            Some(Failure::Server(error)) if error.fatal => Err(Trouble::Broken(error.message)),
            failure => {
                let back = sql::ASKED.to_owned();
                let back = self.connection.send_within(back, Some(ON_THE_WAY)).await;
                if let Err(error) = back.ok("going back") {
                    return Err(Trouble::Broken(error.to_string()));
                }
                match failure {
                    Some(Failure::Server(error)) => Err(error.into()),
                    _ => Ok(answer),
                }
            }
        }
    }

    /// Asks with a text that holds an expression or the name of a type of a script: only if the whole is one query.
    pub(super) async fn ask_with_script(&mut self, query: String) -> Asked<Answer> {
        let script = analyse(Dialect::Postgres, &query);
        let is_one = script.is_split() && script.problems().is_empty();
        match script.statements() {
            [only] if is_one && only.verb() == "SELECT" => self.ask(query).await,
            _ => Err(Trouble::Refused("it cannot be put into a query safely".to_owned())),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.started.elapsed() >= self.limits.total
    }
}

impl From<ServerError> for Trouble {
    fn from(error: ServerError) -> Self {
        match &*error.code {
            "42P01" | "42703" | "3F000" => Self::NotThere,
            "57014" => Self::TimedOut,
            _ => Self::Server(error),
        }
    }
}

impl Trouble {
    /// The SQLSTATE with which the statement itself would fail on the same rows: a value that cannot be.
    pub(super) fn about_values(&self) -> Option<&str> {
        match self {
            // Those of class 23 are of domains: a question writes nothing.
            Self::Server(error)
                if error.code.starts_with("22") || matches!(&*error.code, "23502" | "23514") =>
            {
                Some(&error.code)
            }
            _ => None,
        }
    }

    pub(super) fn code(&self) -> &str {
        match self {
            Self::Server(error) => &error.code,
            _ => "",
        }
    }

    pub(super) fn into_answer(self, object: &ObjectName) -> DataAnswer {
        DataAnswer::Unanswered(match self {
            Self::NotThere => return DataAnswer::NotThere,
            Self::TimedOut => "the question took too long".to_owned(),
            Self::NoTimeLeft => "the time for all questions was over".to_owned(),
            Self::Refused(why) => why,
            Self::Broken(why) => format!("the connection was lost: {why}"),
            Self::Server(error) => match &*error.code {
                "42501" if error.message.contains("row-level security") => {
                    format!("row-level security would hide rows of {object}")
                }
                "42501" => format!("the role may not read {object}"),
                "55P03" => format!("{object} is locked by another session"),
                code => format!("the server refused the question: {} ({code})", error.message),
            },
        })
    }
}
