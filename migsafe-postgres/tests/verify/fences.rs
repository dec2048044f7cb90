//! A query of a file cannot write.

use serde_json::json;

use crate::common::database;
use crate::rows::file;
use crate::try_verify;

const SITE: &str = "
    CREATE SCHEMA site;
    CREATE TABLE site.t (id integer);
    INSERT INTO site.t VALUES (1);
    CREATE SEQUENCE site.s;
    CREATE FUNCTION site.writes() RETURNS integer LANGUAGE plpgsql VOLATILE AS
        'BEGIN INSERT INTO site.t VALUES (2); RETURN 1; END';
    CREATE FUNCTION site.lies() RETURNS integer LANGUAGE plpgsql STABLE AS
        'BEGIN PERFORM site.writes(); RETURN 1; END';
    CREATE FUNCTION site.frees() RETURNS integer LANGUAGE plpgsql VOLATILE AS
        'BEGIN PERFORM set_config(''transaction_read_only'', ''off'', true); INSERT INTO site.t VALUES (3); RETURN 1; END';
    CREATE FUNCTION site.frees_session() RETURNS integer LANGUAGE plpgsql VOLATILE AS
        'BEGIN EXECUTE ''SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE'';
         EXECUTE ''SET TRANSACTION READ WRITE''; INSERT INTO site.t VALUES (3); RETURN 1; END';
    CREATE FUNCTION site.commits() RETURNS integer LANGUAGE plpgsql VOLATILE AS
        'BEGIN COMMIT; INSERT INTO site.t VALUES (4); RETURN 1; END';
    CREATE PROCEDURE site.calls() LANGUAGE plpgsql AS
        'BEGIN COMMIT; INSERT INTO site.t VALUES (4); END';
";

#[test]
fn no_query_writes() {
    let database = database();
    database.query(SITE).unwrap();
    let state = || {
        let sql = "SELECT (SELECT string_agg(id::text, ',' ORDER BY id) FROM site.t) || ' ' || \
            (SELECT is_called FROM site.s) || ' ' || (SELECT count(*) FROM pg_class WHERE relname = 'n') || ' ' || \
            (SELECT count(*) FROM pg_largeobject_metadata)";
        database.client().value(sql).unwrap()
    };
    let is_at_least = |major| migsafe_testing::Postgres::shared().major_version() >= major;
    let before = state();
    let copied = std::env::temp_dir().join(database.name());
    let copy = format!("COPY (SELECT 1) TO '{}'", copied.display());
    // What the text shows is refused before anything is asked; what only the server sees, by the server.
    for (query, sign) in [
        ("INSERT INTO t VALUES (2)", "query-refused"),
        ("INSERT INTO t VALUES (2) RETURNING id", "query-refused"),
        ("UPDATE t SET id = 2", "query-refused"),
        ("DELETE FROM t", "query-refused"),
        (
            "MERGE INTO t USING t AS u ON false WHEN NOT MATCHED THEN INSERT VALUES (2)",
            "query-refused",
        ),
        ("WITH a AS (INSERT INTO t VALUES (2) RETURNING id) SELECT * FROM a", "query-refused"),
        ("WITH a AS (DELETE FROM t RETURNING id) SELECT * FROM a", "query-refused"),
        ("SELECT * FROM (WITH a AS (DELETE FROM t RETURNING id) SELECT * FROM a) AS b", ""),
        ("SELECT 1 AS a INTO n", "query-refused"),
        ("CREATE TABLE n AS SELECT 1", "query-refused"),
        ("TRUNCATE t", "query-refused"),
        ("SELECT 1; DELETE FROM t", "query-refused"),
        ("COMMIT; INSERT INTO t VALUES (2)", "query-refused"),
        ("ROLLBACK", "query-refused"),
        ("SELECT 1) AS a; COMMIT; DELETE FROM t; SELECT * FROM (SELECT 1", "query-refused"),
        ("SELECT 1) AS a, (SELECT writes()", "query-refused"),
        ("EXPLAIN ANALYZE DELETE FROM t", "query-refused"),
        ("EXPLAIN ANALYZE SELECT writes()", "query-refused"),
        ("DO 'BEGIN DELETE FROM site.t; END'", "query-refused"),
        ("CALL calls()", "query-refused"),
        ("VACUUM t", "query-refused"),
        ("SET transaction_read_only = off", "query-refused"),
        (&copy, "query-refused"),
        ("COPY t FROM '/etc/hostname'", "query-refused"),
        ("NOTIFY a", "query-refused"),
        ("LOCK TABLE t", "query-refused"),
        ("PREPARE a AS DELETE FROM t", "query-refused"),
        ("EXECUTE a", "query-refused"),
        ("SELECT set_config('transaction_read_only', 'off', false)", "query-refused"),
        ("\\connect postgres\nSELECT 1", "query-refused"),
        ("", "query-refused"),
        ("-- nothing", "query-refused"),
        ("SELECT 'a", "query-refused"),
        ("SELECT 1 \0; DELETE FROM t", "query-refused"),
        ("SELECT writes()", "25006"),
        ("SELECT lies()", "it would write"),
        ("SELECT * FROM writes()", "25006"),
        ("SELECT 1 FROM t WHERE writes() = 1", "25006"),
        ("SELECT frees()", "25001"),
        ("SELECT frees_session()", "25001"),
        ("SELECT commits()", "2D000"),
        ("SELECT nextval('s')", "25006"),
        ("SELECT setval('s', 5)", "25006"),
        ("SELECT * FROM t FOR UPDATE", "25006"),
        // Before PostgreSQL 16 it is let through, and taken back.
        ("SELECT lo_create(0)", if is_at_least(16) { "25006" } else { "different" }),
        ("SELECT lo_from_bytea(0, 'x')", if is_at_least(16) { "25006" } else { "different" }),
        ("SELECT query_to_xml('DELETE FROM site.t RETURNING 1', true, true, '')", "unknown"),
    ] {
        let query = if query.is_empty() { " " } else { query };
        let file = file(&[("r", query, json!({"value": 1}))]);
        let found = match try_verify(&database.url(), &file) {
            Err(error) => format!("{}: {error}", error.code()),
            Ok(verification) => {
                assert!(!verification.is_met(), "{query}");
                crate::lines(&verification).join("\n")
            }
        };
        assert!(found.contains(sign), "{query}: {found}");
        assert_eq!(state(), before, "{query}");
    }
    assert!(!copied.exists());
}
