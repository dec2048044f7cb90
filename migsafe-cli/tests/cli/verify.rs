//! `verify`, and `deploy --verify`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use migsafe_testing::Postgres;

use crate::common::{Project, Ran, assert_run};

const SQL: &str = "CREATE TABLE User (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE);\n\
     CREATE INDEX User_email_idx ON User (email);\n\
     INSERT INTO User VALUES (1, 'alice@example.com');\n";

const MET: &str = r#"{ "main": { "criticalTables": ["User"], "criticalIndexes": ["User_email_idx"],
    "rows": [{ "name": "an admin", "query": "SELECT 1 FROM User", "expect": { "rows": { "atLeast": 1 } } }] } }"#;

const MISSED: &str = r#"{ "main": { "criticalTables": ["Users"],
    "tables": { "User": { "columns": { "email": { "nullable": true } } } },
    "rows": [{ "name": "first", "query": "SELECT email FROM User", "expect": { "value": "bob" } }] } }"#;

const UNKNOWN: &str = r#"{ "main": { "criticalTables": ["Users"],
    "rows": [{ "name": "gone", "query": "SELECT 1 FROM Gone", "expect": { "rows": 1 } }] } }"#;

fn deployed() -> Project {
    let project = Project::empty().with("20250101000000_init", SQL);
    project.sqlite(&["deploy"]).exits(0);
    project
}

fn write(project: &Project, name: &str, text: impl AsRef<[u8]>) {
    fs::write(project.path().join(name), text).unwrap();
}

#[test]
fn what_is_expected_is_there() {
    let project = deployed();
    write(&project, "prisma/migsafe.verify.json", MET);
    // The usual name, beside the folder.
    assert_run!("verify_met", project.sqlite(&["verify"]).exits(0));
    assert_run!("verify_met_all", project.sqlite(&["verify", "--all"]).exits(0));
    for args in [
        &["verify", "prisma/migsafe.verify.json"][..],
        &["verify", "--file", "prisma/migsafe.verify.json"],
        &["verify", "--schema", "main"],
        &["verify", "--migrations", "prisma/migrations"],
    ] {
        assert!(project.sqlite(args).exits(0).stdout.contains("3 expectations, all met."));
    }
    let json = project.sqlite(&["verify", "--format", "json"]).exits(0).json();
    assert_eq!((&json["kind"], &json["verified"]), (&"verify".into(), &true.into()));
    assert_eq!(json["summary"]["met"], 3);
    project.sqlite(&["verify", "--schema", "other"]).exits(2);
    project.sqlite(&["verify", "a.json", "--file", "b.json"]).exits(2);
    project.run(&["verify", "prisma/migsafe.verify.json"]).exits(2);
}

#[test]
fn what_is_missed_ends_with_6_and_what_is_unknown_with_1() {
    let project = deployed();
    write(&project, "missed.json", MISSED);
    write(&project, "unknown.json", UNKNOWN);
    assert_run!("verify_missed", project.sqlite(&["verify", "missed.json"]).exits(6));
    let markdown = ["verify", "missed.json", "--format", "markdown"];
    let first = project.sqlite(&markdown).exits(6);
    assert_eq!(project.sqlite(&markdown).exits(6).stdout, first.stdout);
    assert_run!("verify_missed_markdown", first);
    let json = project.sqlite(&["verify", "missed.json", "--format", "json"]).exits(6);
    assert_run!("verify_missed_json", json);
    assert_run!("verify_unknown", project.sqlite(&["verify", "unknown.json"]).exits(1));
    // Only these commands have the form.
    let ran = project.sqlite(&["status", "--format", "markdown"]).exits(2);
    assert!(
        ran.stderr.contains("only `migsafe check, diff, drift or verify` has the format markdown"),
        "{ran}"
    );
    project.sqlite(&["verify", "missed.json", "--format", "sarif"]).exits(2);
}

