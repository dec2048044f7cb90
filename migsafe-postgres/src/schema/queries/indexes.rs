//! Indexes that no constraint brings, and extended statistics.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described, is_own, sorted};

pub(super) fn indexes(context: &Context<'_>) -> Query {
    Query::new("'index'", "n.nspname", "c.relname", "i.relname")
        .flag(Attribute::Unique, "x.indisunique")
        .text(Attribute::AccessMethod, "am.amname")
        .index("pg_get_indexdef(x.indexrelid)")
        .text(Attribute::Predicate, "pg_get_expr(x.indpred, x.indrelid)")
        .flag(Attribute::Invalid, "NOT (x.indisvalid AND x.indisready AND x.indislive)")
        .text(
            Attribute::PartitionOf,
            "CASE WHEN i.relispartition THEN (SELECT h.inhparent::regclass::text \
             FROM pg_inherits AS h WHERE h.inhrelid = i.oid) END",
        )
        .list(Attribute::Options, sorted("i.reloptions"))
        .text(Attribute::Tablespace, "tablespace.spcname")
        .list(
            Attribute::StatisticsTarget,
            "(SELECT json_agg(a.attnum || ': ' || a.attstattarget ORDER BY a.attnum) \
             FROM pg_attribute AS a WHERE a.attrelid = i.oid AND a.attstattarget >= 0)",
        )
        .text(Attribute::Comment, COMMENT)
        .from(format!(
            "pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid \
             JOIN pg_class AS c ON c.oid = x.indrelid \
             JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_am AS am ON am.oid = i.relam \
             LEFT JOIN pg_tablespace AS tablespace ON tablespace.oid = i.reltablespace \
             {} WHERE c.relkind IN ('r', 'p', 'm') AND {} AND {} AND {} \
             AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = x.indexrelid \
             AND k.conrelid = x.indrelid AND k.contype IN ('p', 'u', 'x'))",
            described("pg_class", "i.oid"),
            context.schemas("n"),
            is_own("pg_class", "c.oid"),
            is_own("pg_class", "i.oid"),
        ))
}

pub(super) fn statistics(context: &Context<'_>) -> Query {
    Query::new("'statistics'", "n.nspname", "NULL", "s.stxname")
        .text(Attribute::Definition, "pg_get_statisticsobjdef(s.oid)")
        .number(
            Attribute::StatisticsTarget,
            "CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END",
        )
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("s.stxowner"))
        .from(format!(
            "pg_statistic_ext AS s JOIN pg_namespace AS n ON n.oid = s.stxnamespace {} WHERE {} AND {}",
            described("pg_statistic_ext", "s.oid"),
            context.schemas("n"),
            is_own("pg_statistic_ext", "s.oid"),
        ))
}
