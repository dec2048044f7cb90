//! Columns of tables, and those of views of which something is said.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described_part, is_own};

pub(super) fn columns(context: &Context<'_>) -> Query {
    let expression = "pg_get_expr(d.adbin, d.adrelid)";
    // Since PostgreSQL 18 NOT NULL can be declared before it is true.
    let not_valid = match context.is_at_least(18) {
        true => {
            "a.attnotnull AND EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = a.attrelid \
             AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum] AND NOT k.convalidated)"
        }
        false => "NULL",
    };
    Query::new("'column'", "n.nspname", "c.relname", "a.attname")
        .text(Attribute::Type, "format_type(a.atttypid, a.atttypmod)")
        .flag(Attribute::NotNull, "a.attnotnull")
        .flag(Attribute::NotNullNotValid, not_valid)
        .text(Attribute::Default, format!("CASE a.attgenerated WHEN '' THEN {expression} END"))
        .text(
            Attribute::Generated,
            format!(
                "CASE a.attgenerated WHEN 's' THEN 'stored ' || {expression} \
                 WHEN 'v' THEN 'virtual ' || {expression} END"
            ),
        )
        .text(
            Attribute::Identity,
            "CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END",
        )
        .list(Attribute::IdentityOptions, IDENTITY_OPTIONS)
        .text(
            Attribute::Collation,
            "CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0 \
             THEN a.attcollation::regcollation::text END",
        )
        .text(
            Attribute::Storage,
            "CASE WHEN a.attstorage <> t.typstorage AND c.relkind IN ('r', 'p', 'm') \
             THEN CASE a.attstorage WHEN 'p' THEN 'plain' \
             WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' WHEN 'x' THEN 'extended' END END",
        )
        .text(
            Attribute::Compression,
            "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END",
        )
        .number(
            Attribute::StatisticsTarget,
            "CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END",
        )
        .flag(Attribute::Inherited, "NOT a.attislocal")
        .list(Attribute::Options, OPTIONS)
        .text(Attribute::Comment, COMMENT)
        .list(Attribute::Grants, context.column_grants("a.attacl"))
        .from(format!(
            "pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid \
             JOIN pg_namespace AS n ON n.oid = c.relnamespace \
             JOIN pg_type AS t ON t.oid = a.atttypid \
             LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
             {described} WHERE a.attnum > 0 AND NOT a.attisdropped AND {schemas} AND {own} \
             AND (c.relkind IN ('r', 'p', 'f') OR c.relkind IN ('v', 'm') AND \
             (described.description IS NOT NULL OR d.adbin IS NOT NULL OR a.attstattarget >= 0 \
             OR {granted} OR a.attcompression <> '' OR {OPTIONS} IS NOT NULL \
             OR c.relkind = 'm' AND a.attstorage <> t.typstorage))",
            described = described_part("pg_class", "a.attrelid", "a.attnum"),
            schemas = context.schemas("n"),
            own = is_own("pg_class", "c.oid"),
            granted = context.has_rights("a.attacl"),
        ))
}

/// Sorted. From November 2026 on, servers number every column with an entry `pg_attver`.
const OPTIONS: &str = "(SELECT json_agg(o ORDER BY o COLLATE \"C\") FROM (\
     SELECT unnest(a.attoptions) UNION ALL \
     SELECT option_name || '=' || option_value FROM pg_options_to_table(a.attfdwoptions)) AS options (o) \
     WHERE o NOT LIKE 'pg\\_attver=%')";

/// Of the sequence inside, whose name nobody chose.
const IDENTITY_OPTIONS: &str = "CASE WHEN a.attidentity <> '' THEN (\
     SELECT json_build_array('START ' || s.seqstart, 'INCREMENT ' || s.seqincrement, \
     'MINVALUE ' || s.seqmin, 'MAXVALUE ' || s.seqmax, 'CACHE ' || s.seqcache, \
     CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END) \
     FROM pg_depend AS inside JOIN pg_sequence AS s ON s.seqrelid = inside.objid \
     WHERE inside.refclassid = 'pg_class'::regclass AND inside.refobjid = a.attrelid \
     AND inside.refobjsubid = a.attnum AND inside.classid = 'pg_class'::regclass \
     AND inside.deptype = 'i' LIMIT 1) END";
