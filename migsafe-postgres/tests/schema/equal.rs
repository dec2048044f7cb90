//! Equal schemas compare equal, however they were made.

use std::path::PathBuf;
use std::process::Command;

use migsafe_postgres::core::schema::diff::Tolerance;
use migsafe_postgres::core::schema::{DiffOptions, diff};
use migsafe_testing::{Postgres, PostgresOptions, tools};

use crate::common::database;
use crate::support::*;

/// The same tables, constraints and indexes, in two orders and with two spellings.
const ONE: &str = "
    CREATE SCHEMA app;
    CREATE TYPE app.mood AS ENUM ('a', 'b');
    CREATE TABLE app.t (a integer NOT NULL, b text DEFAULT 'x', c app.mood DEFAULT 'a',
        CHECK (a > 0 OR b = ''), CHECK (a < 9 OR b = ''), UNIQUE (a, b), PRIMARY KEY (a));
    CREATE INDEX ON app.t (b);
    CREATE INDEX ON app.t (b DESC);
    CREATE VIEW app.v AS SELECT a FROM app.t;
    CREATE FUNCTION app.f(x app.mood) RETURNS app.mood LANGUAGE sql AS 'SELECT x';
    CREATE TABLE app.u (t integer REFERENCES app.t);
    COMMENT ON TABLE app.t IS 'c';";
const OTHER: &str = "
    CREATE TABLE doomed (x integer);
    CREATE SCHEMA app;
    SET search_path = app, public;
    CREATE TABLE u (gone integer, t INT4);
    ALTER TABLE u DROP COLUMN gone;
    CREATE TYPE mood AS ENUM ('b');
    ALTER TYPE mood ADD VALUE 'a' BEFORE 'b';
    CREATE FUNCTION f(x mood) RETURNS mood LANGUAGE sql AS 'SELECT x';
    CREATE TABLE t (c mood, b text DEFAULT 'x'::varchar, a int);
    COMMENT ON TABLE t IS 'c';
    ALTER TABLE t ADD PRIMARY KEY (a), ADD CHECK ((a < 9) OR b = ''::text);
    ALTER TABLE t ADD CHECK (a > 0 OR b = ''), ADD UNIQUE (a, b), ALTER c SET DEFAULT 'a'::mood;
    CREATE INDEX ON t (b DESC NULLS FIRST);
    CREATE INDEX ON t USING btree (b ASC);
    CREATE VIEW v AS SELECT t.a FROM t;
    ALTER TABLE u ADD FOREIGN KEY (t) REFERENCES t (a);
    DROP TABLE public.doomed;";

#[test]
fn two_creations_in_different_order_are_equal() {
    let (one, other) = (database(), database());
    one.query(ONE).unwrap();
    // New values of an enumeration can be used once they are committed.
    for statement in OTHER.split_inclusive(";\n") {
        let path = "SET search_path = app, public;";
        let path = if statement.contains("doomed (x") || statement.contains("CREATE SCHEMA") {
            ""
        } else {
            path
        };
        other.query(&format!("{path}{statement}")).unwrap();
    }
    let (one, other) = (read(&one.url()), read(&other.url()));
    let found = compare(&one, &other);
    assert!(found.is_empty(), "{:#?}", lines(&found));
    let why: Vec<Tolerance> = found.tolerated().iter().map(|t| t.tolerance).collect();
    assert!(why.contains(&Tolerance::GeneratedName), "{why:?}");
    assert!(why.contains(&Tolerance::ColumnOrder), "{why:?}");
    assert!(why.contains(&Tolerance::DefaultCast), "{why:?}");
    // Exactly compared they are different, which shows that the tolerances are what makes them equal.
    assert!(!diff(&one, &other, &DiffOptions::default().exact()).unwrap().is_empty());
}

#[test]
fn two_creations_are_equal_to_the_byte() {
    let server = Postgres::shared();
    let (one, other) = (rich_on(server), rich_on(server));
    let (first, second) = (read(&one.url()), read(&one.url()));
    assert_eq!(first.to_json(), second.to_json());
    assert_eq!(first.to_json(), read(&other.url()).to_json());
}

/// The folder of a server that has `pg_dump` and `psql` with it.
fn folder_with_dump() -> PathBuf {
    let mut folders = vec![tools::postgres().unwrap()];
    let installed = std::fs::read_dir("/usr/lib/postgresql");
    folders.extend(installed.into_iter().flatten().flatten().map(|entry| entry.path().join("bin")));
    let complete = |folder: &PathBuf| {
        ["initdb", "pg_dump", "psql"].iter().all(|program| folder.join(program).is_file())
    };
    folders.into_iter().find(complete).expect(
        "no PostgreSQL with initdb, pg_dump and psql in one folder: install the package `postgresql` of \
         your system, or set MIGSAFE_PG_BIN to such a folder",
    )
}

#[test]
fn dumped_and_restored_it_is_equal() {
    let folder = folder_with_dump();
    let server = Postgres::start(PostgresOptions::default().bin_dir(&folder));
    let (original, restored) = (rich_on(&server), server.create_database());
    let dump =
        Command::new(folder.join("pg_dump")).args(["--dbname", &original.url()]).output().unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &dump.stdout).unwrap();
    let psql = Command::new(folder.join("psql"))
        .args([
            "--quiet",
            "--no-psqlrc",
            "--set",
            "ON_ERROR_STOP=1",
            "--dbname",
            &restored.url(),
            "--file",
        ])
        .arg(file.path())
        .output()
        .unwrap();
    assert!(psql.status.success(), "{}", String::from_utf8_lossy(&psql.stderr));
    let (original, restored) = (read(&original.url()), read(&restored.url()));
    let found = compare(&original, &restored);
    assert!(found.is_empty(), "{:#?}", lines(&found));
}
