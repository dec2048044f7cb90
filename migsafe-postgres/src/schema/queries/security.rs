//! Policies and default privileges.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described, is_own};

pub(super) fn policies(context: &Context<'_>) -> Query {
    Query::new("'policy'", "n.nspname", "c.relname", "p.polname")
        .text(
            Attribute::Command,
            "CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' \
             WHEN 'd' THEN 'DELETE' END",
        )
        .flag(Attribute::Restrictive, "NOT p.polpermissive")
        .list(
            Attribute::Roles,
            "(SELECT json_agg(r.name ORDER BY r.name COLLATE \"C\") FROM (SELECT CASE role WHEN 0 THEN 'PUBLIC' \
             ELSE pg_get_userbyid(role)::text END AS name FROM unnest(p.polroles) AS role) AS r)",
        )
        .text(Attribute::Using, "pg_get_expr(p.polqual, p.polrelid)")
        .text(Attribute::WithCheck, "pg_get_expr(p.polwithcheck, p.polrelid)")
        .text(Attribute::Comment, COMMENT)
        .from(format!(
            "pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid \
             JOIN pg_namespace AS n ON n.oid = c.relnamespace {} WHERE {} AND {}",
            described("pg_policy", "p.oid"),
            context.schemas("n"),
            is_own("pg_class", "c.oid"),
        ))
}

pub(super) fn default_privileges(context: &Context<'_>) -> Query {
    Query::new(
        "'default_privileges'",
        "n.nspname",
        "NULL",
        "pg_get_userbyid(d.defaclrole) || ': ' || CASE d.defaclobjtype WHEN 'r' THEN 'tables' \
         WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' \
         WHEN 'n' THEN 'schemas' ELSE 'large objects' END",
    )
    .list(Attribute::Grants, context.column_grants("d.defaclacl"))
    .from(format!(
        "pg_default_acl AS d LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace \
         WHERE {} OR n.oid IS NULL AND {}",
        context.schemas("n"),
        context.is_whole_database(),
    ))
}
