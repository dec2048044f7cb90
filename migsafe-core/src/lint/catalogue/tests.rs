//! What is known before a place of a script, told in SQL.
#![cfg(all(feature = "postgres-sql", feature = "sqlite-sql"))]

use std::collections::BTreeMap;

use crate::Dialect::{self, Postgres, Sqlite};
use crate::diagnosis::diagnose;
use crate::history::History;
use crate::lint::{Site, TableState, all_sites};
use crate::lock::LockState;
use crate::migrations::{MigrationName, Migrations};
use crate::policy::{Facts, Scope};
use crate::sql::{self, ObjectName};
use crate::store::DatabaseFacts;

/// Looks at the last site of the last script.
fn at_end<T>(
    dialect: Dialect,
    scope: Scope,
    scripts: &[&str],
    look: impl FnOnce(&Site<'_>) -> T,
) -> T {
    let named: Vec<(String, String)> = (1..)
        .zip(scripts)
        .map(|(n, script)| (format!("20250101{n:06}_m"), (*script).to_owned()))
        .collect();
    let analysed: BTreeMap<MigrationName, sql::Script> = named
        .iter()
        .map(|(name, script)| {
            let analysed = sql::analyse(dialect, script);
            assert_eq!(analysed.problems(), [], "{script}");
            (MigrationName::from(name.as_str()), analysed)
        })
        .collect();
    let migrations = Migrations::from_scripts(named).unwrap();
    let diagnosis = diagnose(&migrations, &History::present(Vec::new()), &LockState::Free);
    let database = DatabaseFacts::default();
    let facts =
        Facts::new(dialect, &migrations, &diagnosis, &database, &analysed).with_scope(scope);
    let site = all_sites(&facts).last().unwrap();
    look(&site)
}

fn name(name: &str) -> ObjectName {
    match name.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::unqualified(name),
    }
}

/// Table `t` before the `SELECT` at the end, told in one line.
fn told(dialect: Dialect, script: &str) -> String {
    at_end(dialect, Scope::Together, &[script, "SELECT 1;"], |site| {
        site.table(&name("t")).map_or_else(|| "unknown".to_owned(), |table| tell(&table))
    })
}

fn tell(table: &TableState<'_>) -> String {
    let mut parts = Vec::new();
    for column in table.columns() {
        let ty = column.ty.as_ref().map_or("?", |ty| &*ty.name.name);
        let null = match column.not_null {
            Some(true) => " not null",
            Some(false) => "",
            None => " ?",
        };
        let default = column.default.as_ref().map(|d| format!(" = {}", d.text)).unwrap_or_default();
        parts.push(format!("{} {ty}{null}{default}", column.name));
    }
    for constraint in table.constraints() {
        let valid = if constraint.validated { "" } else { " not valid" };
        let columns = constraint.columns().join(" ");
        let name = constraint.name.as_deref().unwrap_or("?");
        parts.push(format!("[{name}: {columns}{valid}]"));
    }
    for index in table.indexes() {
        parts.push(format!("({})", index.name.as_ref().unwrap()));
    }
    for trigger in table.triggers() {
        parts.push(format!("<{}>", trigger.name));
    }
    if !table.is_complete() {
        parts.push("…".to_owned());
    }
    parts.join(", ")
}

