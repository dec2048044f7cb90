//! Configurations and dictionaries of text search.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described, is_own};

pub(super) fn configurations(context: &Context<'_>) -> Query {
    Query::new("'text_search_configuration'", "n.nspname", "NULL", "c.cfgname")
        .text(
            Attribute::Definition,
            "(SELECT 'PARSER = ' || pn.nspname || '.' || p.prsname FROM pg_ts_parser AS p \
             JOIN pg_namespace AS pn ON pn.oid = p.prsnamespace WHERE p.oid = c.cfgparser)",
        )
        .list(
            Attribute::Fields,
            "(SELECT json_agg(m.entry ORDER BY m.entry COLLATE \"C\") FROM (SELECT t.alias || ': ' || \
             string_agg(d.mapdict::regdictionary::text, ', ' ORDER BY d.mapseqno) AS entry \
             FROM pg_ts_config_map AS d JOIN LATERAL ts_token_type(c.cfgparser) AS t \
             ON t.tokid = d.maptokentype WHERE d.mapcfg = c.oid GROUP BY t.alias) AS m)",
        )
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("c.cfgowner"))
        .from(format!(
            "pg_ts_config AS c JOIN pg_namespace AS n ON n.oid = c.cfgnamespace {} WHERE {} AND {}",
            described("pg_ts_config", "c.oid"),
            context.schemas("n"),
            is_own("pg_ts_config", "c.oid"),
        ))
}

pub(super) fn dictionaries(context: &Context<'_>) -> Query {
    Query::new("'text_search_dictionary'", "n.nspname", "NULL", "d.dictname")
        .text(
            Attribute::Definition,
            "(SELECT 'TEMPLATE = ' || tn.nspname || '.' || t.tmplname FROM pg_ts_template AS t \
             JOIN pg_namespace AS tn ON tn.oid = t.tmplnamespace WHERE t.oid = d.dicttemplate) || \
             coalesce(', ' || d.dictinitoption, '')",
        )
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("d.dictowner"))
        .from(format!(
            "pg_ts_dict AS d JOIN pg_namespace AS n ON n.oid = d.dictnamespace {} WHERE {} AND {}",
            described("pg_ts_dict", "d.oid"),
            context.schemas("n"),
            is_own("pg_ts_dict", "d.oid"),
        ))
}
