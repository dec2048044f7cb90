//! What a role needs to keep a journal.

/// Whether the role may write the journal. Row: whether both tables are there, whether it may write them, whether it may
/// create them, the role, the database.
///
/// `CREATE SCHEMA IF NOT EXISTS` wants the right to create schemas even where there is nothing to create.
pub(crate) fn journal_rights() -> &'static str {
    "SELECT pg_catalog.count(*) = 2, pg_catalog.bool_and(\
     pg_catalog.has_schema_privilege(n.oid, 'USAGE') \
     AND pg_catalog.has_table_privilege(c.oid, 'SELECT') \
     AND pg_catalog.has_table_privilege(c.oid, 'INSERT') \
     AND pg_catalog.has_table_privilege(c.oid, 'UPDATE') \
     AND (c.relname <> 'lease' OR pg_catalog.has_table_privilege(c.oid, 'DELETE'))), \
     pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'), \
     current_user, pg_catalog.current_database() \
     FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
     WHERE n.nspname = 'migsafe' AND c.relname IN ('journal', 'lease')"
}