#[test]
fn columns_are_followed() {
    for (script, expected) in [
        (
            "CREATE TABLE t (a int, b text NOT NULL DEFAULT 'x');",
            "a integer, b text not null = 'x'",
        ),
        ("CREATE TABLE t (a int); DROP TABLE t;", "unknown"),
        (
            "CREATE TABLE IF NOT EXISTS t (a int); CREATE TABLE IF NOT EXISTS t (b int);",
            "a integer",
        ),
        ("CREATE TABLE t (a int); DROP TABLE t; CREATE TABLE t (b int);", "b integer"),
        (
            "CREATE TABLE t (a int, b int); ALTER TABLE t ALTER a TYPE bigint, ALTER a SET NOT NULL, \
             ALTER a SET DEFAULT 3, DROP COLUMN b, ADD COLUMN c text;",
            "a bigint not null = 3, c text",
        ),
        (
            "CREATE TABLE t (a int NOT NULL DEFAULT 1); ALTER TABLE t ALTER a DROP NOT NULL, ALTER a \
             DROP DEFAULT;",
            "a integer",
        ),
        ("CREATE TABLE t (a int, b int); ALTER TABLE t RENAME a TO z;", "z integer, b integer"),
        ("CREATE TABLE u (a int); ALTER TABLE public.u RENAME TO t;", "a integer"),
        ("CREATE TABLE t (a int); ALTER TABLE t RENAME TO u;", "unknown"),
        ("CREATE TABLE s.t (a int);", "a integer"),
        ("CREATE TABLE s.t (a int); CREATE TABLE r.t (b int);", "unknown"),
        ("CREATE TABLE s.t (a int); CREATE TABLE public.t (b int);", "b integer"),
        ("CREATE TABLE s.t (a int); DROP SCHEMA s CASCADE;", "unknown"),
        ("CREATE TABLE t (a int); ALTER TABLE t SET SCHEMA s;", "a integer"),
        ("ALTER TABLE t ALTER a SET NOT NULL;", "a ? not null, …"),
        ("ALTER TABLE t ADD COLUMN a int;", "a integer, …"),
        (
            "CREATE TABLE t (a serial, b int GENERATED ALWAYS AS IDENTITY);",
            "a serial not null, b integer not null",
        ),
    ] {
        assert_eq!(told(Postgres, script), expected, "{script}");
    }
}

#[test]
fn constraints_and_indexes_are_followed() {
    for (script, expected) in [
        ("CREATE TABLE t (a int PRIMARY KEY);", "a integer not null, [t_pkey: a]"),
        (
            "CREATE TABLE t (a int, b int UNIQUE REFERENCES u (id), CHECK (a > b), CHECK (a > 0));",
            "a integer, b integer, [t_b_key: b], [t_b_fkey: b], [t_check: a b], [t_a_check: a]",
        ),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;", "[c: a not valid], …"),
        (
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c;",
            "[c: a], …",
        ),
        (
            "CREATE TABLE t (a int, b int, UNIQUE (a, b)); CREATE INDEX ON t (b); CREATE INDEX i ON t (a); \
             ALTER TABLE t DROP COLUMN b;",
            "a integer, (i)",
        ),
        (
            "CREATE TABLE t (a int, UNIQUE (a)); CREATE INDEX i ON t (a); ALTER TABLE t RENAME a TO z; \
             ALTER TABLE t RENAME CONSTRAINT t_a_key TO k; ALTER INDEX i RENAME TO j;",
            "z integer, [k: z], (j)",
        ),
        ("CREATE TABLE t (a int, UNIQUE (a)); ALTER TABLE t DROP CONSTRAINT t_a_key;", "a integer"),
        ("CREATE TABLE t (a int); CREATE INDEX i ON t (a); DROP INDEX i;", "a integer"),
        (
            "CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t ADD PRIMARY KEY USING INDEX i;",
            "a integer not null, [i: a], (i)",
        ),
        (
            "CREATE TABLE t (a int); CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f(); \
             ALTER TRIGGER g ON t RENAME TO h;",
            "a integer, <h>",
        ),
    ] {
        assert_eq!(told(Postgres, script), expected, "{script}");
    }
}

#[test]
fn nothing_is_seen_before_it_is_done() {
    let script =
        "CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN b int; ALTER TABLE t DROP COLUMN a;";
    at_end(Postgres, Scope::Together, &[script], |last| {
        let told: Vec<String> = last
            .earlier()
            .chain([*last])
            .map(|site| site.table(&name("t")).map_or("unknown".into(), |t| tell(&t)))
            .collect();
        assert_eq!(told, ["unknown", "a integer", "a integer, b integer"]);
        assert_eq!(last.earlier().count(), 2);
        assert_eq!(last.later().count(), 0);
        let first = last.earlier().next().unwrap();
        assert_eq!(first.later().count(), 2);
        assert_eq!(first.sql(), "CREATE TABLE t (a int)");
        assert_eq!(
            (last.sql(), last.statement_sql()),
            ("DROP COLUMN a", "ALTER TABLE t DROP COLUMN a")
        );
    });
}

