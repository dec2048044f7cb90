//! Beside a live database nothing runs SQL that nobody can foresee, by whatever way it would come to it.

use migsafe_postgres::core::shadow::{ReplayError, SkippedStatement};
use migsafe_postgres::{PostgresOptions, PostgresShadow};

use crate::common::*;
use crate::support::{Site, objects, replayed};

/// Runs what it is given, in a function that an expression may call.
const EX: &str = "CREATE FUNCTION ex(t text) RETURNS bool LANGUAGE plpgsql AS \
                  $$ BEGIN EXECUTE t; RETURN true; END $$;";

/// A shadow of a role that may do everything.
fn mighty(site: &Site) -> PostgresShadow {
    PostgresShadow::beside(PostgresOptions::from_url(&site.database().url()).unwrap())
}

/// The role of the site, and the one that a script would make: other tests have theirs.
fn roles(site: &Site) -> String {
    let sql = format!(
        "SELECT string_agg(r::text, ';' ORDER BY rolname) FROM pg_roles r WHERE rolname IN ('{role}', '{role}_made')",
        role = site.role
    );
    value(site.database(), &sql)
}

/// What is refused of a script, where `ROLE` is a role that is not there. Nothing of it may have run.
fn refused(site: &Site, script: &str) -> Vec<SkippedStatement> {
    let script = script.replace("ROLE", &format!("CREATE ROLE {}_made", site.role));
    let before = roles(site);
    let result = replayed(&mighty(site), &folder(&[("1", script.as_str())]));
    assert_eq!(roles(site), before, "the roles of the server are others after {script}");
    let Err(ReplayError::Refused(refused)) = result else {
        panic!("not refused: {script}\n{result:?}");
    };
    refused
}

/// The last statement is refused, and only that, and what it comes through is told.
fn last_is_refused(site: &Site, script: &str, through: &str) {
    let script = format!("{EX}\n{script}");
    let refused = refused(site, &script);
    let last = script.trim_end().lines().count();
    let places: Vec<_> = refused.iter().map(|one| one.location.line.unwrap()).collect();
    assert_eq!(places, [u32::try_from(last).unwrap()], "{script}\n{refused:?}");
    let why = &refused[0].why;
    let root =
        if through.ends_with("xml") { through } else { "ex, which runs SQL that is not known" };
    assert!(why.contains(through) && (why.contains(root)), "{script}\n{why}");
}

#[test]
fn a_function_that_calls_one_that_runs_anything_is_not_called() {
    let site = Site::new();
    for (script, through) in [
        ("SELECT ex('ROLE');", "ex"),
        (
            "CREATE FUNCTION wrap() RETURNS bool LANGUAGE sql AS $$ SELECT ex('ROLE') $$;\nSELECT wrap();",
            "wrap",
        ),
        (
            "CREATE FUNCTION wrap() RETURNS bool LANGUAGE sql BEGIN ATOMIC SELECT ex('ROLE'); END;\nSELECT wrap();",
            "wrap",
        ),
        (
            "CREATE FUNCTION wrap() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM ex('ROLE'); END $$;\nSELECT wrap();",
            "wrap",
        ),
        // Made before what it calls.
        (
            "CREATE FUNCTION a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM b(); END $$;\n\
             CREATE FUNCTION b() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM ex('ROLE'); END $$;\nSELECT a();",
            "a",
        ),
        (
            "CREATE FUNCTION wrap(b bool DEFAULT ex('ROLE')) RETURNS bool LANGUAGE sql AS 'SELECT $1';\nSELECT wrap();",
            "wrap",
        ),
        ("ALTER FUNCTION ex(text) RENAME TO harmless;\nSELECT harmless('ROLE');", "harmless"),
        (
            "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN PERFORM ex('ROLE'); END $$;\nCALL p();",
            "p",
        ),
        ("DO $$ BEGIN PERFORM ex('ROLE'); END $$;", "ex"),
        ("SELECT \"ex\" /* a */ ('ROLE');", "ex"),
        ("SELECT public . ex('ROLE');", "ex"),
        (
            "CREATE FUNCTION wrap() RETURNS bool LANGUAGE sql AS 'SELECT ex(''ROLE'')';\nSELECT wrap();",
            "wrap",
        ),
        (
            "CREATE FUNCTION wrap() RETURNS bool LANGUAGE sql AS E'SELECT\\tex(\\'ROLE\\')';\nSELECT wrap();",
            "wrap",
        ),
        // Read through an attribute.
        (
            "CREATE TABLE r (a int);\nINSERT INTO r VALUES (1);\n\
             CREATE FUNCTION att(r) RETURNS bool LANGUAGE sql AS $$ SELECT ex('ROLE') $$;\nSELECT r.att FROM r;",
            "att",
        ),
        ("SELECT query_to_xml('SELECT e' || 'x(''ROLE'')', true, false, '');", "query_to_xml"),
    ] {
        last_is_refused(&site, script, through);
    }
}

