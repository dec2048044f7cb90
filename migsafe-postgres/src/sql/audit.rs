//! Texts that change rows by hand and keep what was there.

use chrono::{DateTime, Utc};
use migsafe_core::history::{HistoryRow, StoredTime};
use migsafe_core::store::{AuditNote, RowChange};

use super::read::LOGS_LIMIT;
use super::step::time;
use super::{Literal, Table};

/// Whether the table of the audit is there; from the catalog, which needs no right.
pub(crate) fn audit_exists() -> &'static str {
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE relname = 'audit' AND relnamespace = \
     (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'migsafe'))"
}

/// Our own schema, apart from Prisma's table, which is never changed in shape.
pub(crate) fn create_audit() -> &'static str {
    "CREATE SCHEMA IF NOT EXISTS migsafe;
CREATE TABLE migsafe.audit (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at              TIMESTAMPTZ NOT NULL,
    action          TEXT NOT NULL,
    actor           TEXT,
    migration_name  TEXT NOT NULL,
    history_schema  TEXT NOT NULL,
    row_before      JSONB,
    row_after       JSONB,
    tool_version    TEXT NOT NULL
)"
}

/// One change with its audit entry: exactly one entry is inserted, or the row was not as it was shown.
/// `None` if the row holds something that cannot be written or compared.
pub(crate) fn change(schema: &str, change: &RowChange, note: &AuditNote) -> Option<String> {
    let table = Table::in_schema(schema);
    let entry = |before: &str, after: &str, from: &str| {
        format!(
            "INSERT INTO migsafe.audit (at, action, actor, migration_name, history_schema, \
             row_before, row_after, tool_version) SELECT {}, {}, {}, {}, {}, {before}, {after}, {} \
             FROM {from}",
            timestamp(note.at),
            Literal(&note.action),
            Literal::or_null(note.actor.as_deref()),
            Literal(change.name()),
            Literal(schema),
            Literal(env!("CARGO_PKG_VERSION")),
        )
    };
    match change {
        RowChange::Insert { row } => {
            let (columns, values) = columns_and_values(row)?;
            let entry = entry("NULL::jsonb", "pg_catalog.to_jsonb(changed)", "changed");
            Some(format!(
                "WITH changed AS (INSERT INTO {table} ({columns}) VALUES ({values}) RETURNING *) {entry}"
            ))
        }
        RowChange::MarkRolledBack { before, at } => {
            let same = same_row(before)?;
            let entry = entry("found.row", "changed.row", "found, changed");
            Some(format!(
                "WITH found AS (SELECT h.ctid AS place, pg_catalog.to_jsonb(h) AS row \
                 FROM {table} AS h WHERE {same} FOR UPDATE), \
                 changed AS (UPDATE {table} AS h SET rolled_back_at = {at} FROM found \
                 WHERE h.ctid = found.place RETURNING pg_catalog.to_jsonb(h) AS row) {entry}",
                at = timestamp(*at),
            ))
        }
        // A kind of change that this version does not know is refused, not half done.
        _ => None,
    }
}

fn columns_and_values(row: &HistoryRow) -> Option<(String, String)> {
    let columns = "id, checksum, finished_at, migration_name, logs, rolled_back_at, started_at, \
                   applied_steps_count";
    let values = [
        Literal(&row.id).to_string(),
        Literal(&row.checksum).to_string(),
        value_of_time(row.finished_at.as_ref())?,
        Literal(row.name()?).to_string(),
        Literal::or_null(row.logs.as_deref()),
        value_of_time(row.rolled_back_at.as_ref())?,
        value_of_time(row.started_at.as_ref())?,
        row.applied_steps_count?.to_string(),
    ];
    Some((columns.to_owned(), values.join(", ")))
}

/// The condition under which a row is what was read. `logs` may have been cut when it was read.
fn same_row(row: &HistoryRow) -> Option<String> {
    let time_is = |column: &str, time: Option<&StoredTime>| {
        Some(format!("h.{column} IS NOT DISTINCT FROM {}", value_of_time(time)?))
    };
    let steps = row.applied_steps_count.map_or_else(|| "NULL".to_owned(), |n| n.to_string());
    let logs = match &row.logs {
        Some(logs) => {
            let length = logs.chars().count().max(LOGS_LIMIT);
            format!("pg_catalog.left(h.logs, {length}) = {}", Literal(logs))
        }
        None => "h.logs IS NULL".to_owned(),
    };
    let conditions = [
        format!("h.id = {}", Literal(&row.id)),
        format!("h.checksum = {}", Literal(&row.checksum)),
        format!("h.migration_name = {}", Literal(row.name()?)),
        time_is("started_at", row.started_at.as_ref())?,
        time_is("finished_at", row.finished_at.as_ref())?,
        time_is("rolled_back_at", row.rolled_back_at.as_ref())?,
        format!("h.applied_steps_count IS NOT DISTINCT FROM {steps}"),
        logs,
    ];
    Some(conditions.join(" AND "))
}

fn value_of_time(time: Option<&StoredTime>) -> Option<String> {
    match time {
        None => Some("NULL::timestamptz".to_owned()),
        Some(StoredTime::At(at)) => Some(timestamp(*at)),
        Some(StoredTime::Infinity) => Some("'infinity'::timestamptz".to_owned()),
        Some(StoredTime::NegativeInfinity) => Some("'-infinity'::timestamptz".to_owned()),
        Some(_) => None,
    }
}

fn timestamp(at: DateTime<Utc>) -> String {
    format!("{}::timestamptz", time(at))
}
