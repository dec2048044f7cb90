//! What stands in the catalog before a statement outside a transaction is sent, and what is there after it.
//!
//! A name is no evidence: an index that was there before proves nothing. So what stood is recorded with the start of the
//! statement, by the objects' ids, and everything later is judged beside that. What an old text left is found
//! in the same way when its statement was changed meanwhile.

use migsafe_core::sql::{Effect, ObjectName, Reindexed};

use super::{Ident, Literal};

/// An expression of what stands before a statement: jsonb, NULL for one that leaves nothing in the catalog.
pub(crate) fn before(effect: Option<&Effect>, schema: Option<&str>) -> String {
    let id = |name: &ObjectName| relation(name, schema);
    match effect {
        Some(Effect::BuildsIndex { index, table, .. }) => format!(
            "pg_catalog.jsonb_build_object('kind', 'index', 'table', {table}, 'name', {name}, \
             'indexes', {indexes})",
            table = id(table),
            name = Literal::or_null(index.as_ref().map(|index| &*index.name)),
            indexes = indexes(&format!("x.indrelid = {}", id(table))),
        ),
        Some(Effect::Reindexes(what)) => {
            let table = match what {
                Reindexed::Index(index) => format!(
                    "(SELECT indrelid::bigint FROM pg_catalog.pg_index WHERE indexrelid = {})",
                    id(index)
                ),
                Reindexed::Table(table) => id(table),
                _ => "NULL".to_owned(),
            };
            format!(
                "pg_catalog.jsonb_build_object('kind', 'reindex', 'table', {table}::bigint, \
                 'wide', {wide}, 'indexes', {indexes})",
                wide = *what == Reindexed::Many,
                indexes = indexes(REBUILT),
            )
        }
        Some(Effect::DropsIndex { index }) => format!(
            "pg_catalog.jsonb_build_object('kind', 'drop', 'object', {}, 'name', {})",
            id(index),
            Literal(&qualified(index, schema)),
        ),
        Some(Effect::DetachesPartition { parent, partition }) => format!(
            "pg_catalog.jsonb_build_object('kind', 'detach', 'table', {parent}, \
             'object', {partition}, 'attached', EXISTS (SELECT FROM pg_catalog.pg_inherits \
             WHERE inhparent = {parent} AND inhrelid = {partition}))",
            parent = id(parent),
            partition = id(partition),
        ),
        _ => "NULL::jsonb".to_owned(),
    }
}

/// What was recorded of a statement. Row: whether the lease is ours, kind, table, object, name, whether it was
/// attached, whether it is about more than one table.
pub(crate) fn recorded(row_id: &str, token: &str, statement: usize) -> String {
    format!(
        "SELECT EXISTS (SELECT FROM migsafe.lease WHERE row_id = {id} AND token = {token}), \
         b->>'kind', b->>'table', b->>'object', b->>'name', b->>'attached', b->>'wide' \
         FROM (SELECT {before}) AS j (b)",
        id = Literal(row_id),
        token = Literal(token),
        before = recorded_before(row_id, statement),
    )
}

