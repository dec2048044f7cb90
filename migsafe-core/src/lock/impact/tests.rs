//! Statements, the relations they lock, and whether those are all, by the text alone.

use super::LockImpact;
use crate::Dialect;
use crate::sql::analyse;

/// `table:MODE` per relation, `…` at the end when there may be others.
fn locks(sql: &str) -> String {
    let script = analyse(Dialect::Postgres, sql);
    let impact = LockImpact::of_statement(&script.statements()[0], sql, Some(150_000));
    let mut parts: Vec<String> = impact
        .named()
        .map(|(name, relation)| format!("{name}:{}", relation.lock.map_or("?", |lock| lock.name())))
        .collect();
    if !impact.is_complete {
        parts.push("…".to_owned());
    }
    parts.join(" ")
}

#[track_caller]
fn assert_locks(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(sql, expected)| (sql, expected, locks(sql)))
        .filter(|(_, expected, found)| found != *expected)
        .map(|(sql, expected, found)| format!("{sql}\n  is      {found}\n  not     {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn alter_table() {
    assert_locks(&[
        ("ALTER TABLE t ADD COLUMN a int", "t:ACCESS EXCLUSIVE"),
        ("ALTER TABLE IF EXISTS ONLY \"App\".\"T\" DROP COLUMN a", "App.T:ACCESS EXCLUSIVE …"),
        ("alter table T alter column a set not null", "t:ACCESS EXCLUSIVE"),
        ("ALTER TABLE t ALTER a TYPE bigint USING a::bigint", "t:ACCESS EXCLUSIVE …"),
        ("ALTER TABLE t ALTER a SET STATISTICS 100", "t:SHARE UPDATE EXCLUSIVE"),
        ("ALTER TABLE t ALTER a SET STATISTICS 100, ADD b int", "t:ACCESS EXCLUSIVE"),
        ("ALTER TABLE t VALIDATE CONSTRAINT c", "t:SHARE UPDATE EXCLUSIVE …"),
        ("ALTER TABLE t DISABLE TRIGGER x", "t:SHARE ROW EXCLUSIVE"),
        ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", "t:ACCESS EXCLUSIVE"),
        ("ALTER TABLE t SET (fillfactor = 70)", "t:SHARE UPDATE EXCLUSIVE"),
        ("ALTER TABLE t SET (user_catalog_table = true)", "t:ACCESS EXCLUSIVE"),
        ("ALTER TABLE t SET (new_one = 70)", "t:?"),
        ("ALTER TABLE t SET (new_one = 70), VALIDATE CONSTRAINT c", "t:? …"),
        ("ALTER TABLE t SET SCHEMA s", "t:ACCESS EXCLUSIVE"),
        ("ALTER TABLE t RENAME TO u", "t:ACCESS EXCLUSIVE"),
        (
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES s.u (a, b)",
            "t:SHARE ROW EXCLUSIVE s.u:SHARE ROW EXCLUSIVE",
        ),
        (
            "ALTER TABLE t ADD COLUMN u_id int REFERENCES u",
            "t:ACCESS EXCLUSIVE u:SHARE ROW EXCLUSIVE",
        ),
        ("ALTER TABLE t DROP CONSTRAINT f", "t:ACCESS EXCLUSIVE …"),
        (
            "ALTER TABLE p ATTACH PARTITION c FOR VALUES FROM (1) TO (2)",
            "p:SHARE UPDATE EXCLUSIVE c:ACCESS EXCLUSIVE …",
        ),
        (
            "ALTER TABLE p DETACH PARTITION c CONCURRENTLY",
            "p:SHARE UPDATE EXCLUSIVE c:ACCESS EXCLUSIVE …",
        ),
        ("ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b", "…"),
    ]);
}

#[test]
fn tables_and_indexes() {
    assert_locks(&[
        ("CREATE TABLE t (id int)", ""),
        (
            "CREATE TABLE t (a int REFERENCES u, b int REFERENCES s.v (id))",
            "u:SHARE ROW EXCLUSIVE s.v:SHARE ROW EXCLUSIVE",
        ),
        ("CREATE TABLE c PARTITION OF p FOR VALUES IN (1)", "p:ACCESS EXCLUSIVE …"),
        ("CREATE TABLE c () INHERITS (a, b)", "a:SHARE UPDATE EXCLUSIVE b:SHARE UPDATE EXCLUSIVE"),
        ("CREATE UNIQUE INDEX i ON ONLY s.t (a)", "s.t:SHARE"),
        ("CREATE INDEX CONCURRENTLY i ON t (a)", "t:SHARE UPDATE EXCLUSIVE"),
        ("CREATE INDEX \"on\" ON t (a)", "t:SHARE"),
        ("DROP INDEX IF EXISTS i, s.j", "i:ACCESS EXCLUSIVE s.j:ACCESS EXCLUSIVE …"),
        ("DROP INDEX CONCURRENTLY i", "i:ACCESS EXCLUSIVE …"),
        ("DROP TABLE IF EXISTS a, b", "a:ACCESS EXCLUSIVE b:ACCESS EXCLUSIVE …"),
        ("DROP VIEW v", "v:ACCESS EXCLUSIVE"),
        ("DROP VIEW v CASCADE", "v:ACCESS EXCLUSIVE …"),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", "v:ACCESS EXCLUSIVE"),
        ("CREATE VIEW v AS SELECT 1", ""),
        ("TRUNCATE a, ONLY b RESTART IDENTITY", "a:ACCESS EXCLUSIVE b:ACCESS EXCLUSIVE"),
        ("TRUNCATE TABLE a CASCADE", "a:ACCESS EXCLUSIVE …"),
        ("ALTER INDEX i RENAME TO j", "i:SHARE UPDATE EXCLUSIVE"),
        ("CREATE TRIGGER x BEFORE UPDATE ON t EXECUTE FUNCTION f()", "t:SHARE ROW EXCLUSIVE"),
        ("CREATE POLICY p ON t", "t:ACCESS EXCLUSIVE"),
        ("DROP TRIGGER x ON s.t", "s.t:ACCESS EXCLUSIVE"),
        ("CREATE TYPE e AS ENUM ('a')", ""),
        ("ALTER TYPE e ADD VALUE 'b'", ""),
        ("ALTER TYPE e RENAME TO f", ""),
    ]);
}

#[test]
fn locks_and_writes() {
    assert_locks(&[
        ("LOCK t", "t:ACCESS EXCLUSIVE"),
        (
            "LOCK TABLE a, b * IN SHARE ROW EXCLUSIVE MODE NOWAIT",
            "a:SHARE ROW EXCLUSIVE b:SHARE ROW EXCLUSIVE",
        ),
        ("INSERT INTO s.t VALUES (1)", "s.t:ROW EXCLUSIVE …"),
        ("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1", "t:ROW EXCLUSIVE …"),
        ("UPDATE ONLY t SET a = 1", "t:ROW EXCLUSIVE …"),
        ("DELETE FROM t USING u", "t:ROW EXCLUSIVE …"),
        (
            "WITH d AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM d",
            "a:ROW EXCLUSIVE b:ROW EXCLUSIVE …",
        ),
        ("WITH d AS (SELECT 1 FROM a FOR UPDATE) UPDATE b SET c = 1", "b:ROW EXCLUSIVE …"),
        ("COPY t (a) FROM '/x'", "t:ROW EXCLUSIVE …"),
        ("COPY t TO '/x'", ""),
    ]);
}

#[test]
fn maintenance_and_what_is_not_known() {
    assert_locks(&[
        ("VACUUM t", "t:SHARE UPDATE EXCLUSIVE"),
        ("VACUUM (FULL) a, b (c)", "a:ACCESS EXCLUSIVE b:ACCESS EXCLUSIVE"),
        ("VACUUM", "…"),
        ("ANALYZE VERBOSE t", "t:SHARE UPDATE EXCLUSIVE"),
        ("REINDEX INDEX CONCURRENTLY i", "i:ACCESS EXCLUSIVE …"),
        ("REINDEX TABLE t", "t:SHARE"),
        ("REINDEX INDEX i", "i:ACCESS EXCLUSIVE …"),
        ("REINDEX DATABASE d", "…"),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY v", "v:EXCLUSIVE"),
        ("COMMENT ON TABLE t IS 'x'", "t:SHARE UPDATE EXCLUSIVE"),
        ("DO $$ BEGIN END $$", ""),
        ("DO $$ BEGIN EXECUTE x; END $$", "…"),
        ("DO $$ BEGIN DROP VIEW v; END $$", "v:ACCESS EXCLUSIVE"),
        ("CALL p()", "…"),
        ("SELECT f()", "…"),
        ("SET lock_timeout = 1", ""),
        ("CREATE EXTENSION x", "…"),
        ("ALTER TABLE", "…"),
        ("CREATE INDEX", "…"),
        ("DROP", "…"),
        ("LOCK", "…"),
    ]);
}
