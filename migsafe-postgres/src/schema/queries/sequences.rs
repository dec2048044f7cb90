//! Sequences, but for the insides of identity columns.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described, is_own};

pub(super) fn sequences(context: &Context<'_>) -> Query {
    Query::new("'sequence'", "n.nspname", "NULL", "c.relname")
        .text(Attribute::Type, "format_type(s.seqtypid, NULL)")
        .number(Attribute::Start, "s.seqstart")
        .number(Attribute::Increment, "s.seqincrement")
        .number(Attribute::Minimum, "s.seqmin")
        .number(Attribute::Maximum, "s.seqmax")
        .number(Attribute::Cache, "s.seqcache")
        .flag(Attribute::Cycle, "s.seqcycle")
        .text(
            Attribute::OwnedBy,
            "(SELECT d.refobjid::regclass::text || '.' || quote_ident(a.attname) FROM pg_depend AS d \
             JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid \
             WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 \
             AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a' LIMIT 1)",
        )
        .text(Attribute::Persistence, "CASE c.relpersistence WHEN 'u' THEN 'unlogged' END")
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("c.relowner"))
        .list(Attribute::Grants, context.grants("c.relacl", 's', "c.relowner"))
        .from(format!(
            "pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid \
             JOIN pg_namespace AS n ON n.oid = c.relnamespace {} WHERE {} AND {} \
             AND NOT EXISTS (SELECT FROM pg_depend AS inside \
             WHERE inside.classid = 'pg_class'::regclass AND inside.objid = c.oid \
             AND inside.deptype = 'i')",
            described("pg_class", "c.oid"),
            context.schemas("n"),
            is_own("pg_class", "c.oid"),
        ))
}
