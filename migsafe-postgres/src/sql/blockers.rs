//! Texts of looking at who is in whose way.

use migsafe_core::sql::ObjectName;

use super::Literal;
use super::read::{age_ms, session};

/// How long a session may be idle in a transaction before it is worth mentioning by itself.
const IDLE: &str = "5 s";

/// Bytes and rows of a relation by itself, `NULL` where they are not known. Not `pg_relation_size`, which waits for
/// whoever has locked the relation. A partitioned table stores nothing; its `reltuples` are those of its partitions.
const OWN: &str = "CASE WHEN c.relkind <> 'p' AND c.reltuples >= 0 THEN \
     pg_catalog.current_setting('block_size')::bigint * (c.relpages \
     + (SELECT coalesce(sum(t.relpages), 0) FROM pg_catalog.pg_class AS t WHERE t.oid = c.reltoastrelid) \
     + (SELECT coalesce(sum(x.relpages), 0) FROM pg_catalog.pg_index AS i \
     JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid))::bigint END AS bytes, \
     CASE WHEN c.relkind <> 'p' AND c.reltuples >= 0 THEN c.reltuples::bigint END AS rows, \
     (SELECT count(*) FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid) AS indexes";

/// Three statements: whether the role sees everything; the relations that exist, as number, schema, name, size, and
/// whether it is one below the relation that was asked for; a row per session, in the order of [`crate::blockers::blocker`].
///
/// Everything in it may be asked by any role: `pg_locks` and `pg_blocking_pids` hide nothing, and
/// `pg_stat_get_activity` gives NULL where it hides something. Names are looked up in the catalog and not
/// with `to_regclass`, which fails without USAGE on the schema.
pub(crate) fn blockers(relations: &[ObjectName], schema: Option<&str>) -> String {
    let asked = asked(relations, schema);
    format!(
        "SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE');\n\
         SELECT o.n, o.schema, o.name, {bytes}, {rows}, o.indexes, o.depth > 0 FROM (\
         SELECT a.n, a.depth, s.nspname AS schema, c.relname AS name, c.relkind, {OWN} FROM {asked} AS a \
         JOIN pg_catalog.pg_class AS c ON c.oid = a.oid \
         JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace) AS o \
         ORDER BY o.n, o.depth, o.schema COLLATE \"C\", o.name COLLATE \"C\";\n\
         {sessions}",
        bytes = with_below("bytes"),
        rows = with_below("rows"),
        sessions = sessions(&asked)
    )
}

/// A size of the relation that was asked for together with those below it; of one below, its own.
fn with_below(size: &str) -> String {
    format!(
        "CASE WHEN o.depth > 0 THEN o.{size} \
         WHEN bool_and(o.relkind = 'p' OR o.{size} IS NOT NULL) OVER (PARTITION BY o.n) \
         THEN coalesce(sum(o.{size}) OVER (PARTITION BY o.n), 0)::bigint END"
    )
}

