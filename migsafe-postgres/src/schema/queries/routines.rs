//! Functions, procedures, aggregates.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described, is_own, sorted};

const NAME: &str = "p.proname || '(' || oidvectortypes(p.proargtypes) || ')'";

/// Not the functions that come with a range type, and have its name.
fn from(context: &Context<'_>, kinds: &str) -> String {
    format!(
        "pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace \
         JOIN pg_language AS l ON l.oid = p.prolang \
         LEFT JOIN pg_aggregate AS a ON a.aggfnoid = p.oid \
         {} WHERE p.prokind IN ({kinds}) AND {} AND {} \
         AND NOT EXISTS (SELECT FROM pg_depend AS inside WHERE inside.classid = 'pg_proc'::regclass \
         AND inside.objid = p.oid AND inside.deptype = 'i')",
        described("pg_proc", "p.oid"),
        context.schemas("n"),
        is_own("pg_proc", "p.oid"),
    )
}

pub(super) fn routines(context: &Context<'_>) -> Query {
    Query::new(
        "CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END",
        "n.nspname",
        "NULL",
        NAME,
    )
    .text(Attribute::Arguments, "nullif(pg_get_function_arguments(p.oid), '')")
    .text(Attribute::Returns, "pg_get_function_result(p.oid)")
    .text(Attribute::Language, "l.lanname")
    .text(
        Attribute::Volatility,
        "CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' END",
    )
    .flag(Attribute::StrictFunction, "p.proisstrict")
    .flag(Attribute::SecurityDefiner, "p.prosecdef")
    .flag(Attribute::Leakproof, "p.proleakproof")
    .flag(Attribute::Window, "p.prokind = 'w'")
    .text(
        Attribute::Parallel,
        "CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END",
    )
    .text(
        Attribute::Cost,
        "CASE WHEN p.procost <> CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END \
         THEN p.procost::text END",
    )
    .text(Attribute::Rows, "CASE WHEN p.proretset AND p.prorows <> 1000 THEN p.prorows::text END")
    .list(Attribute::Settings, sorted("p.proconfig"))
    .text(Attribute::Support, "nullif(p.prosupport, 0)::regproc::text")
    .text(
        Attribute::Body,
        "coalesce(pg_get_function_sqlbody(p.oid), \
         CASE WHEN p.probin IS NULL THEN p.prosrc ELSE p.probin || ', ' || p.prosrc END)",
    )
    .text(Attribute::Comment, COMMENT)
    .text(Attribute::Owner, context.owner("p.proowner"))
    .list(Attribute::Grants, context.grants("p.proacl", 'f', "p.proowner"))
    .from(from(context, "'f', 'p', 'w'"))
}

pub(super) fn aggregates(context: &Context<'_>) -> Query {
    let part =
        |word: &str, column: &str| format!("'{word} = ' || nullif(a.{column}, 0)::regproc::text");
    let kind = |word: &str, column: &str| {
        format!(
            "'{word} = ' || CASE a.{column} WHEN 's' THEN 'SHAREABLE' WHEN 'w' THEN 'READ_WRITE' END"
        )
    };
    let parts = [
        part("SFUNC", "aggtransfn"),
        "'STYPE = ' || format_type(a.aggtranstype, NULL)".to_owned(),
        "'SSPACE = ' || nullif(a.aggtransspace, 0)".to_owned(),
        part("FINALFUNC", "aggfinalfn"),
        "CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END".to_owned(),
        kind("FINALFUNC_MODIFY", "aggfinalmodify"),
        part("COMBINEFUNC", "aggcombinefn"),
        part("SERIALFUNC", "aggserialfn"),
        part("DESERIALFUNC", "aggdeserialfn"),
        "'INITCOND = ' || quote_literal(a.agginitval)".to_owned(),
        part("MSFUNC", "aggmtransfn"),
        part("MINVFUNC", "aggminvtransfn"),
        "'MSTYPE = ' || format_type(nullif(a.aggmtranstype, 0), NULL)".to_owned(),
        "'MSSPACE = ' || nullif(a.aggmtransspace, 0)".to_owned(),
        part("MFINALFUNC", "aggmfinalfn"),
        "CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END".to_owned(),
        "'MINITCOND = ' || quote_literal(a.aggminitval)".to_owned(),
        "'SORTOP = ' || nullif(a.aggsortop, 0)::regoperator::text".to_owned(),
        "CASE a.aggkind WHEN 'h' THEN 'HYPOTHETICAL' WHEN 'o' THEN 'ORDERED SET' END".to_owned(),
    ];
    Query::new("'aggregate'", "n.nspname", "NULL", NAME)
        .text(Attribute::Arguments, "nullif(pg_get_function_arguments(p.oid), '')")
        .text(Attribute::Returns, "pg_get_function_result(p.oid)")
        .text(Attribute::Definition, format!("concat_ws(', ', {})", parts.join(", ")))
        .text(
            Attribute::Parallel,
            "CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END",
        )
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("p.proowner"))
        .list(Attribute::Grants, context.grants("p.proacl", 'f', "p.proowner"))
        .from(from(context, "'a'"))
}
