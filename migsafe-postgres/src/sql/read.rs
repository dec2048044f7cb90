//! Texts of reading.

use migsafe_core::history::{COLUMNS, HISTORY_TABLE};
use migsafe_core::lock::ADVISORY_LOCK_KEY;

use super::{Literal, Table};

/// The longest part of `logs` that is read, in characters.
pub(super) const LOGS_LIMIT: usize = 4000;

/// False only in a transaction that asked for the lock and did not get it ([`super::begin`]): what is asked
/// in the same message would be thrown away. As a condition without a column it is looked at once, before the
/// table is.
const UNLESS_REFUSED: &str =
    "pg_catalog.current_setting('migsafe.locked', true) IS DISTINCT FROM 'false'";

/// One row of scalar facts, in the order of [`crate::read::Facts`]. Functions instead of joins where there
/// are any: planning is what this costs.
///
/// `relnatts` counts dropped columns too, so that a table of Prisma's shape has 8, and any other number means
/// that the columns have to be looked at. A schema of Prisma 8 that may not be used is taken for its marker.
pub(crate) fn facts(table: Table<'_>) -> String {
    format!(
        "SELECT pg_catalog.current_database(), pg_catalog.current_setting('server_version'), \
         pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid(), \
         pg_catalog.current_schema(), pg_catalog.current_setting('search_path'), current_user, \
         CASE WHEN pg_catalog.to_regnamespace('prisma_contract') IS NULL THEN false \
         WHEN NOT pg_catalog.has_schema_privilege('prisma_contract', 'USAGE') THEN true \
         ELSE pg_catalog.to_regclass('prisma_contract.marker') IS NOT NULL END, \
         (SELECT l.pid FROM {holders} AS l ORDER BY l.pid <> pg_catalog.pg_backend_pid() LIMIT 1), \
         (pg_catalog.parse_ident(c.relnamespace::pg_catalog.regnamespace::text))[1], \
         c.relkind, pg_catalog.row_security_active(c.oid), c.relnatts = {known} \
         FROM (SELECT) AS one LEFT JOIN pg_catalog.pg_class AS c \
         ON c.oid = pg_catalog.to_regclass({this})",
        holders = holder_pids(table),
        known = COLUMNS.len(),
        this = Literal(&table.to_string()),
    )
}

/// What tells one history from another. Row: when the server began, the database, the history table, the schema to create
/// one in.
pub(crate) fn identity(table: Table<'_>) -> String {
    let schema = match table.schema {
        Some(schema) => Literal(schema).to_string(),
        None => "pg_catalog.current_schema()".to_owned(),
    };
    format!(
        "SELECT extract(epoch FROM pg_catalog.pg_postmaster_start_time()), \
         (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()), \
         pg_catalog.to_regclass({})::pg_catalog.oid, {schema}",
        Literal(&table.to_string())
    )
}

/// The rows in the fast form: times as decimal seconds, independent of any setting.
pub(crate) fn rows(table: Table<'_>) -> String {
    format!(
        "SELECT id, checksum, extract(epoch FROM finished_at), migration_name, \
         pg_catalog.left(logs, {LOGS_LIMIT}), extract(epoch FROM rolled_back_at), \
         extract(epoch FROM started_at), applied_steps_count FROM {table} WHERE {UNLESS_REFUSED}"
    )
}

/// What has to be known beside the rows to take them for the whole history. Functions only: nothing is
/// planned. Fails without a table.
///
/// Row: the server's version, whether it is a standby, the schema of the table, the schema of Prisma 8, whether row-level
/// security applies, and a row of the table with nothing in it, which shows how many columns there are.
pub(crate) fn shape(table: Table<'_>) -> String {
    format!(
        "SELECT pg_catalog.current_setting('server_version'), pg_catalog.pg_is_in_recovery(), \
         (pg_catalog.parse_ident((pg_catalog.pg_identify_object(\
         'pg_catalog.pg_class'::pg_catalog.regclass, {this}, 0)).schema))[1], \
         pg_catalog.to_regnamespace('prisma_contract'), pg_catalog.row_security_active({this}), \
         pg_catalog.json_populate_record(NULL::{table}, '{{}}')",
        this = format_args!("pg_catalog.to_regclass({})", Literal(&table.to_string())),
    )
}

/// The rows as they are, times in the form of the session, which the driver sets to ISO 8601 and UTC. Should something
/// else have changed that, the times cannot be read, and [`rows`] are asked for.
pub(crate) fn rows_as_text(table: Table<'_>) -> String {
    format!(
        "SELECT id, checksum, finished_at, migration_name, pg_catalog.left(logs, {LOGS_LIMIT}), \
         rolled_back_at, started_at, applied_steps_count FROM {table}"
    )
}

/// The columns that a table has, for when it is not of Prisma's shape.
pub(crate) fn columns_of_table(table: Table<'_>) -> String {
    format!(
        "SELECT attname::text FROM pg_catalog.pg_attribute WHERE attrelid = {}::pg_catalog.regclass \
         AND attnum > 0 AND NOT attisdropped AND {UNLESS_REFUSED}",
        Literal(&table.to_string())
    )
}

/// The rows in the form that works for every shape.
pub(crate) fn lenient_rows(table: Table<'_>) -> String {
    format!("SELECT pg_catalog.row_to_json(t)::text FROM {table} AS t WHERE {UNLESS_REFUSED}")
}

