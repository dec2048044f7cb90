//! Reading the schema: one message, whatever the number of tables.
//!
//! The message is one read-only transaction at the isolation level REPEATABLE READ with an empty search path and
//! fixed settings: so every expression, type and name comes out in one form. Each kind of object is one SELECT of
//! the catalog ([`queries`]); what a column of it means stands beside the column ([`query::Query`]), so that
//! decoding needs to know nothing about any of them.
//!
//! The functions that print definitions look at the catalog of this very moment, not at that of the
//! transaction: should an object go away in between, they fail, and the whole is read anew.
//!
//! They also lock what a view or a rule reads as a SELECT would, until the end of the transaction. A deploy that
//! changes several tables at the same time could get into a deadlock with that, and the server might end the deploy.
//! So a lock is waited for only a tenth of the time after which the server looks for deadlocks; then all is let go,
//! and the whole is read anew a little later.

mod decode;
mod index_keys;
mod queries;
mod query;

use std::time::{Duration, Instant};

use migsafe_core::Dialect;
use migsafe_core::schema::{ServerVersion, Snapshot, SnapshotOptions};
use migsafe_core::store::{StoreError, StoreErrorCode};

use crate::PostgresOptions;
use crate::connection::{Answer, Connection};
use crate::error::Failure;
use query::{Context, Query};

/// For how long objects may go away while they are read, before that is an error: a broken catalog says the same.
const LONGEST_GONE: Duration = Duration::from_secs(10);
/// How long locks are waited for in all, where there is no limit for an answer.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// What makes one definition always the same text.
const SETTINGS: [&str; 10] = [
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL lock_timeout = '100ms'",
    "SET LOCAL search_path = ''",
    "SET LOCAL quote_all_identifiers = off",
    "SET LOCAL standard_conforming_strings = on",
    "SET LOCAL DateStyle = 'ISO, MDY'",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
];

/// Reads the schema over a connection of its own: nothing of the transaction can be left on another one.
pub(crate) async fn read(
    options: &PostgresOptions,
    wanted: &SnapshotOptions,
) -> Result<Snapshot, StoreError> {
    let mut connection = Connection::open(options).await?;
    let version = version(&mut connection).await?;
    let start = Instant::now();
    let limit = options.answer_timeout.unwrap_or(LONGEST_WAIT);
    let mut pause = SHORTEST_PAUSE;
    let answer = loop {
        let answer = ask(&mut connection, options, wanted, version).await;
        match answer.failure.as_ref().and_then(Obstacle::of) {
            Some(Obstacle::Gone) if start.elapsed() + pause < limit.min(LONGEST_GONE) => {}
            Some(Obstacle::Locked) if start.elapsed() + pause < limit => {}
            _ => break answer,
        }
        // The transaction is of no use any more; its locks must not be kept over the pause.
        connection.send("ROLLBACK".to_owned()).await.ok("reading the schema")?;
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    };
    let answer = answer.ok("reading the schema")?;
    connection.close().await;
    snapshot(&answer, wanted, version)
}

async fn ask(
    connection: &mut Connection,
    options: &PostgresOptions,
    wanted: &SnapshotOptions,
    version: u32,
) -> Answer {
    let mut statements: Vec<String> = SETTINGS.iter().map(|&sql| sql.to_owned()).collect();
    statements.push("SELECT current_setting('server_version')".to_owned());
    let context = Context { options: wanted, version };
    statements.extend(queries::all(&context).iter().map(Query::statement));
    statements.push(queries::dependencies::statement(&context));
    statements.push("COMMIT".to_owned());
    connection.send_within(statements.join(";\n"), options.answer_timeout).await
}

fn snapshot(
    answer: &Answer,
    wanted: &SnapshotOptions,
    version: u32,
) -> Result<Snapshot, StoreError> {
    let text = answer.value(SETTINGS.len(), 0).unwrap_or_default().into_owned();
    let context = Context { options: wanted, version };
    let mut objects = Vec::new();
    let queries = queries::all(&context);
    for (index, query) in queries.iter().enumerate() {
        for row in answer.rows(SETTINGS.len() + 1 + index) {
            objects.push(decode::object(query, row)?);
        }
    }
    let server = ServerVersion::new(version / 10_000, text);
    let mut snapshot = Snapshot::of(Dialect::Postgres, server, wanted, objects);
    for row in answer.rows(SETTINGS.len() + 1 + queries.len()) {
        let (dependent, needed) = (decode::key(row, 0)?, decode::key(row, 4)?);
        if snapshot.get(&dependent).is_some() && snapshot.get(&needed).is_some() {
            snapshot.depends(dependent, needed);
        }
    }
    Ok(snapshot)
}

/// The server's version; some poolers do not pass it on.
async fn version(connection: &mut Connection) -> Result<u32, StoreError> {
    if let Some(version) = connection.server_version() {
        return Ok(version);
    }
    let answer = connection.send("SHOW server_version_num".to_owned()).await;
    let answer = answer.ok("reading the server's version")?;
    let version = answer.value(0, 0).and_then(|text| text.parse().ok());
    version.ok_or_else(|| {
        StoreError::new(StoreErrorCode::Sql, "the server gave no version that could be read")
    })
}

/// What passes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Obstacle {
    /// An object went away while it was read.
    Gone,
    /// Somebody else has a lock on a table, or was about to be in a deadlock with us.
    Locked,
}

impl Obstacle {
    fn of(failure: &Failure) -> Option<Self> {
        const GONE: [&str; 3] =
            ["cache lookup failed", "could not open relation", "could not find tuple"];
        let Failure::Server(error) = failure else {
            return None;
        };
        match error.code.as_str() {
            "55P03" | "40P01" => Some(Self::Locked),
            "XX000" if GONE.iter().any(|text| error.message.contains(text)) => Some(Self::Gone),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ServerError;

    #[test]
    fn only_what_passes_by_itself_is_waited_for() {
        let of = |code: &str, message: &str| {
            Obstacle::of(&Failure::Server(ServerError {
                code: code.to_owned(),
                message: message.to_owned(),
                detail: None,
                hint: None,
                context: None,
                position: None,
                fatal: false,
            }))
        };
        assert_eq!(of("XX000", "cache lookup failed for relation 16385"), Some(Obstacle::Gone));
        assert_eq!(of("55P03", "canceling statement due to lock timeout"), Some(Obstacle::Locked));
        assert_eq!(of("40P01", "deadlock detected"), Some(Obstacle::Locked));
        assert_eq!(of("XX000", "unrecognized node type: 1"), None);
        assert_eq!(of("42501", "cache lookup failed"), None);
    }
}
