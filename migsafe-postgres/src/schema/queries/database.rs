//! Schemas, and what belongs to the whole database.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described, foreign_options, is_own};

pub(super) fn schemas(context: &Context<'_>) -> Query {
    Query::new("'schema'", "NULL", "NULL", "n.nspname")
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("n.nspowner"))
        .list(Attribute::Grants, context.grants("n.nspacl", 'n', "n.nspowner"))
        .from(format!(
            "pg_namespace AS n {} WHERE {} AND {}",
            described("pg_namespace", "n.oid"),
            context.schemas("n"),
            is_own("pg_namespace", "n.oid"),
        ))
}

pub(super) fn extensions(context: &Context<'_>) -> Query {
    // Those in pg_catalog too: procedural languages are there.
    let covered = match context.is_whole_database() {
        true => "true".to_owned(),
        false => context.schemas("n"),
    };
    Query::new("'extension'", "NULL", "NULL", "e.extname")
        .text(Attribute::Version, "e.extversion")
        .text(Attribute::InSchema, "n.nspname")
        .text(Attribute::Comment, COMMENT)
        .from(format!(
            "pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace {} WHERE {covered}",
            described("pg_extension", "e.oid"),
        ))
}

pub(super) fn publications(context: &Context<'_>) -> Query {
    let generated = match context.is_at_least(18) {
        true => "'generated columns: ' || CASE p.pubgencols WHEN 's' THEN 'stored' END",
        false => "NULL",
    };
    let tables = match context.is_at_least(15) {
        true => {
            "r.prrelid::regclass::text || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' \
             ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = r.prrelid \
             AND a.attnum = ANY (r.prattrs)) || ')', '') || \
             coalesce(' WHERE ' || pg_get_expr(r.prqual, r.prrelid), '')"
        }
        false => "r.prrelid::regclass::text",
    };
    let schemas = match context.is_at_least(15) {
        true => {
            "(SELECT json_agg(s.pnnspid::regnamespace::text ORDER BY s.pnnspid::regnamespace::text \
             COLLATE \"C\") FROM pg_publication_namespace AS s WHERE s.pnpubid = p.oid)"
        }
        false => "NULL",
    };
    Query::new("'publication'", "NULL", "NULL", "p.pubname")
        .text(
            Attribute::Publishes,
            format!(
                "concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, \
                 CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, \
                 CASE WHEN p.pubtruncate THEN 'truncate' END, CASE WHEN p.pubviaroot THEN 'via root' END, \
                 CASE WHEN p.puballtables THEN 'all tables' END, {generated})"
            ),
        )
        .list(
            Attribute::Tables,
            format!(
                "(SELECT json_agg(t.entry ORDER BY t.entry COLLATE \"C\") FROM (SELECT {tables} AS entry \
                 FROM pg_publication_rel AS r WHERE r.prpubid = p.oid) AS t)"
            ),
        )
        .list(Attribute::Schemas, schemas)
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("p.pubowner"))
        .from(format!("pg_publication AS p {}", described("pg_publication", "p.oid")))
}

pub(super) fn foreign_data_wrappers(context: &Context<'_>) -> Query {
    let function = |column: &str| format!("nullif(w.{column}, 0)::regproc::text");
    Query::new("'foreign_data_wrapper'", "NULL", "NULL", "w.fdwname")
        .text(
            Attribute::Definition,
            format!(
                "concat_ws(', ', 'HANDLER ' || {}, 'VALIDATOR ' || {})",
                function("fdwhandler"),
                function("fdwvalidator")
            ),
        )
        .list(Attribute::Options, foreign_options("w.fdwoptions"))
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("w.fdwowner"))
        .list(Attribute::Grants, context.grants("w.fdwacl", 'F', "w.fdwowner"))
        .from(format!(
            "pg_foreign_data_wrapper AS w {} WHERE {}",
            described("pg_foreign_data_wrapper", "w.oid"),
            is_own("pg_foreign_data_wrapper", "w.oid"),
        ))
}

pub(super) fn foreign_servers(context: &Context<'_>) -> Query {
    Query::new("'foreign_server'", "NULL", "NULL", "s.srvname")
        .text(Attribute::Server, "w.fdwname")
        .text(Attribute::Type, "s.srvtype")
        .text(Attribute::Version, "s.srvversion")
        .list(Attribute::Options, foreign_options("s.srvoptions"))
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("s.srvowner"))
        .list(Attribute::Grants, context.grants("s.srvacl", 'S', "s.srvowner"))
        .from(format!(
            "pg_foreign_server AS s JOIN pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw {} WHERE {}",
            described("pg_foreign_server", "s.oid"),
            is_own("pg_foreign_server", "s.oid"),
        ))
}
