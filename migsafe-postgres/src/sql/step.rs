//! Texts of a step. What they are for is in [`crate::session`].

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use migsafe_core::lock::ADVISORY_LOCK_KEY;
use migsafe_core::store::{StepOptions, StepRequest};

use super::{Ident, Literal, Table};

/// The place to which a failed script is rolled back.
pub(crate) const SAVEPOINT: &str = "SAVEPOINT migsafe_step";

/// How long the transaction may wait for us between lock and script, while scripts are read and judged.
const JUDGING_LIMIT: Duration = Duration::from_secs(300);
/// How long it may wait for us between script and COMMIT, when we do nothing but receive and send.
const CONFIRMING_LIMIT: Duration = Duration::from_secs(60);

/// What a step's transaction locks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Locks<'a> {
    /// The advisory lock.
    pub(crate) advisory: bool,
    /// The history table.
    pub(crate) table: Option<Table<'a>>,
}

/// Opens the transaction and tries for the locks. Each is a statement of its own: a statement that
/// takes it and reads would read what was there before it had it. That of the table fails when it is not to be had.
///
/// Row of the second: whether the lock was got, the server process, the start of the transaction.
pub(crate) fn begin(locks: Locks<'_>) -> Vec<String> {
    let advisory = if locks.advisory {
        format!("pg_catalog.pg_try_advisory_xact_lock({ADVISORY_LOCK_KEY})::text")
    } else {
        "'true'".to_owned()
    };
    let mut statements = vec![
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE".to_owned(),
        format!(
            "SELECT pg_catalog.set_config('migsafe.locked', {advisory}, true), \
             pg_catalog.pg_backend_pid(), extract(epoch FROM pg_catalog.now()), {}",
            setting("idle_in_transaction_session_timeout", &milliseconds(JUDGING_LIMIT)),
        ),
    ];
    statements.extend(
        locks.table.map(|table| format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE NOWAIT")),
    );
    statements
}

/// The settings of the script, until the transaction ends or the savepoint is gone back to.
///
/// Row: the number of the transaction, which only the server gives and no script can take along into
/// another transaction.
pub(crate) fn settings(options: StepOptions, schema: Option<&str>) -> String {
    let mut items = vec!["pg_catalog.pg_current_xact_id()".to_owned()];
    let limits = [
        ("lock_timeout", options.lock_timeout),
        ("statement_timeout", options.statement_timeout),
        ("idle_in_transaction_session_timeout", Some(CONFIRMING_LIMIT)),
    ];
    for (name, limit) in limits {
        items.extend(limit.map(|limit| setting(name, &milliseconds(limit))));
    }
    // A client that is gone is noticed while its statement runs. Only Linux can tell on every version.
    items.push(format!(
        "CASE WHEN pg_catalog.version() LIKE '%linux%' THEN {} END",
        setting("client_connection_check_interval", "500ms")
    ));
    // A machine that is gone, within a minute; without effect on a Unix socket.
    for (name, value) in [
        ("tcp_keepalives_idle", "30s"),
        ("tcp_keepalives_interval", "10s"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "60s"),
    ] {
        items.push(setting(name, value));
    }
    items.extend(schema.map(|schema| setting("search_path", &Ident(schema).to_string())));
    format!("SELECT {}", items.join(", "))
}

fn setting(name: &str, value: &str) -> String {
    format!("pg_catalog.set_config({}, {}, true)", Literal(name), Literal(value))
}

/// As PostgreSQL counts. 0 would mean no limit, so that a shorter time is 1.
pub(super) fn milliseconds(limit: Duration) -> String {
    let longest = u128::from(i32::MAX.unsigned_abs());
    let shortest = u128::from(!limit.is_zero());
    format!("{}ms", limit.as_millis().clamp(shortest, longest))
}

/// The row before its script, as Prisma inserts it.
pub(crate) fn insert_started(table: Table<'_>, step: &StepRequest<'_>) -> String {
    format!(
        "INSERT INTO {table} (id, checksum, started_at, migration_name) VALUES ({}, {}, {}, {})",
        Literal(step.row_id),
        Literal(&step.checksum.to_string()),
        time(step.started_at),
        Literal(step.name.as_str()),
    )
}

/// The row of a script that failed.
pub(crate) fn insert_failed(table: Table<'_>, step: &StepRequest<'_>, logs: &str) -> String {
    format!(
        "INSERT INTO {table} (id, checksum, started_at, migration_name, logs) \
         VALUES ({}, {}, {}, {}, {})",
        Literal(step.row_id),
        Literal(&step.checksum.to_string()),
        time(step.started_at),
        Literal(step.name.as_str()),
        Literal(logs),
    )
}

/// What a script may have set is put back before the row is written; the last one tells in which
/// transaction we are then.
pub(crate) fn reset() -> [&'static str; 5] {
    [
        // Deferred constraints are checked with the script's settings, while it can still be undone.
        "SET CONSTRAINTS ALL IMMEDIATE",
        "RESET SESSION AUTHORIZATION",
        "RESET ROLE",
        "RESET ALL",
        "SELECT pg_catalog.pg_current_xact_id_if_assigned()",
    ]
}

/// Finishes the row, and fails unless exactly that happened, so that a COMMIT in the same message is not
/// reached. COMMIT itself would not tell: outside a transaction it succeeds as well. It fails too if the other rows
/// are not what they were: `others` is [`super::stamp`] of before the row was inserted.
///
/// Row: 1, the row's share of the stamp, and nothing of interest. The failures differ: a division by zero is about the
/// row itself, the root of a negative number about the others.
pub(crate) fn guard(
    table: Table<'_>,
    id: &str,
    at: DateTime<Utc>,
    transaction: &str,
    others: Option<[i128; 3]>,
) -> String {
    let unchanged = others.map_or_else(
        || "0".to_owned(),
        |[count, transactions, places]| {
            format!(
                "(SELECT pg_catalog.sqrt((pg_catalog.count(*) = {count} \
                 AND coalesce(pg_catalog.sum(xmin::text::bigint), 0) = {transactions} \
                 AND coalesce(pg_catalog.sum(pg_catalog.hashtid(ctid)), 0) = {places})::int - 1) \
                 FROM {table} WHERE id <> {})",
                Literal(id)
            )
        },
    );
    format!(
        "WITH finished AS (UPDATE {table} SET finished_at = {at}, applied_steps_count = 1 \
         WHERE id = {id} AND finished_at IS NULL \
         AND pg_catalog.pg_current_xact_id()::text = {transaction} \
         RETURNING xmin::text::bigint AS xmin, pg_catalog.hashtid(ctid) AS place) \
         SELECT 1 / (pg_catalog.count(*) = 1)::int, pg_catalog.sum(xmin), pg_catalog.sum(place), \
         {unchanged} FROM finished",
        at = time(at),
        id = Literal(id),
        transaction = Literal(transaction),
    )
}

/// Fails unless the transaction is the one with this number.
pub(crate) fn transaction_is_ours(transaction: &str) -> String {
    format!("SELECT 1 / (pg_catalog.pg_current_xact_id()::text = {})::int", Literal(transaction))
}

/// Prisma's own definition, qualified; its table must be told from ours by nothing.
pub(crate) fn create_table(schema: &str, create_schema: bool) -> String {
    let table = Table::in_schema(schema);
    let create_schema = if create_schema {
        format!("CREATE SCHEMA IF NOT EXISTS {};\n", Ident(schema))
    } else {
        String::new()
    };
    format!(
        "{create_schema}CREATE TABLE {table} (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)"
    )
}

/// ISO 8601 with a zone is read the same under every `DateStyle` and `TimeZone`.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    Literal(&at.to_rfc3339_opts(SecondsFormat::Micros, true)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_never_become_unlimited_or_overflow() {
        assert_eq!(milliseconds(Duration::ZERO), "0ms");
        assert_eq!(milliseconds(Duration::from_micros(1)), "1ms");
        assert_eq!(milliseconds(Duration::from_secs(5)), "5000ms");
        assert_eq!(milliseconds(Duration::MAX), "2147483647ms");
    }

    #[test]
    fn times_carry_their_zone() {
        assert_eq!(time(DateTime::UNIX_EPOCH), "'1970-01-01T00:00:00.000000Z'");
    }
}