#[test]
fn an_expression_of_a_table_that_runs_anything_is_not_computed() {
    let site = Site::new();
    for (script, through) in [
        ("CREATE TABLE t (a int, b bool DEFAULT ex('ROLE'));\nINSERT INTO t VALUES (1);", "t"),
        (
            "CREATE TABLE t (a int, b bool);\nALTER TABLE t ALTER b SET DEFAULT ex('ROLE');\nINSERT INTO t VALUES (1);",
            "t",
        ),
        (
            "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\nALTER TABLE t ADD COLUMN b bool DEFAULT ex('ROLE');",
            "ex",
        ),
        ("CREATE TABLE t (a int CHECK (ex('ROLE')));\nINSERT INTO t VALUES (1);", "t"),
        (
            "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\nALTER TABLE t ADD CHECK (ex('ROLE'));",
            "ex",
        ),
        (
            "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n\
             ALTER TABLE t ADD CONSTRAINT c CHECK (ex('ROLE')) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT c;",
            "t",
        ),
        (
            "CREATE DOMAIN d AS int CHECK (ex('ROLE'));\nCREATE TABLE t (a d);\nINSERT INTO t VALUES (1);",
            "t",
        ),
        ("CREATE DOMAIN d AS int CHECK (ex('ROLE'));\nSELECT 1::d;", "d"),
        (
            "CREATE TABLE t (a text);\nINSERT INTO t VALUES ('ROLE');\n\
             ALTER TABLE t ALTER COLUMN a TYPE bool USING ex(a);",
            "ex",
        ),
        (
            "ALTER FUNCTION ex IMMUTABLE;\nCREATE TABLE t (a text);\nINSERT INTO t VALUES ('ROLE');\n\
             CREATE INDEX i ON t (ex(a));",
            "ex",
        ),
        ("CREATE VIEW v AS SELECT ex('ROLE');\nCREATE TABLE t AS SELECT * FROM v;", "v"),
        (
            "CREATE VIEW v AS SELECT ex('ROLE');\nCREATE MATERIALIZED VIEW m AS SELECT * FROM v;",
            "v",
        ),
        (
            "CREATE MATERIALIZED VIEW m AS SELECT 1;\nCREATE VIEW v AS SELECT ex('ROLE');\nSELECT * INTO t FROM v;",
            "v",
        ),
        (
            "CREATE TABLE t (a int);\nCREATE RULE r AS ON INSERT TO t DO ALSO SELECT ex('ROLE');\nINSERT INTO t VALUES (1);",
            "t",
        ),
    ] {
        last_is_refused(&site, script, through);
    }
}

#[test]
fn what_works_by_a_function_that_runs_anything_is_not_used() {
    let site = Site::new();
    let two = "CREATE FUNCTION f2(a int, b int) RETURNS int LANGUAGE plpgsql AS \
               $$ BEGIN PERFORM ex('ROLE'); RETURN 1; END $$;";
    for (script, through) in [
        (
            format!("{two}\nCREATE AGGREGATE agg(int) (sfunc = f2, stype = int);\nSELECT agg(1);"),
            "agg",
        ),
        // The value that an aggregate begins with is computed when it is made.
        (
            "CREATE DOMAIN d AS int CHECK (ex('ROLE'));\nCREATE FUNCTION plus(d, int) RETURNS d LANGUAGE sql AS 'SELECT $1';\n\
             CREATE AGGREGATE agg(int) (sfunc = plus, stype = d, initcond = '0');"
                .to_owned(),
            "d",
        ),
        (
            format!("{two}\nCREATE OPERATOR @@@ (leftarg = int, rightarg = int, function = f2);\nSELECT 1 @@@ 2;"),
            "@@@",
        ),
        (
            "CREATE TYPE c AS (a int);\n\
             CREATE FUNCTION cast_c(c) RETURNS int LANGUAGE sql AS $$ SELECT 1 FROM ex('ROLE') $$;\n\
             CREATE CAST (c AS int) WITH FUNCTION cast_c(c);\nSELECT row(1)::c::int;"
                .to_owned(),
            "cast",
        ),
    ] {
        last_is_refused(&site, &script, through);
    }
}

