//! Tables, foreign tables, views, materialised views.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described, is_own};

pub(super) fn relations(context: &Context<'_>) -> Query {
    let parents = "SELECT json_agg(i.inhparent::regclass::text ORDER BY i.inhseqno) \
                   FROM pg_inherits AS i WHERE i.inhrelid = c.oid";
    // Sorted; those of the TOAST table with a prefix, as they are written in SQL.
    let options = "(SELECT json_agg(o ORDER BY o COLLATE \"C\") FROM (\
                   SELECT unnest(c.reloptions) UNION ALL \
                   SELECT 'toast.' || unnest(toast.reloptions) UNION ALL \
                   SELECT option_name || '=' || option_value FROM pg_options_to_table(f.ftoptions)) \
                   AS options (o))";
    let index = |which: &str| {
        format!(
            "(SELECT i.relname FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid \
             WHERE x.indrelid = c.oid AND x.{which})"
        )
    };
    let replica = index("indisreplident");
    Query::new(
        "CASE c.relkind WHEN 'f' THEN 'foreign_table' WHEN 'v' THEN 'view' \
         WHEN 'm' THEN 'materialized_view' ELSE 'table' END",
        "n.nspname",
        "NULL",
        "c.relname",
    )
    .text(Attribute::Definition, "CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END")
    .text(Attribute::Persistence, "CASE c.relpersistence WHEN 'u' THEN 'unlogged' END")
    .text(
        Attribute::OfType,
        "CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END",
    )
    .text(Attribute::PartitionKey, "CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END")
    .text(
        Attribute::PartitionOf,
        format!("CASE WHEN c.relispartition THEN ({parents}) ->> 0 END"),
    )
    .text(Attribute::PartitionBound, "pg_get_expr(c.relpartbound, c.oid)")
    .list(Attribute::Inherits, format!("CASE WHEN NOT c.relispartition THEN ({parents}) END"))
    .text(
        Attribute::ReplicaIdentity,
        format!(
            "CASE WHEN c.relkind IN ('r', 'p') THEN CASE c.relreplident WHEN 'f' THEN 'full' \
             WHEN 'n' THEN 'nothing' WHEN 'i' THEN 'index ' || coalesce({replica}, '') END END"
        ),
    )
    .flag(Attribute::RowSecurity, "c.relrowsecurity")
    .flag(Attribute::ForceRowSecurity, "c.relforcerowsecurity")
    .text(Attribute::ClusteredOn, index("indisclustered"))
    .list(Attribute::Options, options)
    .text(Attribute::AccessMethod, "CASE WHEN am.amname <> 'heap' THEN am.amname END")
    .text(Attribute::Tablespace, "tablespace.spcname")
    .flag(Attribute::NotPopulated, "c.relkind = 'm' AND NOT c.relispopulated")
    .list(
        Attribute::ColumnOrder,
        "CASE WHEN c.relkind IN ('r', 'p', 'f') THEN (SELECT json_agg(a.attname ORDER BY a.attnum) \
         FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) END",
    )
    .text(Attribute::Server, "server.srvname")
    .text(Attribute::Comment, COMMENT)
    .text(Attribute::Owner, context.owner("c.relowner"))
    .list(Attribute::Grants, context.grants("c.relacl", 'r', "c.relowner"))
    .from(format!(
        "pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
         LEFT JOIN pg_am AS am ON am.oid = c.relam \
         LEFT JOIN pg_class AS toast ON toast.oid = c.reltoastrelid AND toast.reloptions IS NOT NULL \
         LEFT JOIN pg_tablespace AS tablespace ON tablespace.oid = c.reltablespace \
         LEFT JOIN pg_foreign_table AS f ON f.ftrelid = c.oid \
         LEFT JOIN pg_foreign_server AS server ON server.oid = f.ftserver \
         {} WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND {} AND {}",
        described("pg_class", "c.oid"),
        context.schemas("n"),
        is_own("pg_class", "c.oid"),
    ))
}