/// Three numbers that change when any row does.
///
/// A row that is inserted or updated gets the `xmin` of its transaction and a place (`ctid`) of its own; one
/// that is deleted takes its own out of the sums. For all three numbers to stay, transactions would have to
/// replace as many rows as they remove, with equal sums of transaction numbers, in places with an equal sum
/// of 32-bit hashes. `VACUUM FULL` moves rows: then the numbers differ, and the rows are read again.
/// Freezing does not change what `xmin` shows. `hashtid` exists since PostgreSQL 14.
pub(crate) fn stamp(table: Table<'_>) -> String {
    format!(
        "SELECT pg_catalog.count(*), \
         coalesce(pg_catalog.sum(xmin::text::bigint), 0), \
         coalesce(pg_catalog.sum(pg_catalog.hashtid(ctid)), 0) FROM {table} WHERE {UNLESS_REFUSED}"
    )
}

/// Why a table was not found: one row per schema that could hold it, with the objects of the target.
///
/// It looks at the catalog, which every role may read, so that missing rights cannot hide anything; and it is one
/// statement, so that a table that is just being created is seen everywhere or nowhere.
pub(crate) fn absence(schemas: &[&str], target: &str) -> String {
    let candidates =
        schemas.iter().map(|schema| Literal(schema).to_string()).collect::<Vec<_>>().join(", ");
    format!(
        "SELECT n.nspname, pg_catalog.has_schema_privilege(n.oid, 'USAGE'), \
         (SELECT c.relkind FROM pg_catalog.pg_class AS c \
         WHERE c.relnamespace = n.oid AND c.relname = {table}), \
         CASE WHEN n.nspname = {target} THEN ({OBJECTS}) END \
         FROM pg_catalog.pg_namespace AS n WHERE n.nspname IN ({candidates})",
        table = Literal(HISTORY_TABLE),
        target = Literal(target),
    )
}

/// What the schema `n` holds of its own, as a JSON list: not what belongs to an extension, to a table (indexes,
/// partitions, owned sequences, row types) or to `PostGIS` (Prisma's list of names).
const OBJECTS: &str = "SELECT pg_catalog.json_agg(f.name) FROM (SELECT o.name FROM (\
     SELECT relname::text AS name, oid, 'pg_catalog.pg_class'::pg_catalog.regclass AS class \
     FROM pg_catalog.pg_class WHERE relnamespace = n.oid \
     AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') \
     UNION ALL SELECT typname::text, oid, 'pg_catalog.pg_type'::pg_catalog.regclass \
     FROM pg_catalog.pg_type AS t WHERE typnamespace = n.oid AND (typtype IN ('e', 'd', 'r') \
     OR typtype = 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class AS c \
     WHERE c.oid = t.typrelid AND c.relkind = 'c')) \
     UNION ALL SELECT proname || '()', oid, 'pg_catalog.pg_proc'::pg_catalog.regclass \
     FROM pg_catalog.pg_proc WHERE pronamespace = n.oid) AS o \
     WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = o.class \
     AND d.objid = o.oid AND d.objsubid = 0 AND d.deptype IN ('a', 'e', 'i')) \
     AND pg_catalog.lower(o.name) NOT IN ('spatial_ref_sys', 'geometry_columns', \
     'geography_columns', 'raster_columns', 'raster_overviews') \
     ORDER BY o.name COLLATE \"C\" LIMIT 50) AS f";

/// The sessions that hold the migration lock of this database, in the order of [`crate::lock::holder`]; and when
/// they began, of those that do not hold the advisory lock.
///
/// `pg_stat_get_activity` is what the view `pg_stat_activity` reads; here for one process instead of all.
pub(crate) fn holders(table: Table<'_>) -> String {
    format!(
        "SELECT l.pid, {session}, CASE WHEN NOT l.advisory THEN {began} END FROM {holder} AS l LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(l.pid) AS a ON true \
         ORDER BY l.pid",
        session = session(),
        began = began("a.backend_start"),
        holder = holder_pids(table),
    )
}

/// What [`crate::lock::holder`] reads of a session after its process, of `pg_stat_get_activity` as `a`.
pub(super) fn session() -> String {
    format!(
        "pg_catalog.pg_get_userbyid(a.usesysid), a.application_name, \
         CASE WHEN a.client_port = -1 THEN 'local' ELSE pg_catalog.host(a.client_addr) END, \
         a.state, pg_catalog.left(a.query, 1000), {transaction}, {connection}",
        transaction = age_ms("a.xact_start"),
        connection = age_ms("a.backend_start"),
    )
}

pub(super) fn age_ms(since: &'static str) -> String {
    format!("(extract(epoch FROM pg_catalog.clock_timestamp() - {since}) * 1000)::bigint")
}

/// The beginning of a session as [`migsafe_core::lock::LockHolder::session_began`] has it.
pub(super) fn began(column: &str) -> String {
    format!("pg_catalog.to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00')")
}

/// The processes that hold the lock, the advisory one or that of the history table; 0 is a prepared transaction, which
/// has none.
fn holder_pids(table: Table<'_>) -> String {
    format!(
        "(SELECT coalesce(pid, 0) AS pid, pg_catalog.bool_or(locktype = 'advisory') AS advisory \
         FROM pg_catalog.pg_locks WHERE granted AND (locktype = 'advisory' AND classid = {high} \
         AND objid = {low} AND objsubid = 1 OR locktype = 'relation' \
         AND mode = 'ShareRowExclusiveLock' AND relation = pg_catalog.to_regclass({this})) \
         AND database = (SELECT oid FROM pg_catalog.pg_database \
         WHERE datname = pg_catalog.current_database()) GROUP BY 1)",
        this = Literal(&table.to_string()),
        high = ADVISORY_LOCK_KEY >> 32,
        low = ADVISORY_LOCK_KEY & 0xffff_ffff,
    )
}
