//! `schema` and `diff`.

use std::fs;

use crate::common::{Project, assert_run};

/// A database with the project's migrations in it.
fn deployed() -> Project {
    let project = Project::empty()
        .with(
            "20250101000000_init",
            "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT);\n\
             CREATE INDEX users_name ON users (name);\n",
        )
        .with(
            "20250102000000_posts",
            "CREATE TABLE posts (author INTEGER REFERENCES users (id));\n",
        );
    project.sqlite(&["deploy"]).exits(0);
    project
}

#[test]
fn a_schema_is_exported_and_equals_its_database() {
    let project = deployed();
    assert_run!("schema", project.sqlite(&["schema", "--export", "schema.json"]).exits(0));
    let file = fs::read_to_string(project.path().join("schema.json")).unwrap();
    assert!(!file.contains("_prisma_migrations"));
    let document = project.sqlite(&["schema", "--format", "json"]).exits(0);
    assert_eq!(document.stdout, file);
    let same = ["diff", "--from", "schema.json", "--to", "sqlite:dev.db"];
    assert_run!("diff_equal", project.run(&same).exits(0));
    // Nothing else is left beside it.
    let names = fs::read_dir(project.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["dev.db", "prisma", "schema.json"]);
}

#[test]
fn a_difference_ends_with_6_and_prints_the_same_each_time() {
    let project = deployed();
    project.sqlite(&["schema", "--export", "before.json"]).exits(0);
    project.write(
        "20250103000000_more",
        "ALTER TABLE users DROP COLUMN age; CREATE TABLE tmp_import (x INTEGER);\n\
         DROP INDEX users_name; CREATE INDEX users_name ON users (name DESC);\n",
    );
    project.sqlite(&["deploy"]).exits(0);
    let args = ["diff", "--from", "before.json", "--to", "sqlite:dev.db"];
    let first = project.run(&args).exits(6);
    assert_eq!(project.run(&args).exits(6).stdout, first.stdout);
    assert_run!("diff", first);
    let json = project.run(&[&args[..], &["--format", "json"]].concat()).exits(6);
    let document: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&document["kind"], &document["different"]), (&"diff".into(), &true.into()));
    assert_eq!(document["summary"]["destructive"], 1);
    let rules = r#"[{"pattern": "table:tmp_*", "owner": "data team", "reason": "import"},
        {"pattern": "users.*", "owner": "app", "reason": "known", "expires": "2020-01-01"}]"#;
    fs::write(project.path().join("ignore.json"), rules).unwrap();
    let ignoring = [&args[..], &["--ignore", "ignore.json"]].concat();
    assert_run!("diff_ignoring", project.run(&ignoring).exits(6));
    fs::write(project.path().join("ignore.json"), r#"[{"pattern": "*"}]"#).unwrap();
    let refused = project.run(&ignoring).exits(1);
    assert!(refused.stderr.contains("invalid-ignore-rules"), "{refused}");
}

#[test]
fn what_is_no_schema_is_refused() {
    let project = deployed();
    project.sqlite(&["schema", "--export", "schema.json"]).exits(0);
    fs::write(project.path().join("other.json"), "{}").unwrap();
    for (from, code, text) in [
        ("missing.json", 1, "file-unreadable"),
        ("other.json", 1, "snapshot-malformed"),
        ("sqlite:missing.db", 1, "database-missing"),
        ("mysql://u:s3cret@h/d", 2, "not supported"),
        ("postgres:/u:s3cret@h/d", 2, "invalid-url"),
        ("postgre:u:s3cret@h/d", 1, "the file given"),
    ] {
        let ran = project.run(&["diff", "--from", from, "--to", "schema.json"]).exits(code);
        assert!(ran.stderr.contains(text), "{from}: {ran}");
    }
    let nowhere = project.sqlite(&["schema", "--export", "no/such/folder/x.json"]).exits(1);
    assert!(nowhere.stderr.contains("not-written"), "{nowhere}");
    project.run(&["diff", "--from", "schema.json"]).exits(2);
}

#[test]
fn two_servers_are_compared_in_the_schema_of_the_url() {
    let server = migsafe_testing::Postgres::shared();
    let (one, other) = (server.create_database(), server.create_database());
    let sql =
        "CREATE SCHEMA app; CREATE TABLE app.t (a integer); CREATE TABLE public.u (b integer)";
    one.query(sql).unwrap();
    other.query(sql).unwrap();
    other.query("ALTER TABLE public.u ADD c text; GRANT SELECT ON app.t TO PUBLIC").unwrap();
    let project = Project::empty();
    let diff = |more: &[&str]| {
        let (one, other) =
            (format!("{}?schema=app", one.url()), format!("{}?schema=app", other.url()));
        project.run(&[&["diff", "--from", &one, "--to", &other], more].concat())
    };
    diff(&[]).exits(0);
    let whole = diff(&["--schema", "*"]).exits(6);
    assert!(whole.stdout.contains("+ column public.u.c  text"), "{whole}");
    let public = diff(&["--schema", "public"]).exits(6);
    assert!(!public.stdout.contains("app.t"), "{public}");
    let rights = diff(&["--privileges"]).exits(6);
    assert!(rights.stdout.contains("PUBLIC: SELECT"), "{rights}");
    // One kind of database is not like the other.
    let sqlite = deployed();
    let ran = sqlite.run(&["diff", "--from", &one.url(), "--to", "sqlite:dev.db"]).exits(2);
    assert!(ran.stderr.contains("different-databases"), "{ran}");
}
