//! Operators, their classes and families, and casts.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described, is_own};

pub(super) fn operators(context: &Context<'_>) -> Query {
    Query::new(
        "'operator'",
        "n.nspname",
        "NULL",
        "o.oprname || '(' || CASE o.oprleft WHEN 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END \
         || ', ' || format_type(o.oprright, NULL) || ')'",
    )
    .text(
        Attribute::Definition,
        "concat_ws(', ', 'FUNCTION = ' || o.oprcode::regproc::text, \
         'COMMUTATOR = ' || nullif(o.oprcom, 0)::regoperator::text, \
         'NEGATOR = ' || nullif(o.oprnegate, 0)::regoperator::text, \
         'RESTRICT = ' || nullif(o.oprrest, 0)::regproc::text, \
         'JOIN = ' || nullif(o.oprjoin, 0)::regproc::text, \
         CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END)",
    )
    .text(Attribute::Comment, COMMENT)
    .text(Attribute::Owner, context.owner("o.oprowner"))
    .from(format!(
        "pg_operator AS o JOIN pg_namespace AS n ON n.oid = o.oprnamespace {} WHERE {} AND {}",
        described("pg_operator", "o.oid"),
        context.schemas("n"),
        is_own("pg_operator", "o.oid"),
    ))
}

pub(super) fn families(context: &Context<'_>) -> Query {
    Query::new("'operator_family'", "n.nspname", "NULL", "f.opfname || ' USING ' || am.amname")
        .list(Attribute::Fields, members("f.oid", "NOT"))
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("f.opfowner"))
        .from(format!(
            "pg_opfamily AS f JOIN pg_namespace AS n ON n.oid = f.opfnamespace \
             JOIN pg_am AS am ON am.oid = f.opfmethod {} WHERE {} AND {}",
            described("pg_opfamily", "f.oid"),
            context.schemas("n"),
            is_own("pg_opfamily", "f.oid"),
        ))
}

/// The operators and functions of a family: those of one class, or those that belong to no class.
fn members(family: &str, class: &str) -> String {
    let inside = |catalog: &str, member: &str| {
        let of = format!(
            "FROM pg_depend AS inside WHERE inside.classid = '{catalog}'::regclass AND inside.objid = {member} \
             AND inside.refclassid = 'pg_opclass'::regclass AND inside.deptype = 'i'"
        );
        match class {
            "NOT" => format!("NOT EXISTS (SELECT {of})"),
            _ => format!("{class} (SELECT inside.refobjid {of} LIMIT 1)"),
        }
    };
    format!(
        "(SELECT json_agg(m.entry ORDER BY m.entry COLLATE \"C\") FROM (\
         SELECT 'OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::regoperator::text || \
         coalesce((SELECT ' FOR ORDER BY ' || quote_ident(sn.nspname) || '.' || quote_ident(s.opfname) \
         FROM pg_opfamily AS s JOIN pg_namespace AS sn ON sn.oid = s.opfnamespace \
         WHERE s.oid = o.amopsortfamily), '') AS entry \
         FROM pg_amop AS o WHERE o.amopfamily = {family} AND {} UNION ALL \
         SELECT 'FUNCTION ' || p.amprocnum || ' (' || format_type(p.amproclefttype, NULL) || ', ' || \
         format_type(p.amprocrighttype, NULL) || ') ' || p.amproc::regprocedure::text \
         FROM pg_amproc AS p WHERE p.amprocfamily = {family} AND {}) AS m)",
        inside("pg_amop", "o.oid"),
        inside("pg_amproc", "p.oid"),
    )
}

pub(super) fn classes(context: &Context<'_>) -> Query {
    Query::new("'operator_class'", "n.nspname", "NULL", "c.opcname || ' USING ' || am.amname")
        .text(
            Attribute::Definition,
            "concat_ws(', ', 'FOR TYPE ' || format_type(c.opcintype, NULL), \
             CASE WHEN c.opcdefault THEN 'DEFAULT' END, \
             'FAMILY ' || quote_ident(fn.nspname) || '.' || quote_ident(f.opfname), \
             'STORAGE ' || format_type(nullif(c.opckeytype, 0), NULL))",
        )
        .list(Attribute::Fields, members("c.opcfamily", "c.oid ="))
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("c.opcowner"))
        .from(format!(
            "pg_opclass AS c JOIN pg_namespace AS n ON n.oid = c.opcnamespace \
             JOIN pg_am AS am ON am.oid = c.opcmethod JOIN pg_opfamily AS f ON f.oid = c.opcfamily \
             JOIN pg_namespace AS fn ON fn.oid = f.opfnamespace {} WHERE {} AND {}",
            described("pg_opclass", "c.oid"),
            context.schemas("n"),
            is_own("pg_opclass", "c.oid"),
        ))
}

/// Those of the server itself have numbers below 16384; the one of a range type to its multirange comes with it.
pub(super) fn casts(context: &Context<'_>) -> Query {
    let _ = context;
    Query::new(
        "'cast'",
        "NULL",
        "NULL",
        "'(' || format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL) || ')'",
    )
    .text(
        Attribute::Definition,
        "concat_ws(', ', CASE c.castmethod WHEN 'f' THEN 'FUNCTION ' || c.castfunc::regprocedure::text \
         WHEN 'i' THEN 'INOUT' ELSE 'WITHOUT FUNCTION' END, \
         CASE c.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END)",
    )
    .text(Attribute::Comment, COMMENT)
    .from(format!(
        "pg_cast AS c {} WHERE c.oid >= 16384 AND {} \
         AND NOT EXISTS (SELECT FROM pg_depend AS inside WHERE inside.classid = 'pg_cast'::regclass \
         AND inside.objid = c.oid AND inside.deptype = 'i')",
        described("pg_cast", "c.oid"),
        is_own("pg_cast", "c.oid"),
    ))
}
