//! What the server or the connection says, as data of our own.
//!
//! sqlx's text of a server error ends with "at line N", the line of PostgreSQL's C source, and its
//! text of a configuration error may show values. Neither is ever printed: all text is built here.

use migsafe_core::store::{StoreError, StoreErrorCode};
use sqlx::postgres::{PgDatabaseError, PgErrorPosition, PgSeverity};

/// Why a message did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server answered with an error.
    Server(ServerError),
    /// No answer that could be understood; the connection is of no use any more.
    Broken(StoreError),
}

/// An ERROR, FATAL or PANIC of the server.
#[derive(Clone, Debug)]
pub(crate) struct ServerError {
    /// SQLSTATE.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
    /// The functions in which it happened, innermost first.
    pub(crate) context: Option<String>,
    /// Where in the message, in characters from 1.
    pub(crate) position: Option<usize>,
    /// The server (or a pooler in its name) closes the connection.
    pub(crate) fatal: bool,
}

impl Failure {
    pub(crate) fn of(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                match error.try_downcast_ref::<PgDatabaseError>() {
                    Some(error) => Self::Server(ServerError::of(error)),
                    // Another database's error cannot come from this driver.
                    None => Self::Broken(connection("the server answered with an error")),
                }
            }
            sqlx::Error::Io(error) => {
                let text = format!("the connection to the server failed: {error}");
                Self::Broken(connection(text).with_source(error))
            }
            sqlx::Error::Tls(error) => Self::Broken(tls(&error.to_string())),
            sqlx::Error::Protocol(text) => {
                Self::Broken(connection(format!("the server was not understood: {text}")))
            }
            sqlx::Error::Configuration(_) => Self::Broken(StoreError::new(
                StoreErrorCode::InvalidUrl,
                "the options of the connection cannot be used",
            )),
            _ => Self::Broken(connection("the connection to the server failed")),
        }
    }

    /// The SQLSTATE, if the server said one.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Server(error) => Some(&error.code),
            Self::Broken(_) => None,
        }
    }

    /// As an error of the store; `doing` completes "… failed".
    pub(crate) fn into_error(self, doing: &str) -> StoreError {
        match self {
            Self::Server(error) => error.into_error(doing),
            Self::Broken(error) => error,
        }
    }
}

impl ServerError {
    fn of(error: &PgDatabaseError) -> Self {
        let position = match error.position() {
            Some(PgErrorPosition::Original(position)) => Some(position),
            _ => None,
        };
        Self {
            code: error.code().to_owned(),
            message: error.message().to_owned(),
            detail: error.detail().map(str::to_owned),
            hint: error.hint().map(str::to_owned),
            context: error.r#where().map(str::to_owned),
            position,
            fatal: matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic),
        }
    }

    /// DETAIL is left out: it may hold the data of a row.
    pub(crate) fn into_error(self, doing: &str) -> StoreError {
        let code = self.kind();
        let error =
            StoreError::new(code, format!("{doing} failed: {} ({})", self.message, self.code));
        if self.is_of_statement_pooling() {
            let text = format!("{doing} failed: {} ({})", self.message, self.code);
            return StoreError::new(StoreErrorCode::UnsafeSetting, text).with_help(
                "a migration is a transaction: let the pooler work in transaction or session mode, or give the \
                 direct URL of the server (`--direct-url`, or DIRECT_URL)",
            );
        }
        match self.hint {
            Some(hint) if code == StoreErrorCode::Sql => error.with_help(hint),
            _ => error,
        }
    }

    /// `PgBouncer` refuses BEGIN where it pools statements, and closes the connection. It has no SQLSTATE of its own.
    fn is_of_statement_pooling(&self) -> bool {
        self.code == "08P01" && self.message.contains("statement pooling mode")
    }

    /// PostgreSQL manual, appendix A.
    fn kind(&self) -> StoreErrorCode {
        match &*self.code {
            "3D000" => StoreErrorCode::DatabaseMissing,
            "42501" => StoreErrorCode::Permission,
            "25006" => StoreErrorCode::ReadOnly,
            "55P03" | "57014" => StoreErrorCode::Timeout,
            code if code.starts_with("28") => StoreErrorCode::Authentication,
            code if self.fatal || code.starts_with("08") || code.starts_with("57P") => {
                StoreErrorCode::Connection
            }
            _ => StoreErrorCode::Sql,
        }
    }
}

pub(crate) fn connection(message: impl Into<String>) -> StoreError {
    StoreError::new(StoreErrorCode::Connection, message)
}

fn tls(text: &str) -> StoreError {
    if text.contains("without TLS support") {
        return StoreError::new(
            StoreErrorCode::InvalidUrl,
            "sslmode asks for encryption, and this program was built without it",
        )
        .with_help(
            "build with one of the features tls-rustls-ring, tls-rustls-aws-lc-rs, tls-native-tls \
             of migsafe-postgres, or use sslmode=prefer",
        );
    }
    connection(format!("the encrypted connection could not be made: {text}"))
        .with_help("check sslmode and the certificates that the database URL names")
}
