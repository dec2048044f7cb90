//! Constraints of tables and domains.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described, is_own, sorted};

/// NOT NULL is an attribute of its column; triggers are triggers. A foreign key to a partitioned table has a copy per
/// partition that nobody made.
pub(super) fn constraints(context: &Context<'_>) -> Query {
    let enforced = if context.is_at_least(18) { "k.conenforced" } else { "true" };
    Query::new("'constraint'", "n.nspname", "coalesce(c.relname, t.typname)", "k.conname")
        .text(
            Attribute::Type,
            "CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' WHEN 'f' THEN 'FOREIGN KEY' \
             WHEN 'x' THEN 'EXCLUDE' ELSE 'CHECK' END",
        )
        .text(
            Attribute::Definition,
            "regexp_replace(pg_get_constraintdef(k.oid), \
             '( DEFERRABLE)?( INITIALLY DEFERRED)?( NOT VALID| NOT ENFORCED)?$', '')",
        )
        .flag(Attribute::NotValid, format!("{enforced} AND NOT k.convalidated"))
        .flag(Attribute::NotEnforced, format!("NOT {enforced}"))
        .flag(Attribute::Deferrable, "k.condeferrable")
        .flag(Attribute::InitiallyDeferred, "k.condeferred")
        .flag(Attribute::Inherited, "NOT k.conislocal")
        .list(Attribute::Options, sorted("i.reloptions"))
        .text(Attribute::Tablespace, "tablespace.spcname")
        .flag(
            Attribute::Invalid,
            "NOT (x.indisvalid AND x.indisready AND x.indislive)",
        )
        .text(Attribute::Comment, COMMENT)
        .from(format!(
            "pg_constraint AS k LEFT JOIN pg_class AS c ON c.oid = k.conrelid \
             LEFT JOIN pg_type AS t ON t.oid = k.contypid \
             LEFT JOIN pg_constraint AS parent ON parent.oid = k.conparentid \
             LEFT JOIN pg_index AS x ON x.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x') \
             LEFT JOIN pg_class AS i ON i.oid = x.indexrelid \
             LEFT JOIN pg_tablespace AS tablespace ON tablespace.oid = i.reltablespace \
             JOIN pg_namespace AS n ON n.oid = coalesce(c.relnamespace, t.typnamespace) \
             {described} WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') \
             AND (k.conparentid = 0 OR parent.conrelid <> k.conrelid) \
             AND {schemas} AND {own_table} AND {own_type}",
            described = described("pg_constraint", "k.oid"),
            schemas = context.schemas("n"),
            own_table = is_own("pg_class", "k.conrelid"),
            own_type = is_own("pg_type", "k.contypid"),
        ))
}