/// What is there now. Rows: `present`, `stood`, `absent`, `taken`, `half`, `under way`, `new`; the object's
/// quoted name; for `taken` what it is, for `under way` the server process, for a partition the parent.
pub(crate) fn now(before: &Before, row_id: &str, statement: usize) -> String {
    let recorded = recorded_before(row_id, statement);
    match before {
        Before::Index { table, name: Some(name) } => format!(
            "SELECT CASE WHEN x.indrelid IS DISTINCT FROM {table}::oid THEN 'taken' \
             WHEN c.relkind <> 'i' OR {WHOLE} THEN CASE WHEN pg_catalog.jsonb_exists(\
             {recorded}->'indexes', c.oid::text) THEN 'stood' ELSE 'present' END \
             WHEN {builder} IS NOT NULL THEN 'under way' ELSE 'half' END, \
             pg_catalog.format('%I.%I', n.nspname, c.relname), \
             CASE WHEN x.indrelid = {table}::oid THEN {builder}::text \
             WHEN x.indrelid IS NULL THEN pg_catalog.format('%I is no index', c.relname) \
             ELSE pg_catalog.format('%I is an index of %I', c.relname, \
             (SELECT relname FROM pg_catalog.pg_class WHERE oid = x.indrelid)) END \
             FROM pg_catalog.pg_class AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace \
             JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = {name} \
             LEFT JOIN pg_catalog.pg_index AS x ON x.indexrelid = c.oid WHERE t.oid = {table}",
            builder = builder(),
            name = Literal(name),
        ),
        Before::Index { table, name: None } => format!(
            "SELECT CASE WHEN {WHOLE} THEN 'new' WHEN {builder} IS NOT NULL THEN 'under way' \
             ELSE 'half' END, pg_catalog.format('%I.%I', n.nspname, c.relname), {builder}::text \
             FROM {INDEXES} WHERE x.indrelid = {table} AND c.relkind = 'i' \
             AND NOT pg_catalog.jsonb_exists({recorded}->'indexes', x.indexrelid::text)",
            builder = builder(),
        ),
        Before::Reindex { table } => format!(
            "SELECT CASE WHEN {builder} IS NOT NULL THEN 'under way' ELSE 'half' END, \
             pg_catalog.format('%I.%I', n.nspname, c.relname), {builder}::text \
             FROM {INDEXES} WHERE {REBUILT} AND c.relkind = 'i' AND NOT ({WHOLE}) AND {of} \
             AND ({recorded}->'indexes'->>x.indexrelid::text) IS DISTINCT FROM c.relname::text",
            builder = builder(),
            of = match table {
                None => "true".to_owned(),
                Some(table) => format!(
                    "(x.indrelid = {table} OR x.indrelid IN \
                     (SELECT relid FROM pg_catalog.pg_partition_tree({table}::oid::regclass)))"
                ),
            },
        ),
        Before::Drop { object: None, .. } => "SELECT 'stood'".to_owned(),
        Before::Drop { object: Some(object), name } => format!(
            "SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = {object}) \
             THEN 'absent' WHEN pg_catalog.to_regclass({name}) IS NULL THEN 'present' \
             ELSE 'new' END, {name}",
            name = Literal(name),
        ),
        Before::Detach { parent: Some(parent), partition: Some(partition), attached } => format!(
            "SELECT coalesce((SELECT CASE WHEN inhdetachpending THEN 'half' ELSE 'absent' END \
             FROM pg_catalog.pg_inherits WHERE inhparent = {parent} AND inhrelid = {partition}), \
             {gone}), {partition_name}, {parent_name}",
            gone = Literal(if *attached { "present" } else { "stood" }),
            partition_name = name_of(partition),
            parent_name = name_of(parent),
        ),
        Before::Detach { .. } => "SELECT 'stood'".to_owned(),
    }
}

/// What was recorded, read back; ids as the server writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// The table whose index is built.
    Index { table: u32, name: Option<String> },
    /// The table whose indexes are built anew; `None` for a schema or a database.
    Reindex { table: Option<u32> },
    /// The index that was there.
    Drop { object: Option<u32>, name: String },
    /// The two tables that were there, and whether one was a partition of the other.
    Detach { parent: Option<u32>, partition: Option<u32>, attached: bool },
}

/// A name as SQL, in the schema of the migration when it names none itself.
fn qualified(name: &ObjectName, schema: Option<&str>) -> String {
    match name.schema.as_deref().or(schema) {
        Some(schema) => format!("{}.{}", Ident(schema), Ident(&name.name)),
        None => Ident(&name.name).to_string(),
    }
}

/// The indexes, their classes and their schemas.
const INDEXES: &str = "pg_catalog.pg_index AS x \
    JOIN pg_catalog.pg_class AS c ON c.oid = x.indexrelid \
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace";

/// Whether an index can be used and is kept up to date.
const WHOLE: &str = "(x.indisvalid AND x.indisready AND x.indislive)";

/// The names that REINDEX CONCURRENTLY gives (PostgreSQL manual, REINDEX). That of a TOAST table cannot be dropped by
/// anybody who may not change system catalogs.
const REBUILT: &str = "c.relname ~ '_cc(new|old)[0-9]*$' AND n.nspname <> 'pg_toast'";

fn indexes(which: &str) -> String {
    format!(
        "(SELECT coalesce(pg_catalog.jsonb_object_agg(x.indexrelid::text, c.relname), '{{}}') \
         FROM {INDEXES} WHERE {which})"
    )
}

fn relation(name: &ObjectName, schema: Option<&str>) -> String {
    format!("pg_catalog.to_regclass({})::oid::bigint", Literal(&qualified(name, schema)))
}

fn recorded_before(row_id: &str, statement: usize) -> String {
    format!(
        "(SELECT before FROM migsafe.journal WHERE row_id = {} AND statement = {statement})",
        Literal(row_id)
    )
}

/// The server process of another session that is building the index `x`. What it builds is shown to its own role
/// only; others see that it builds something, and the lock that it has on the table.
fn builder() -> &'static str {
    "(SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index AS p \
     WHERE p.pid <> pg_catalog.pg_backend_pid() AND p.datid = \
     (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) \
     AND (p.index_relid = x.indexrelid OR p.relid IS NULL AND EXISTS (SELECT FROM pg_catalog.pg_locks AS l \
     WHERE l.pid = p.pid AND l.database = p.datid AND l.relation = x.indrelid AND l.granted \
     AND l.mode = 'ShareUpdateExclusiveLock')) LIMIT 1)"
}

fn name_of(id: &u32) -> String {
    format!(
        "(SELECT pg_catalog.format('%I.%I', nspname, relname) FROM pg_catalog.pg_class AS c \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = {id})"
    )
}