#[test]
fn a_file_that_is_none_is_refused() {
    let project = deployed();
    let refused = |file: &str| project.sqlite(&["verify", file]).exits(1);
    let says = |ran: Ran, text: &str| assert!(ran.stderr.contains(text), "{text}: {ran}");
    fs::create_dir(project.path().join("folder")).unwrap();
    let large = format!(r#"{{"main": {{"criticalTables": ["{}"]}}}}"#, "x".repeat(17 << 20));
    for (name, content, code) in [
        ("empty.json", &b""[..], "expectations-malformed"),
        ("blank.json", b" \n", "expectations-malformed"),
        ("text.json", b"hello", "expectations-malformed"),
        ("half.json", br#"{"main": {"criticalTables": ["#, "expectations-malformed"),
        ("list.json", b"[]", "expectations-malformed"),
        ("nothing.json", b"{}", "expectations-empty"),
        ("key.json", br#"{"main": {"criticalTable": ["a"]}}"#, "did you mean `criticalTables`?"),
        ("type.json", br#"{"main": {"criticalTables": "a"}}"#, "main.criticalTables"),
        ("twice.json", br#"{"main": {}, "main": {}}"#, "is there twice"),
        ("bytes.json", b"{\"main\": \"\xff\"}", "not UTF-8"),
        ("two.json", br#"{"a": {"criticalTables": ["a"]}, "b": {"criticalTables": ["a"]}}"#, "expectations-sections"),
        (
            "write.json",
            br#"{"main": {"rows": [{"name": "r", "query": "DELETE FROM User", "expect": {"rows": 0}}]}}"#,
            "query-refused",
        ),
        ("large.json", large.as_bytes(), "larger than 16 MB"),
    ] {
        write(&project, name, content);
        says(refused(name), code);
        assert_eq!(project.sqlite(&["verify", name, "--format", "json"]).exits(1).json()["kind"], "error");
        // A deploy does not begin.
        says(project.sqlite(&["deploy", "--verify", name]).exits(1), code);
    }
    says(refused("missing.json"), "file-unreadable");
    says(refused("folder"), "file-unreadable");
    says(refused("/dev/zero"), "larger than 16 MB");
    says(project.sqlite(&["verify"]).exits(1), "migsafe.verify.json");
    assert_run!(
        "verify_malformed_markdown",
        project.sqlite(&["verify", "key.json", "--format", "markdown"]).exits(1)
    );
    write(&project, "secret.json", MET);
    let path = project.path().join("secret.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything.
    if fs::read(&path).is_err() {
        says(refused("secret.json"), "file-unreadable");
    }
}

#[test]
fn a_large_file_is_compared() {
    let project = deployed();
    let names: Vec<String> = (0..300_000).map(|n| format!("\"Table_number_{n:012}\"")).collect();
    let file = format!(r#"{{"main": {{"criticalTables": [{}]}}}}"#, names.join(","));
    assert!((8 << 20..12 << 20).contains(&file.len()), "{}", file.len());
    write(&project, "large.json", file);
    let ran = project.sqlite(&["verify", "large.json", "--format", "json"]).exits(6);
    assert_eq!(ran.json()["summary"]["missed"], 300_000);
}

#[test]
fn a_deploy_verifies_afterwards() {
    let project = Project::empty().with("20250101000000_init", SQL);
    write(&project, "met.json", MET);
    write(&project, "missed.json", MISSED);
    write(&project, "unknown.json", UNKNOWN);
    project.sqlite(&["deploy", "--verify", "met.json", "--dry-run"]).exits(2);
    assert_run!("deploy_missed", project.sqlite(&["deploy", "--verify", "missed.json"]).exits(6));
    // Also when nothing is to do.
    assert_run!("deploy_met", project.sqlite(&["deploy", "--verify", "met.json"]).exits(0));
    let again = project.sqlite(&["deploy", "--verify", "missed.json", "--format", "json"]).exits(6);
    let document = again.json();
    assert_eq!(document["kind"], "deploy");
    assert_eq!(document["outcome"], "up_to_date");
    assert_eq!(document["error"]["code"], "not-verified");
    assert_eq!(document["verification"]["summary"]["missed"], 3);
    project.sqlite(&["deploy", "--verify", "unknown.json"]).exits(1);
    // Something graver comes first.
    project.write("20250102000000_bad", "CREATE TABLE User (id INTEGER);\n");
    let failed = project.sqlite(&["deploy", "--verify", "missed.json"]).exits(1);
    assert!(failed.stderr.contains("migration-failed"), "{failed}");
    let refused = project.sqlite(&["deploy", "--verify", "missed.json"]).exits(4);
    assert!(!refused.stderr.contains("Users"), "{refused}");
}

#[test]
fn expectations_are_written_from_a_schema() {
    let project = deployed();
    let generate = |args: &[&str]| project.run(&[&["verify", "--generate"], args].concat());
    assert_run!("generate", generate(&["a.json", "--from", "sqlite:dev.db"]).exits(0));
    let file = |name: &str| fs::read_to_string(project.path().join(name)).unwrap();
    insta::assert_snapshot!("generated_file", file("a.json"));
    project.sqlite(&["verify", "a.json"]).exits(0);
    // A file that somebody may have written by hand is not replaced.
    let again = generate(&["a.json", "--from", "sqlite:dev.db", "--extended"]).exits(1);
    assert!(again.stderr.contains("--overwrite"), "{again}");
    let args =
        ["a.json", "--from", "sqlite:dev.db", "--extended", "--overwrite", "--format", "json"];
    let document = generate(&args).exits(0).json();
    assert_eq!((&document["kind"], &document["file"]), (&"expectations".into(), &"a.json".into()));
    insta::assert_snapshot!("generated_file_extended", file("a.json"));
    project.sqlite(&["verify", "a.json"]).exits(0);
    // From an exported schema, the same.
    project.sqlite(&["schema", "--export", "schema.json"]).exits(0);
    generate(&["b.json", "--from", "schema.json", "--extended"]).exits(0);
    assert_eq!(file("a.json"), file("b.json"));
    generate(&["c.json"]).exits(2);
    generate(&["c.json", "--from", "sqlite:nowhere.db"]).exits(1);
    generate(&["no/such/c.json", "--from", "schema.json"]).exits(1);
    generate(&["c.json", "--from", "schema.json", "--schema", "other"]).exits(1);
    generate(&["c.json", "--from", "postgresql://u:s3cret@127.0.0.1:1/x"]).exits(1);
    project.run(&["verify", "--from", "schema.json"]).exits(2);
    assert!(!project.path().join("c.json").exists());
}

#[test]
fn a_server_is_verified_by_schema_and_with_few_rights() {
    let database = Postgres::shared().create_database();
    let role = database.name().to_owned();
    database
        .query(&format!(
            "CREATE SCHEMA site; CREATE SCHEMA job; CREATE TYPE site.\"JobStatus\" AS ENUM ('NEW');
             CREATE TABLE site.\"User\" (id integer PRIMARY KEY, email text); INSERT INTO site.\"User\" VALUES (1), (2);
             CREATE TABLE job.task (id integer); CREATE ROLE {role} LOGIN;
             ALTER TABLE site.\"User\" ADD CONSTRAINT \"User_email_check\" CHECK (email <> '') NOT VALID"
        ))
        .unwrap();
    let build = "CREATE UNIQUE INDEX CONCURRENTLY \"User_one_key\" ON site.\"User\" ((1))";
    assert!(database.query(build).is_err());
    let project = Project::empty();
    write(
        &project,
        "all.json",
        r#"{ "site": { "criticalTables": ["User"], "criticalIndexes": ["User_one_key", "User_pkey"],
             "criticalConstraints": ["User_email_check"], "criticalEnums": ["JobStatus"],
             "enums": { "JobStatus": ["NEW", "DONE"] },
             "rows": [{ "name": "users", "query": "SELECT id FROM \"User\"", "expect": { "rows": 2 } }] },
           "job": { "criticalTables": ["task"] } }"#,
    );
    let url = database.url_as(&role);
    // The catalog can be read by everybody, the rows cannot.
    assert_run!("verify_postgres", project.on(&url, &["verify", "all.json"]).exits(1));
    project.on(&url, &["verify", "all.json", "--schema", "job"]).exits(0);
    database
        .query(&format!(
            "GRANT USAGE ON SCHEMA site TO {role}; GRANT SELECT ON site.\"User\" TO {role}"
        ))
        .unwrap();
    let missed = project.on(&url, &["verify", "all.json"]).exits(6);
    assert!(missed.stdout.contains("8 expectations: 5 met, 3 missed."), "{missed}");
    let made =
        project.run(&["verify", "--generate", "made.json", "--from", &database.url()]).exits(0);
    assert!(
        made.stdout.contains("index site.User.User_one_key: an index that is not valid"),
        "{made}"
    );
    project.on(&url, &["verify", "made.json"]).exits(0);
    database.query(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
}
