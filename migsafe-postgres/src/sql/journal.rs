//! Texts of the journal and of the lease. What they are for is in [`crate::journal`].

use std::time::Duration;

use migsafe_core::history::{HistoryRow, JournalState};

use super::{Ident, Literal, Table};

/// Whether both tables are there and may be read; from the catalog, which needs no right.
///
/// Row: whether they exist, whether this role may read them.
pub(crate) fn journal_exists() -> &'static str {
    "SELECT pg_catalog.count(*) = 2, pg_catalog.bool_and(\
     pg_catalog.has_schema_privilege(n.oid, 'USAGE') \
     AND pg_catalog.has_table_privilege(c.oid, 'SELECT')) \
     FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
     WHERE n.nspname = 'migsafe' AND c.relname IN ('journal', 'lease')"
}

/// Our own schema, apart from Prisma's table. Rows refer to the history by the row's id, never by the
/// migration's name: another tool's reset removes the history and leaves these tables.
pub(crate) fn create_journal() -> &'static str {
    "CREATE SCHEMA IF NOT EXISTS migsafe;
CREATE TABLE IF NOT EXISTS migsafe.journal (
    row_id          TEXT NOT NULL,
    statement       INTEGER NOT NULL,
    hash            TEXT NOT NULL,
    state           TEXT NOT NULL,
    in_transaction  BOOLEAN NOT NULL,
    sql_code        TEXT,
    backend_pid     INTEGER,
    backend_start   TIMESTAMPTZ,
    started_at      TIMESTAMPTZ NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    finished_at     TIMESTAMPTZ,
    before          JSONB,
    PRIMARY KEY (row_id, statement)
);
CREATE TABLE IF NOT EXISTS migsafe.lease (
    row_id          TEXT PRIMARY KEY,
    token           TEXT NOT NULL,
    owner           TEXT NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL,
    backend_pid     INTEGER NOT NULL,
    backend_start   TIMESTAMPTZ
)"
}

/// The journals of rows. Row: id, statement, hash, state, in transaction, SQLSTATE; only the id for a
/// lease without a statement.
pub(crate) fn entries(ids: &[&str]) -> String {
    format!(
        "SELECT l.row_id, j.statement, j.hash, j.state, j.in_transaction, j.sql_code \
         FROM migsafe.lease AS l LEFT JOIN migsafe.journal AS j ON j.row_id = l.row_id \
         WHERE l.row_id IN ({ids}) \
         UNION ALL SELECT j.row_id, j.statement, j.hash, j.state, j.in_transaction, j.sql_code \
         FROM migsafe.journal AS j WHERE j.row_id IN ({ids}) \
         AND NOT EXISTS (SELECT FROM migsafe.lease AS l WHERE l.row_id = j.row_id)",
        ids = list(ids)
    )
}

/// Who is at work on rows. Row: id, owner, milliseconds until the lease runs out (none when its owner is
/// gone), the server process of the last statement (none when it is gone).
pub(crate) fn workers(ids: &[&str]) -> String {
    format!(
        "SELECT l.row_id, l.owner, CASE WHEN l.expires_at > pg_catalog.clock_timestamp() \
         AND {owner_lives} THEN pg_catalog.ceil(extract(epoch FROM \
         l.expires_at - pg_catalog.clock_timestamp()) * 1000)::bigint END, \
         (SELECT j.backend_pid FROM migsafe.journal AS j WHERE j.row_id = l.row_id \
         AND j.state = 'started' AND {statement_lives} LIMIT 1) \
         FROM migsafe.lease AS l WHERE l.row_id IN ({ids})",
        owner_lives = lives("l"),
        statement_lives = lives("j"),
        ids = list(ids)
    )
}

/// The sessions at work on migrations that run by statement: the one that keeps the lease while it lasts,
/// and the one of a statement whose end is not recorded. As [`super::holders`], and when they began.
pub(crate) fn lease_sessions() -> String {
    format!(
        "SELECT s.pid, {session}, {began} FROM (\
         SELECT l.backend_pid, l.backend_start FROM migsafe.lease AS l \
         WHERE l.expires_at > pg_catalog.clock_timestamp() \
         UNION SELECT j.backend_pid, j.backend_start FROM migsafe.journal AS j \
         JOIN migsafe.lease AS l ON l.row_id = j.row_id WHERE j.state = 'started') AS s (pid, began), \
         LATERAL pg_catalog.pg_stat_get_activity(s.pid) AS a \
         WHERE s.pid IS NOT NULL AND (a.backend_start IS NULL OR a.backend_start = s.began) \
         ORDER BY s.pid",
        session = super::read::session(),
        began = super::read::began("s.began"),
    )
}