#[test]
fn an_object_is_new_to_what_runs_together_with_it() {
    let is_new = |dialect, scope, scripts: &[&str]| {
        at_end(dialect, scope, scripts, |site| site.is_new(&name("t")))
    };
    use Scope::{OneByOne, Together};
    let create = "CREATE TABLE t (a int);";
    let both = "CREATE TABLE t (a int); SELECT 1;";
    for dialect in [Postgres, Sqlite] {
        assert!(is_new(dialect, OneByOne, &[both]));
        assert!(is_new(dialect, Together, &[create, "SELECT 1;"]));
        assert!(!is_new(dialect, OneByOne, &[create, "SELECT 1;"]));
        assert!(!is_new(dialect, Together, &["SELECT 1;"]));
        assert!(!is_new(dialect, Together, &[create]));
        assert!(!is_new(dialect, Together, &["ALTER TABLE t ADD COLUMN b int; SELECT 1;"]));
        let renamed = "CREATE TABLE u (a int); ALTER TABLE u RENAME TO t; SELECT 1;";
        assert!(is_new(dialect, OneByOne, &[renamed]));
        let rebuilt = "CREATE TABLE u (a int); DROP TABLE t; ALTER TABLE u RENAME TO t; SELECT 1;";
        assert!(!is_new(dialect, OneByOne, &[rebuilt]));
        assert!(!is_new(dialect, OneByOne, &[create, rebuilt]));
        let exists = "CREATE TABLE IF NOT EXISTS t (a int); SELECT 1;";
        assert!(is_new(dialect, OneByOne, &[exists]));
        assert!(!is_new(dialect, OneByOne, &[create, exists]));
    }
}

#[test]
fn rows_that_scripts_put_in_are_known() {
    let is_filled = |script: &str| {
        at_end(Postgres, Scope::Together, &[script, "SELECT 1;"], |site| {
            site.table(&name("t")).unwrap().is_filled()
        })
    };
    assert!(!is_filled("CREATE TABLE t (a int);"));
    assert!(is_filled("CREATE TABLE t (a int); INSERT INTO t VALUES (1);"));
    assert!(is_filled("CREATE TABLE t AS SELECT 1 AS a;"));
}

#[test]
fn types_and_views_are_followed() {
    let script = "CREATE TYPE e AS ENUM ('a', 'b'); ALTER TYPE e ADD VALUE 'c'; \
                  ALTER TYPE e RENAME VALUE 'a' TO 'z'; ALTER TYPE f ADD VALUE 'x'; \
                  CREATE TABLE t (a e); CREATE VIEW v AS SELECT a FROM t; \
                  ALTER TABLE t RENAME TO u; ALTER VIEW v RENAME TO w;";
    at_end(Postgres, Scope::Together, &[script, "SELECT 1;"], |site| {
        assert_eq!(site.enum_values(&name("e")).unwrap(), ["z", "b", "c"]);
        assert_eq!(site.enum_values(&name("f")), None);
        assert!(site.ty(&name("f")).is_some());
        assert!(site.view(&name("w")).is_some() && site.view(&name("v")).is_none());
        let readers: Vec<String> =
            site.readers(&name("u")).map(|(view, _)| view.to_string()).collect();
        assert_eq!(readers, ["w"]);
        let table = site.table(&name("u")).unwrap();
        assert_eq!(table.readers().count(), 1);
        assert!(site.table(&name("w")).is_none());
    });
    let dropped = format!("{script} DROP TABLE u CASCADE;");
    at_end(Postgres, Scope::Together, &[&dropped, "SELECT 1;"], |site| {
        assert!(site.view(&name("w")).is_none());
    });
}

#[test]
fn names_of_sqlite_meet_in_any_case() {
    let script = "CREATE TABLE Users (Id INTEGER); ALTER TABLE users RENAME COLUMN ID TO n;";
    at_end(Sqlite, Scope::Together, &[script, "SELECT 1;"], |site| {
        assert_eq!(site.column(&name("main.USERS"), "N").unwrap().name, "n");
    });
    let script = "CREATE TABLE \"T\" (\"Id\" int);";
    at_end(Postgres, Scope::Together, &[script, "SELECT 1;"], |site| {
        assert!(site.table(&name("t")).is_none());
        assert!(site.column(&name("T"), "Id").is_some());
        assert!(site.column(&name("T"), "id").is_none());
    });
}
