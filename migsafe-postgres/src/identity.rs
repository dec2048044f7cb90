//! Whether two connections lead to the same history.
//!
//! A second URL that leads elsewhere would be noticed by nothing else: the history there is read again before it is
//! written, and is a history like any other.

use migsafe_core::store::{StoreError, StoreErrorCode};

use crate::PostgresOptions;
use crate::connection::{Answer, Connection};
use crate::sql::{self, Table};
use crate::store::Reader;

/// What names a history: the server while it runs, the database, and the table or the place to create it in.
///
/// The system identifier would not do for the server: a copy of a data directory has the same, and the same oids.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    server: String,
    database: String,
    table: String,
}

impl Identity {
    fn decode(answer: &Answer) -> Option<Self> {
        let value = |column| answer.value(0, column).map(|value| value.into_owned());
        let table = value(2).or_else(|| value(3)).unwrap_or_default();
        Some(Self { server: value(0)?, database: value(1)?, table })
    }

    /// What is not the same.
    fn difference(&self, other: &Self) -> Option<&'static str> {
        if self.server != other.server {
            Some("another server")
        } else if self.database != other.database {
            Some("another database")
        } else if self.table != other.table {
            Some("another history table")
        } else {
            None
        }
    }
}

/// Refuses a connection for writing that leads elsewhere than the one for reading.
///
/// # Errors
///
/// Code `unsafe-setting` if it does; or one of the connections fails.
pub(crate) async fn check(
    reader: &mut Reader<'_>,
    writing: &mut Connection,
) -> Result<(), StoreError> {
    let options = reader.options;
    let question = sql::identity(Table { schema: options.schema.as_deref() });
    let doing = "comparing the database URL with the direct URL";
    let mut difference = None;
    // A table that is created between two questions is seen by one of them only: then both are asked again.
    for _ in 0..2 {
        let read = reader.send(question.clone()).await?.ok(doing)?;
        let written = writing.send_within(question.clone(), options.answer_timeout).await;
        let identities = Identity::decode(&read).zip(Identity::decode(&written.ok(doing)?));
        let (read, written) =
            identities.ok_or_else(|| crate::session::unforeseen("its database is not known"))?;
        difference = read.difference(&written);
        if difference.is_none() {
            return Ok(());
        }
    }
    difference.map_or(Ok(()), |difference| Err(elsewhere(options, difference)))
}

fn elsewhere(options: &PostgresOptions, difference: &str) -> StoreError {
    StoreError::new(
        StoreErrorCode::UnsafeSetting,
        format!(
            "the direct URL leads to {difference} than the database URL: {}, not {}",
            options.for_writing().describe(),
            options.describe()
        ),
    )
    .with_help(
        "give the URL of the same database past the pooler, with a role that finds the same history table, or none",
    )
}