/// How far the statement under way outside a transaction has come, as the server tells of builds of indexes (PostgreSQL
/// manual, section 28.4.4) and of VACUUM. Row: phase, done, of how many; none before it begins and where the role may not see.
pub(crate) fn progress(row_id: &str) -> String {
    format!(
        "SELECT p.phase, p.done, p.total FROM migsafe.journal AS j, LATERAL (\
         SELECT phase, CASE WHEN phase LIKE 'waiting%' THEN lockers_done \
         WHEN tuples_total > 0 THEN tuples_done ELSE blocks_done END, \
         CASE WHEN phase LIKE 'waiting%' THEN lockers_total \
         WHEN tuples_total > 0 THEN tuples_total ELSE blocks_total END \
         FROM pg_catalog.pg_stat_progress_create_index WHERE pid = j.backend_pid \
         UNION ALL SELECT phase, heap_blks_scanned, heap_blks_total \
         FROM pg_catalog.pg_stat_progress_vacuum WHERE pid = j.backend_pid) AS p (phase, done, total) \
         WHERE j.row_id = {} AND j.state = 'started' AND p.phase IS NOT NULL LIMIT 1",
        Literal(row_id)
    )
}

/// Whether the server process that a row of `alias` names is still there. A role that may not see when it
/// began takes it for alive: better to wait than to run a statement twice.
fn lives(alias: &str) -> String {
    format!(
        "EXISTS (SELECT FROM pg_catalog.pg_stat_get_activity({alias}.backend_pid) AS a \
         WHERE {alias}.backend_pid IS NOT NULL \
         AND (a.backend_start IS NULL OR a.backend_start = {alias}.backend_start))"
    )
}

/// This connection's server process. Row: pid, start (text that the server reads back).
pub(crate) fn own_process() -> &'static str {
    "SELECT a.pid, a.backend_start::text \
     FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) AS a"
}

/// The unfinished row of a migration that runs by statement.
pub(crate) fn insert_unfinished(table: Table<'_>, row: &HistoryRow) -> Option<String> {
    let started_at = row.started_at.as_ref()?.at()?;
    Some(format!(
        "INSERT INTO {table} (id, checksum, started_at, migration_name) VALUES ({}, {}, {}, {})",
        Literal(&row.id),
        Literal(&row.checksum),
        super::step::time(started_at),
        Literal(row.name()?),
    ))
}

/// Takes an unfinished row up again; changes one row, or it is not unfinished any more.
pub(crate) fn take_up(table: Table<'_>, row_id: &str) -> String {
    format!(
        "UPDATE {table} SET logs = NULL WHERE id = {} AND finished_at IS NULL \
         AND rolled_back_at IS NULL",
        Literal(row_id)
    )
}

/// Takes the lease, unless somebody is at work; changes one row, or it was not to be had.
pub(crate) fn claim(lease: &Lease<'_>) -> String {
    format!(
        "INSERT INTO migsafe.lease AS l (row_id, token, owner, expires_at, backend_pid, backend_start) \
         VALUES ({id}, {token}, {owner}, {expires}, {pid}, {start}) ON CONFLICT (row_id) DO UPDATE \
         SET token = excluded.token, owner = excluded.owner, expires_at = excluded.expires_at, \
         backend_pid = excluded.backend_pid, backend_start = excluded.backend_start \
         WHERE (l.expires_at <= pg_catalog.clock_timestamp() OR NOT {owner_lives}) \
         AND NOT EXISTS (SELECT FROM migsafe.journal AS j WHERE j.row_id = l.row_id \
         AND j.state = 'started' AND {statement_lives})",
        id = Literal(lease.row_id),
        token = Literal(lease.token),
        owner = Literal(lease.owner),
        expires = expiry(lease.time_to_live),
        pid = lease.pid,
        start = Literal(lease.process_start),
        owner_lives = lives("l"),
        statement_lives = lives("j"),
    )
}

/// Keeps the lease; changes one row, or it is somebody else's.
pub(crate) fn renew(lease: &Lease<'_>) -> String {
    format!(
        "UPDATE migsafe.lease SET expires_at = {}, backend_pid = {}, backend_start = {} \
         WHERE row_id = {} AND token = {}",
        expiry(lease.time_to_live),
        lease.pid,
        Literal(lease.process_start),
        Literal(lease.row_id),
        Literal(lease.token),
    )
}

/// Gives the lease back while the migration is unfinished. Its row stays: where no statement is recorded yet, it
/// alone tells that the migration runs by statement and where it goes on.
pub(crate) fn give_back(row_id: &str, token: &str) -> String {
    format!(
        "UPDATE migsafe.lease SET expires_at = pg_catalog.clock_timestamp() \
         WHERE row_id = {} AND token = {}",
        Literal(row_id),
        Literal(token)
    )
}