#[test]
fn a_trigger_that_runs_anything_is_not_fired_from_afar() {
    let site = Site::new();
    let function = "CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS \
                    $$ BEGIN PERFORM ex('ROLE'); RETURN NULL; END $$;";
    for (script, through) in [
        (
            "CREATE TABLE one (id int PRIMARY KEY);\nINSERT INTO one VALUES (1);\n\
             CREATE TABLE many (id int REFERENCES one ON DELETE CASCADE);\nINSERT INTO many VALUES (1);\n\
             CREATE TRIGGER g AFTER DELETE ON many FOR EACH ROW EXECUTE FUNCTION fire();\nDELETE FROM one;",
            "one",
        ),
        (
            "CREATE TABLE one (id int PRIMARY KEY);\nCREATE TABLE many (id int REFERENCES one);\n\
             CREATE TRIGGER g AFTER TRUNCATE ON many EXECUTE FUNCTION fire();\nINSERT INTO one VALUES (1);\n\
             TRUNCATE one CASCADE;",
            "many",
        ),
        (
            "CREATE TABLE p (a int) PARTITION BY LIST (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);\n\
             CREATE TRIGGER g AFTER INSERT ON p1 FOR EACH ROW EXECUTE FUNCTION fire();\nINSERT INTO p VALUES (1);",
            "p",
        ),
        (
            "CREATE TABLE p (a int) PARTITION BY LIST (a);\n\
             CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION fire();\n\
             CREATE TABLE p1 (a int);\nALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1);\nINSERT INTO p1 VALUES (1);",
            "p1",
        ),
        (
            "CREATE TABLE t (a int);\nCREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION fire();\n\
             CREATE VIEW v AS SELECT * FROM t;\nINSERT INTO v VALUES (1);",
            "v",
        ),
        (
            "CREATE TABLE t (a int);\nCREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION fire();\n\
             CREATE FUNCTION w() RETURNS void LANGUAGE sql AS 'INSERT INTO t VALUES (1)';\nSELECT w();",
            "w",
        ),
        (
            "CREATE TABLE t (a int);\nCREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION fire();\n\
             ALTER TABLE t RENAME TO u;\nWITH x AS (INSERT INTO u VALUES (1) RETURNING a) SELECT * FROM x;",
            "u",
        ),
    ] {
        last_is_refused(&site, &format!("{function}\n{script}"), through);
    }
}

#[test]
fn a_setting_of_a_role_is_not_changed_through_two_functions() {
    let site = Site::new();
    let script = format!(
        "CREATE FUNCTION run(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE t; END $$;\n\
         CREATE FUNCTION make_tenant(n text) RETURNS void LANGUAGE plpgsql AS \
         $$ BEGIN PERFORM run('ALTER ROLE {} SET statement_timeout = ''7s'''); END $$;\nSELECT make_tenant('a');",
        site.role
    );
    let refused = refused(&site, &script.replace("ROLE", "role"));
    assert_eq!((refused.len(), refused[0].location.line), (1, Some(3)));
    assert!(
        refused[0].why.contains("make_tenant") && refused[0].why.contains("run"),
        "{refused:?}"
    );
}

#[test]
fn no_program_of_the_server_is_run_and_no_file_is_written() {
    let site = Site::new();
    let folder_of_server = tempfile::tempdir().unwrap();
    let path = folder_of_server.path().join("touched");
    // The server may be another user.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(folder_of_server.path(), open).unwrap();
    let touch = format!("touch {}; echo a", path.display());
    let foreign = format!(
        "CREATE EXTENSION file_fdw;\nCREATE SERVER f FOREIGN DATA WRAPPER file_fdw;\n\
         CREATE FOREIGN TABLE ft (x text) SERVER f OPTIONS (program '{touch}');"
    );
    let made = replayed(&mighty(&site), &folder(&[("1", foreign.as_str())]));
    assert!(made.is_ok() && !path.exists(), "{made:?}");
    for (script, through) in [
        (format!("{foreign}\nCREATE TABLE c AS SELECT * FROM ft;"), "ft"),
        (format!("{foreign}\nCREATE MATERIALIZED VIEW c AS SELECT * FROM ft;"), "ft"),
        (format!("{foreign}\nSELECT * FROM ft;"), "ft"),
        (format!("{foreign}\nANALYZE;"), "ft"),
        (
            format!(
                "{foreign}\nCREATE TABLE p (x text) PARTITION BY LIST (x);\nALTER TABLE p ATTACH PARTITION ft DEFAULT;\nTABLE p;"
            ),
            "",
        ),
        (
            format!("CREATE TABLE c (x text);\nDO $$ BEGIN COPY c FROM PROGRAM '{touch}'; END $$;"),
            "program",
        ),
        (format!("DO $$ BEGIN COPY (SELECT 1) TO '{}'; END $$;", path.display()), "file"),
        (
            format!(
                "CREATE TABLE c (x text);\nCREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS \
                 $$ BEGIN COPY c FROM PROGRAM '{touch}'; END $$;\nSELECT f();"
            ),
            "f",
        ),
        (
            format!(
                "CREATE TABLE c AS SELECT lo_export(lo_from_bytea(0, 'a'), '{}');",
                path.display()
            ),
            "lo_export",
        ),
        (
            format!(
                "CREATE FUNCTION harmless(oid, text) RETURNS int LANGUAGE internal AS 'be_lo_export';\n\
                 SELECT harmless(lo_from_bytea(0, 'a'), '{}');",
                path.display()
            ),
            "harmless",
        ),
    ] {
        let refused = refused(&site, &script);
        assert!(!path.exists(), "{script}");
        assert!(refused.last().unwrap().why.contains(through), "{script}\n{refused:?}");
    }
}

