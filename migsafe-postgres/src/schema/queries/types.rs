//! Enumerations, domains, composite types, ranges, base types; collations.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described, is_own};

/// Not the row types of tables, the array types and the multiranges, which come with another type.
pub(super) fn types(context: &Context<'_>) -> Query {
    let function = |column: &str| format!("nullif({column}, 0)::regproc::text");
    Query::new(
        "CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite_type' \
         WHEN 'r' THEN 'range_type' ELSE 'base_type' END",
        "n.nspname",
        "NULL",
        "t.typname",
    )
    .list(
        Attribute::Labels,
        "CASE t.typtype WHEN 'e' THEN (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) \
         FROM pg_enum AS e WHERE e.enumtypid = t.oid) END",
    )
    .text(
        Attribute::Type,
        "CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END",
    )
    .flag(Attribute::NotNull, "t.typtype = 'd' AND t.typnotnull")
    .text(
        Attribute::Default,
        "CASE t.typtype WHEN 'd' THEN pg_get_expr(t.typdefaultbin, 'pg_type'::regclass) \
         WHEN 'b' THEN t.typdefault END",
    )
    .text(
        Attribute::Collation,
        "CASE WHEN t.typtype = 'd' AND t.typcollation <> base.typcollation AND t.typcollation <> 0 \
         THEN t.typcollation::regcollation::text \
         WHEN r.rngcollation <> subtype.typcollation THEN nullif(r.rngcollation, 0)::regcollation::text END",
    )
    .list(
        Attribute::Fields,
        "CASE t.typtype WHEN 'c' THEN (SELECT json_agg(quote_ident(a.attname) || ' ' || \
         format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attcollation <> f.typcollation \
         AND a.attcollation <> 0 THEN ' COLLATE ' || a.attcollation::regcollation::text ELSE '' END \
         ORDER BY a.attnum) FROM pg_attribute AS a JOIN pg_type AS f ON f.oid = a.atttypid \
         WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END",
    )
    .text(Attribute::Subtype, "format_type(r.rngsubtype, NULL)")
    .text(Attribute::OperatorClass, "opc_n.nspname || '.' || opc.opcname")
    .text(Attribute::Canonical, function("r.rngcanonical"))
    .text(Attribute::SubtypeDifference, function("r.rngsubdiff"))
    .text(Attribute::Multirange, "format_type(r.rngmultitypid, NULL)")
    .text(
        Attribute::Definition,
        "CASE t.typtype WHEN 'b' THEN concat_ws(', ', 'INPUT = ' || t.typinput::regproc::text, \
         'OUTPUT = ' || t.typoutput::regproc::text, 'INTERNALLENGTH = ' || t.typlen, \
         'ALIGNMENT = ' || t.typalign::text, 'STORAGE = ' || t.typstorage::text, 'BYVALUE = ' || t.typbyval, \
         'CATEGORY = ' || t.typcategory::text, 'PREFERRED = ' || t.typispreferred, \
         'DELIMITER = ' || t.typdelim::text) END",
    )
    .text(Attribute::Comment, COMMENT)
    .text(Attribute::Owner, context.owner("t.typowner"))
    .list(Attribute::Grants, context.grants("t.typacl", 'T', "t.typowner"))
    .from(format!(
        "pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace \
         LEFT JOIN pg_type AS base ON base.oid = t.typbasetype \
         LEFT JOIN pg_class AS row ON row.oid = t.typrelid \
         LEFT JOIN pg_range AS r ON r.rngtypid = t.oid AND t.typtype = 'r' \
         LEFT JOIN pg_type AS subtype ON subtype.oid = r.rngsubtype \
         LEFT JOIN pg_opclass AS opc ON opc.oid = r.rngsubopc \
         LEFT JOIN pg_namespace AS opc_n ON opc_n.oid = opc.opcnamespace \
         {} WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND row.relkind = 'c' \
         OR t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type AS element \
         WHERE element.typarray = t.oid)) AND {} AND {}",
        described("pg_type", "t.oid"),
        context.schemas("n"),
        is_own("pg_type", "t.oid"),
    ))
}

pub(super) fn collations(context: &Context<'_>) -> Query {
    // The column of the locale has changed its name twice.
    let locale = "coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', \
                  CASE c.collprovider WHEN 'i' THEN c.collcollate END)";
    Query::new("'collation'", "n.nspname", "NULL", "c.collname")
        .text(
            Attribute::Definition,
            format!(
                "concat_ws(', ', 'PROVIDER = ' || CASE c.collprovider WHEN 'i' THEN 'icu' \
                 WHEN 'c' THEN 'libc' WHEN 'b' THEN 'builtin' ELSE 'default' END, 'LOCALE = ' || {locale}, \
                 CASE c.collprovider WHEN 'c' THEN 'LC_COLLATE = ' || c.collcollate || ', LC_CTYPE = ' || \
                 c.collctype END, CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END, \
                 'RULES = ' || (to_jsonb(c) ->> 'collicurules'))"
            ),
        )
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("c.collowner"))
        .from(format!(
            "pg_collation AS c JOIN pg_namespace AS n ON n.oid = c.collnamespace {} WHERE {} AND {}",
            described("pg_collation", "c.oid"),
            context.schemas("n"),
            is_own("pg_collation", "c.oid"),
        ))
}
