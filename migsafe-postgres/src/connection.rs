//! One connection, and one message on it at a time.

use std::borrow::Cow;
use std::fmt;
use std::future::poll_fn;
use std::time::Duration;

use migsafe_core::history::HistoryRow;
use migsafe_core::store::{StoreError, StoreErrorCode};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Either, Row as _, ValueRef as _};

use crate::PostgresOptions;
use crate::error::{self, Failure};

/// How long a polite farewell may take.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// A connection that knows whether it can be used again.
pub(crate) struct Connection {
    inner: PgConnection,
    usable: bool,
}

/// What is sent: statements of the simple protocol.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    sql: String,
    history: Option<(usize, Decode)>,
}

/// How a row of the history is made of a row of an answer.
type Decode = fn(&PgRow) -> HistoryRow;

impl From<String> for Message {
    fn from(sql: String) -> Self {
        Self { sql, history: None }
    }
}

impl Message {
    /// The same, decoding the rows of one statement while the server sends the next ones, instead of keeping
    /// them: then there is nearly nothing left to do when the last one has come.
    pub(crate) fn with_history(self, statement: usize, decode: Decode) -> Self {
        Self { history: Some((statement, decode)), ..self }
    }
}

/// What came back for one message.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The rows that the message had decoded.
    pub(crate) history: Vec<HistoryRow>,
    /// Rows of the statements that completed, in order; only those that were asked for.
    statements: Vec<Vec<PgRow>>,
    /// How many statements completed.
    pub(crate) completed: usize,
    /// How many rows each of the completed statements changed or returned.
    affected: Vec<u64>,
    /// Why the rest did not.
    pub(crate) failure: Option<Failure>,
}

impl Connection {
    pub(crate) async fn open(options: &PostgresOptions) -> Result<Self, StoreError> {
        Self::connect(options).await.map_err(|error| match options.url {
            Some(url) => error.about(url),
            None => error,
        })
    }

    async fn connect(options: &PostgresOptions) -> Result<Self, StoreError> {
        let connect = options.connect.connect();
        let connected = match options.connect_timeout {
            Some(limit) => tokio::time::timeout(limit, connect).await.map_err(|_| {
                let text = format!("the server did not answer within {} s", limit.as_secs());
                StoreError::new(StoreErrorCode::Timeout, text)
            })?,
            None => connect.await,
        };
        let inner = connected.map_err(|error| Failure::of(error).into_error("connecting"))?;
        Ok(Self { inner, usable: true })
    }

    /// False once it broke, or a message on it was abandoned: then it must be dropped. What the server
    /// would say to the next message could be the answer to the last.
    pub(crate) fn is_usable(&self) -> bool {
        self.usable
    }

    /// The server's version as it told it on connecting (150020 is 15.20); a pooler passes it on.
    pub(crate) fn server_version(&self) -> Option<u32> {
        self.inner.server_version_num()
    }

    /// Sends one simple-protocol message of any number of statements, and keeps all rows.
    pub(crate) async fn send(&mut self, message: impl Into<Message>) -> Answer {
        self.send_keeping(message, usize::MAX).await
    }

    /// The same with a limit for the whole answer.
    pub(crate) async fn send_within(
        &mut self,
        message: impl Into<Message>,
        limit: Option<Duration>,
    ) -> Answer {
        let Some(limit) = limit else {
            return self.send(message).await;
        };
        // Dropped in the middle, `send` leaves the connection marked as of no use.
        tokio::time::timeout(limit, self.send(message)).await.unwrap_or_else(|_| {
            let text = format!("the server did not answer within {} s", limit.as_secs());
            Answer::failed(Failure::Broken(StoreError::new(StoreErrorCode::Timeout, text)))
        })
    }