fn sessions(asked: &str) -> String {
    format!(
        "WITH here AS (SELECT oid FROM pg_catalog.pg_database \
         WHERE datname = pg_catalog.current_database()), \
         asked AS (SELECT oid FROM {asked} AS a \
         UNION SELECT i.indrelid FROM {asked} AS a JOIN pg_catalog.pg_index AS i ON i.indexrelid = a.oid), \
         activity AS MATERIALIZED (SELECT * FROM pg_catalog.pg_stat_get_activity(NULL) \
         WHERE datid = (SELECT oid FROM here) AND pid <> pg_catalog.pg_backend_pid()), \
         locks AS MATERIALIZED (SELECT l.*, coalesce(l.pid, 0) AS process FROM pg_catalog.pg_locks AS l \
         WHERE l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND l.mode <> 'SIReadLock'), \
         waiting AS MATERIALIZED (SELECT pid, pg_catalog.pg_blocking_pids(pid) AS blocked_by FROM activity \
         WHERE pid IN (SELECT pid FROM locks WHERE NOT granted)), \
         watched AS (SELECT oid FROM asked UNION SELECT relation FROM locks \
         WHERE NOT granted AND locktype = 'relation' AND database = (SELECT oid FROM here)), \
         shown AS (SELECT process FROM locks WHERE locktype = 'relation' \
         AND database = (SELECT oid FROM here) AND relation IN (SELECT oid FROM asked) \
         UNION SELECT pid FROM waiting \
         UNION SELECT pg_catalog.unnest(blocked_by) FROM waiting \
         UNION SELECT pid FROM activity WHERE state LIKE 'idle in transaction%' \
         AND xact_start < pg_catalog.clock_timestamp() - interval '{IDLE}') \
         SELECT p.process, {session}, \
         (extract(epoch FROM a.backend_start) * 1000000)::bigint, \
         (SELECT l.virtualtransaction FROM locks AS l \
         WHERE l.pid = p.process AND l.locktype = 'virtualxid' AND l.granted LIMIT 1), \
         pg_catalog.array_to_string(w.blocked_by, ','), \
         (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(\
         CASE WHEN l.locktype = 'relation' THEN coalesce(c.name, l.relation::text) \
         WHEN c.name IS NULL THEN l.locktype ELSE l.locktype || ' of ' || c.name END, \
         l.locktype = 'relation', l.mode, l.granted, {waited}) \
         ORDER BY l.granted, c.name COLLATE \"C\", l.locktype, l.mode) FROM locks AS l \
         LEFT JOIN (SELECT t.oid, s.nspname || '.' || t.relname AS name FROM pg_catalog.pg_class AS t \
         JOIN pg_catalog.pg_namespace AS s ON s.oid = t.relnamespace) AS c \
         ON c.oid = l.relation AND l.database IN (0, (SELECT oid FROM here)) \
         WHERE l.process = p.process AND (NOT l.granted OR (l.locktype = 'relation' \
         AND l.database = (SELECT oid FROM here) AND l.relation IN (SELECT oid FROM watched)))) \
         FROM shown AS p LEFT JOIN activity AS a ON a.pid = p.process \
         LEFT JOIN waiting AS w ON w.pid = p.process \
         WHERE a.leader_pid IS NULL ORDER BY a.xact_start NULLS LAST, p.process",
        session = session(),
        waited = age_ms("l.waitstart"),
    )
}

/// The relations that exist, as a table of their number in the question (`n`), their `oid`, and how far they are below
/// what was asked for (`depth`): a statement on a table locks its partitions and the children that inherit from it.
fn asked(relations: &[ObjectName], schema: Option<&str>) -> String {
    if relations.is_empty() {
        return "(SELECT 0 AS n, oid, 0 AS depth FROM pg_catalog.pg_class WHERE false)".to_owned();
    }
    let rows: Vec<String> = relations
        .iter()
        .enumerate()
        .map(|(n, relation)| {
            // Scripts run with the schema of the URL as their search path.
            let schema = relation.schema.as_deref().or(schema);
            format!("({n}, {}::name, {}::name)", Literal::or_null(schema), Literal(&relation.name))
        })
        .collect();
    format!(
        "(WITH RECURSIVE r (n, oid, depth) AS (SELECT v.n, c.oid, 0 FROM (VALUES {}) AS v (n, s, r) \
         JOIN pg_catalog.pg_class AS c ON c.relname = v.r \
         JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace \
         WHERE CASE WHEN v.s IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) \
         ELSE s.nspname = v.s END \
         UNION ALL SELECT r.n, h.inhrelid, r.depth + 1 FROM r \
         JOIN pg_catalog.pg_inherits AS h ON h.inhparent = r.oid) \
         SELECT n, oid, min(depth) AS depth FROM r GROUP BY n, oid)",
        rows.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_values() {
        let name = ObjectName { schema: None, name: "a'; DROP TABLE b; --".to_owned() };
        let text = asked(&[name], Some("s\\'"));
        assert!(text.contains("(0, E's\\\\'''::name, 'a''; DROP TABLE b; --'::name)"), "{text}");
    }
}