/// Removes the lease of a migration that is finished.
pub(crate) fn release(row_id: &str, token: &str) -> String {
    format!(
        "DELETE FROM migsafe.lease WHERE row_id = {} AND token = {}",
        Literal(row_id),
        Literal(token)
    )
}

/// A lease as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lease<'a> {
    pub(crate) row_id: &'a str,
    pub(crate) token: &'a str,
    pub(crate) owner: &'a str,
    pub(crate) pid: i32,
    pub(crate) process_start: &'a str,
    pub(crate) time_to_live: Duration,
}

fn expiry(time_to_live: Duration) -> String {
    let length = Literal(&super::step::milliseconds(time_to_live)).to_string();
    format!("pg_catalog.clock_timestamp() + {length}::interval")
}

/// Fails with a division by zero unless the lease is still ours, and keeps it from changing hands until
/// the transaction ends.
pub(crate) fn fence(row_id: &str, token: &str) -> String {
    format!(
        "SELECT 1 / (pg_catalog.count(*) = 1)::int FROM (SELECT FROM migsafe.lease \
         WHERE row_id = {} AND token = {} FOR UPDATE) AS ours",
        Literal(row_id),
        Literal(token)
    )
}

/// A record of a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) row_id: &'a str,
    pub(crate) token: &'a str,
    pub(crate) statement: usize,
    pub(crate) hash: &'a str,
    pub(crate) state: JournalState,
    pub(crate) in_transaction: bool,
    pub(crate) code: Option<&'a str>,
    /// An expression of what stands before it, of [`super::before`]; kept from its start to its end.
    pub(crate) before: &'a str,
}

/// Records a statement, if the lease is ours; changes one row, or it is not.
pub(crate) fn record(record: &Record<'_>) -> String {
    let (state, finished) = match record.state {
        JournalState::Done => ("done", "pg_catalog.clock_timestamp()"),
        JournalState::Failed => ("failed", "pg_catalog.clock_timestamp()"),
        _ => ("started", "NULL::timestamptz"),
    };
    format!(
        "INSERT INTO migsafe.journal AS j (row_id, statement, hash, state, in_transaction, sql_code, \
         finished_at, backend_pid, backend_start, before) \
         SELECT l.row_id, {statement}, {hash}, {state}, {in_transaction}, {code}, {finished}, \
         a.pid, a.backend_start, {before} FROM migsafe.lease AS l, \
         pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) AS a \
         WHERE l.row_id = {id} AND l.token = {token} \
         ON CONFLICT (row_id, statement) DO UPDATE SET hash = excluded.hash, state = excluded.state, \
         in_transaction = excluded.in_transaction, sql_code = excluded.sql_code, \
         finished_at = excluded.finished_at, backend_pid = excluded.backend_pid, \
         backend_start = excluded.backend_start, before = CASE excluded.state \
         WHEN 'started' THEN excluded.before ELSE j.before END",
        statement = record.statement,
        in_transaction = record.in_transaction,
        before = record.before,
        hash = Literal(record.hash),
        state = Literal(state),
        code = Literal::or_null(record.code),
        id = Literal(record.row_id),
        token = Literal(record.token),
    )
}

/// Writes the logs of a row that stays unfinished.
pub(crate) fn write_logs(table: Table<'_>, row_id: &str, logs: &str) -> String {
    format!(
        "UPDATE {table} SET logs = {} WHERE id = {} AND finished_at IS NULL",
        Literal(logs),
        Literal(row_id)
    )
}

/// Finishes a row; changes one row, or it is not what it was.
pub(crate) fn finish_row(table: Table<'_>, row_id: &str, checksum: &str, at: &str) -> String {
    format!(
        "UPDATE {table} SET finished_at = {at}, applied_steps_count = 1, logs = NULL, \
         checksum = {} WHERE id = {} AND finished_at IS NULL AND rolled_back_at IS NULL",
        Literal(checksum),
        Literal(row_id)
    )
}

/// The limits of a statement that runs outside a transaction; they last until `RESET ALL`.
pub(crate) fn session_settings(
    lock_timeout: Option<Duration>,
    statement_timeout: Option<Duration>,
    schema: Option<&str>,
) -> String {
    let mut items = Vec::new();
    for (name, limit) in [("lock_timeout", lock_timeout), ("statement_timeout", statement_timeout)]
    {
        items.extend(limit.map(|limit| setting(name, &super::step::milliseconds(limit))));
    }
    items.extend(schema.map(|schema| setting("search_path", &Ident(schema).to_string())));
    items.push("1".to_owned());
    format!("SELECT {}", items.join(", "))
}

fn setting(name: &str, value: &str) -> String {
    format!("pg_catalog.set_config({}, {}, false)", Literal(name), Literal(value))
}

fn list(ids: &[&str]) -> String {
    ids.iter().map(|id| Literal(id).to_string()).collect::<Vec<_>>().join(", ")
}