    /// The same, keeping rows of the first statements only: a script may return any number.
    pub(crate) async fn send_keeping(
        &mut self,
        message: impl Into<Message>,
        keep: usize,
    ) -> Answer {
        let Message { sql, history } = message.into();
        if !self.usable {
            return Answer::failed(Failure::Broken(error::connection("the connection was lost")));
        }
        self.usable = false;
        // This crate sends texts that `crate::sql` has quoted, and scripts, whose very purpose it is to be sent.
        let mut answer = Answer::default();
        let mut stream = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(&mut self.inner);
        let mut rows = Vec::new();
        loop {
            match poll_fn(|context| stream.as_mut().poll_next(context)).await {
                Some(Ok(Either::Right(row))) => match history {
                    Some((statement, decode)) if statement == answer.completed => {
                        answer.history.push(decode(&row));
                    }
                    _ if answer.completed < keep => rows.push(row),
                    _ => {}
                },
                Some(Ok(Either::Left(done))) => {
                    if answer.completed < keep {
                        answer.statements.push(std::mem::take(&mut rows));
                    }
                    answer.affected.push(done.rows_affected());
                    answer.completed += 1;
                }
                Some(Err(error)) => {
                    answer.failure = Some(Failure::of(error));
                    break;
                }
                None => break,
            }
        }
        drop(stream);
        self.usable = match &answer.failure {
            None => true,
            Some(Failure::Server(error)) => !error.fatal,
            Some(Failure::Broken(_)) => false,
        };
        answer
    }

    /// Sends one statement by the extended protocol, in which the server itself refuses a second one. Columns have
    /// to be of a type whose binary form is its text.
    pub(crate) async fn send_single(&mut self, sql: String, limit: Duration) -> Answer {
        if !self.usable {
            return Answer::failed(Failure::Broken(error::connection("the connection was lost")));
        }
        self.usable = false;
        // Not kept prepared: a pooler may give the next message to another process.
        let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        let rows = tokio::time::timeout(limit, query.fetch_all(&mut self.inner)).await;
        let answer = match rows {
            Ok(Ok(rows)) => Answer { statements: vec![rows], completed: 1, ..Answer::default() },
            Ok(Err(error)) => Answer::failed(Failure::of(error)),
            Err(_) => {
                let text = format!("the server did not answer within {} s", limit.as_secs());
                let error = StoreError::new(StoreErrorCode::Timeout, text);
                Answer::failed(Failure::Broken(error))
            }
        };
        self.usable = match &answer.failure {
            None => true,
            Some(Failure::Server(error)) => !error.fatal,
            Some(Failure::Broken(_)) => false,
        };
        answer
    }

    /// Says goodbye to the server, if that is still possible.
    pub(crate) async fn close(self) {
        if self.usable {
            // The connection is gone either way.
            let _ = tokio::time::timeout(CLOSE_LIMIT, self.inner.close()).await;
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("usable", &self.usable).finish_non_exhaustive()
    }
}

impl Answer {
    pub(crate) fn failed(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    /// The rows of a statement, counted from 0; none if it did not complete.
    pub(crate) fn rows(&self, statement: usize) -> &[PgRow] {
        self.statements.get(statement).map_or(&[], Vec::as_slice)
    }

    /// A value of the first row of a statement.
    pub(crate) fn value(&self, statement: usize, column: usize) -> Option<Cow<'_, str>> {
        self.rows(statement).first().and_then(|row| text(row, column))
    }

    /// How many rows a statement changed or returned.
    pub(crate) fn affected(&self, statement: usize) -> Option<u64> {
        self.affected.get(statement).copied()
    }

    pub(crate) fn code(&self) -> Option<&str> {
        self.failure.as_ref().and_then(Failure::code)
    }

    /// The answer, if all went well.
    pub(crate) fn ok(mut self, doing: &str) -> Result<Self, StoreError> {
        match self.failure.take() {
            None => Ok(self),
            Some(failure) => Err(failure.into_error(doing)),
        }
    }
}

/// A value as text, which is how the simple protocol gives everything; `None` for NULL. A database in
/// `SQL_ASCII` may hold bytes that are no UTF-8: they are shown, not lost.
pub(crate) fn text(row: &PgRow, column: usize) -> Option<Cow<'_, str>> {
    let value = row.try_get_raw(column).ok()?;
    if value.is_null() {
        return None;
    }
    let bytes = value.as_bytes().ok()?;
    // Checking alone is several times faster than looking for what to replace.
    Some(match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    })
}