#[test]
fn shared_catalogs_and_labels_of_shared_objects_are_left_alone() {
    let site = Site::new();
    let script = format!(
        "CREATE TABLE t (id int);\nSECURITY LABEL ON ROLE {role} IS 'x';\n\
         SECURITY LABEL FOR a ON DATABASE postgres IS 'x';\n\
         UPDATE pg_authid SET rolcreaterole = true WHERE rolname = '{role}';",
        role = site.role
    );
    let before = roles(&site);
    let found = replayed(&mighty(&site), &folder(&[("1", script.as_str())])).unwrap();
    assert_eq!(roles(&site), before);
    let lines: Vec<_> = found.skipped.iter().filter_map(|one| one.location.line).collect();
    assert_eq!(lines, [2, 3, 4], "{:?}", found.skipped);
}

#[test]
fn what_ordinary_migrations_do_is_replayed() {
    let site = Site::new();
    let audit = "CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN EXECUTE format('INSERT INTO %I VALUES ($1)', TG_ARGV[0]) USING NEW.id; RETURN NEW; END $$;";
    let scripts = folder(&[
        (
            "1_init",
            "CREATE EXTENSION pgcrypto; CREATE EXTENSION \"uuid-ossp\"; CREATE EXTENSION pg_trgm; CREATE EXTENSION citext;\n\
             CREATE TYPE mood AS ENUM ('a', 'run');\n\
             CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), nick citext, m mood, \
               updated_at timestamptz DEFAULT now(), low text GENERATED ALWAYS AS (lower(m_text)) STORED, m_text text);\n\
             CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS \
               $$ BEGIN NEW.updated_at = now(); RETURN NEW; END $$;\n\
             CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();\n\
             INSERT INTO users (nick, m) VALUES ('x', 'run'); UPDATE users SET nick = 'y';\n\
             CREATE INDEX ON users USING gin (m_text gin_trgm_ops);",
        ),
        // One table has a trigger that nobody can foresee; the others go on as before.
        ("2_audit", audit),
        (
            "3_more",
            "CREATE TABLE http_log (id int PRIMARY KEY, audit text);\n\
             INSERT INTO http_log (id, audit) VALUES (1, 'see https://example.com/ex(1) and audit(2)');\n\
             CREATE TABLE watched (id int PRIMARY KEY, log int REFERENCES http_log (id));\n\
             DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'w') THEN \
               CREATE TRIGGER w AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION audit('l'); END IF; END $$;\n\
             ALTER TABLE watched ADD COLUMN n int NOT NULL DEFAULT 0, ADD CHECK (n >= 0);\n\
             ALTER TABLE watched ALTER n TYPE bigint USING n + 1;\n\
             CREATE INDEX ON watched (n);\n\
             CREATE VIEW w AS SELECT * FROM watched; CREATE MATERIALIZED VIEW mw AS SELECT * FROM w;\n\
             UPDATE http_log SET audit = 'b'; DELETE FROM http_log; INSERT INTO users (nick) SELECT audit FROM http_log;\n\
             CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT sum(n) FROM watched';\n\
             SELECT total(); ANALYZE; COMMENT ON FUNCTION audit() IS 'x'; DROP TRIGGER w ON watched;\n\
             DROP FUNCTION audit();",
        ),
    ]);
    let found = replayed(&mighty(&site), &scripts).unwrap();
    assert!(found.skipped.is_empty(), "{:?}", found.skipped);
    assert!(
        objects(&found).iter().any(|name| name == "materialized view public.mw"),
        "{:?}",
        objects(&found)
    );
}
