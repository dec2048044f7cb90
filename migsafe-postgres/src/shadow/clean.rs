//! Looking into a database, and removing everything in it.

use migsafe_core::store::{StoreError, StoreErrorCode};

use crate::connection::Connection;

const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '10s'";

/// Whether the database carries this comment.
pub(super) async fn is_marked(connection: &mut Connection, mark: &str) -> Result<bool, StoreError> {
    const QUESTION: &str = "SELECT pg_catalog.shobj_description(d.oid, 'pg_database') \
                            FROM pg_catalog.pg_database AS d WHERE d.datname = current_database()";
    let answer = connection.send(QUESTION.to_owned()).await.ok("looking at the shadow database")?;
    Ok(answer.value(0, 0).as_deref() == Some(mark))
}

/// Something that is in the database and not the server's own, in a few words; `None` when it is empty.
pub(super) async fn content(connection: &mut Connection) -> Result<Option<String>, StoreError> {
    // What a new database has: the schema public, the language plpgsql with its extension. Objects made by hand have
    // identifiers from 16384 on (manual, section 73.4.1, FirstNormalObjectId).
    const QUESTION: &str = "\
SELECT what FROM (
  SELECT 1 AS rank, 'the schema ' || nspname::text AS what FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
  UNION ALL SELECT 2, 'the extension ' || extname::text FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
  UNION ALL SELECT 0, 'the relation ' || c.oid::regclass::text FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid >= 16384 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL SELECT 3, 'the type ' || t.oid::regtype::text FROM pg_catalog.pg_type AS t
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
    WHERE t.oid >= 16384 AND n.nspname !~ '^pg_'
  UNION ALL SELECT 4, 'the function ' || p.oid::regprocedure::text FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE p.oid >= 16384 AND n.nspname !~ '^pg_'
) AS found ORDER BY rank, what COLLATE \"C\" LIMIT 1";
    let answer = connection.send(QUESTION.to_owned()).await.ok("looking at the shadow database")?;
    Ok(answer.value(0, 0).map(|text| text.into_owned()))
}

/// Removes everything that scripts can have made.
pub(super) async fn empty(connection: &mut Connection) -> Result<(), StoreError> {
    // What is outside of schemas first, then the schemas with everything in them.
    const QUESTION: &str = "\
SELECT statement FROM (
  SELECT 0 AS rank, format('DROP EVENT TRIGGER %I CASCADE', evtname) AS statement FROM pg_catalog.pg_event_trigger
  UNION ALL SELECT 1, format('DROP PUBLICATION %I', pubname) FROM pg_catalog.pg_publication
  UNION ALL SELECT 2, format('DROP EXTENSION %I CASCADE', extname) FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
  UNION ALL SELECT 3, format('DROP SCHEMA %I CASCADE', nspname) FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  UNION ALL SELECT 4, format('DROP CAST (%s AS %s) CASCADE', format_type(castsource, NULL), format_type(casttarget, NULL))
    FROM pg_catalog.pg_cast WHERE oid >= 16384 AND castsource < 16384 AND casttarget < 16384
  UNION ALL SELECT 5, format('DROP SERVER %I CASCADE', srvname) FROM pg_catalog.pg_foreign_server
  UNION ALL SELECT 6, format('DROP FOREIGN DATA WRAPPER %I CASCADE', fdwname) FROM pg_catalog.pg_foreign_data_wrapper
  UNION ALL SELECT 7, format('DROP LANGUAGE %I CASCADE', lanname) FROM pg_catalog.pg_language
    WHERE oid >= 16384 AND lanname <> 'plpgsql'
  UNION ALL SELECT 8, format('SELECT pg_catalog.lo_unlink(%s)', oid) FROM pg_catalog.pg_largeobject_metadata
  UNION ALL SELECT 9, format('ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE ALL ON %s FROM %s',
      pg_get_userbyid(d.defaclrole), CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
      WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'L' THEN 'LARGE OBJECTS' ELSE 'SCHEMAS' END,
      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
    FROM pg_catalog.pg_default_acl AS d, LATERAL aclexplode(d.defaclacl) AS a
    WHERE d.defaclnamespace = 0 AND a.grantee <> d.defaclrole
) AS found ORDER BY rank, statement COLLATE \"C\"";
    let answer = connection.send(QUESTION.to_owned()).await.ok("looking at the shadow database")?;
    // Whoever uses something in it for long is waited for, but not for ever.
    let mut statements: Vec<String> = vec!["BEGIN".to_owned(), LOCK_TIMEOUT.to_owned()];
    statements.extend(
        answer
            .rows(0)
            .iter()
            .filter_map(|row| crate::connection::text(row, 0).map(|text| text.into_owned())),
    );
    // As initdb leaves it: for all to use; before PostgreSQL 15 for all to make things in.
    let rights = match connection.server_version() {
        Some(version) if version < 150_000 => "ALL",
        _ => "USAGE",
    };
    statements.push("CREATE SCHEMA public".to_owned());
    statements.push(format!("GRANT {rights} ON SCHEMA public TO PUBLIC"));
    if rights == "USAGE" {
        statements.push("ALTER SCHEMA public OWNER TO pg_database_owner".to_owned());
    }
    statements.push("COMMENT ON SCHEMA public IS 'standard public schema'".to_owned());
    statements.push("COMMIT".to_owned());
    let answer = connection.send(statements.join(";\n")).await;
    let help = match answer.code() {
        Some("55P03" | "40P01") => {
            "somebody else uses what is in it: see pg_stat_activity, and end that; the database is for this use only"
        }
        _ => "the role must own everything in it; drop the database and make an empty one",
    };
    answer.ok("emptying the shadow database").map(drop).map_err(|error| {
        StoreError::new(StoreErrorCode::ShadowRefused, error.to_string()).with_help(help)
    })
}
