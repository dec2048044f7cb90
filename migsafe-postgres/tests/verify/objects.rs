//! Tables, columns, indexes, constraints, enumerations.

use migsafe_postgres::core::report::{Style, text};
use migsafe_postgres::core::schema::SnapshotOptions;
use migsafe_postgres::core::store::SchemaReader as _;
use migsafe_postgres::core::verify::{Expectations, Form, RowAnswers, verify};
use migsafe_postgres::{Dialect, PostgresStore};
use migsafe_testing::Postgres;

use crate::common::{block_on, database};
use crate::{help, missed, try_verify};

const SITE: &str = r#"
    CREATE SCHEMA site;
    CREATE TYPE site."JobStatus" AS ENUM ('NEW', 'DONE');
    CREATE TABLE site."User" (id serial CONSTRAINT "User_pkey" PRIMARY KEY, email varchar(200) NOT NULL,
        at timestamptz(3) DEFAULT now());
    CREATE TABLE site."Job" (id bigint CONSTRAINT "Job_pkey" PRIMARY KEY, status site."JobStatus" NOT NULL DEFAULT 'NEW',
        owner integer, tags text[]);
    CREATE INDEX "Job_status_idx" ON site."Job" (status);
    INSERT INTO site."Job" (id, owner) VALUES (1, 5), (2, 5), (3, NULL);
"#;

/// The file of the runbook, as it is.
const RUNBOOK: &str = r#"{"site": {"criticalTables": ["User"], "criticalIndexes": ["Job_status_idx"],
    "criticalConstraints": ["Job_pkey"], "criticalEnums": ["JobStatus"]}}"#;

#[test]
fn the_file_of_the_runbook_is_met_and_each_loss_is_named() {
    let database = database();
    database.query(SITE).unwrap();
    let found = || missed(&database.url(), RUNBOOK);
    assert!(found().is_empty(), "{:?}", found());
    for (sql, expected) in [
        ("DROP INDEX site.\"Job_status_idx\"", "index site.Job_status_idx: missing"),
        (
            "ALTER TABLE site.\"Job\" DROP CONSTRAINT \"Job_pkey\"",
            "constraint site.Job_pkey: missing",
        ),
        ("DROP TYPE site.\"JobStatus\" CASCADE", "enum site.JobStatus: missing"),
        ("ALTER TABLE site.\"User\" RENAME TO \"user\"", "table site.User: missing"),
    ] {
        database.query(sql).unwrap();
        assert!(found().iter().any(|line| line.starts_with(expected)), "{sql}: {:?}", found());
    }
    assert_eq!(found().len(), 4);
    let file = r#"{"site": {"criticalTables": ["User"]}}"#;
    assert!(help(&database.url(), file).starts_with("did you mean site.user?"));
    let file = r#"{"sites": {"criticalTables": ["Jobs"]}}"#;
    assert!(help(&database.url(), file).contains("no schema sites"));
}

#[test]
fn an_index_that_a_constraint_brings_is_an_index() {
    let database = database();
    database.query(SITE).unwrap();
    let file = r#"{"site": {"criticalIndexes": ["Job_pkey"], "tables": {"Job": {"indexes": {
        "Job_pkey": {"unique": true, "keys": ["id"]}, "Job_status_idx": {"unique": true, "keys": ["id"]}}}}}}"#;
    assert_eq!(
        missed(&database.url(), file),
        [
            "index site.Job.Job_status_idx: unique: different: not unique",
            "index site.Job.Job_status_idx: keys: different: status"
        ]
    );
}

/// What the help says is tried too.
#[test]
fn an_index_whose_build_failed_is_not_there() {
    let database = database();
    database.query(SITE).unwrap();
    let build = r#"CREATE UNIQUE INDEX CONCURRENTLY "Job_owner_key" ON site."Job" (owner)"#;
    assert!(database.query(build).is_err());
    let file = r#"{"site": {"criticalIndexes": ["Job_owner_key"]}}"#;
    let found = missed(&database.url(), file);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("index site.Job_owner_key: invalid: "), "{found:?}");
    let help = help(&database.url(), file);
    let (_, reindex) = help.split_once("then: ").unwrap();
    assert!(database.query(reindex).is_err(), "the rows still stand in its way");
    database.query(r#"DELETE FROM site."Job" WHERE id = 2"#).unwrap();
    database.query(reindex).unwrap();
    assert!(missed(&database.url(), file).is_empty());
}

#[test]
fn a_constraint_that_is_not_valid_is_not_there() {
    let database = database();
    database.query(SITE).unwrap();
    let sql = r#"ALTER TABLE site."Job" ADD CONSTRAINT "Job_owner_fkey" FOREIGN KEY (owner)
        REFERENCES site."User" (id) NOT VALID"#;
    database.query(sql).unwrap();
    let file = r#"{"site": {"criticalConstraints": ["Job_owner_fkey"]}}"#;
    let found = missed(&database.url(), file);
    assert!(found[0].starts_with("constraint site.Job_owner_fkey: not_validated: "), "{found:?}");
    let help = help(&database.url(), file);
    let (_, validate) = help.split_once("then: ").unwrap();
    assert!(database.query(validate).is_err(), "the rows do not fit");
    database.query(r#"INSERT INTO site."User" (id, email) VALUES (5, 'x')"#).unwrap();
    database.query(validate).unwrap();
    assert!(missed(&database.url(), file).is_empty());
}

#[test]
fn since_postgresql_18_a_constraint_can_be_there_and_do_nothing() {
    if Postgres::shared().major_version() < 18 {
        return;
    }
    let database = database();
    database.query(SITE).unwrap();
    let sql = r#"ALTER TABLE site."Job" ADD CONSTRAINT c CHECK (id > 0) NOT ENFORCED;
        ALTER TABLE site."Job" ADD CONSTRAINT f FOREIGN KEY (owner) REFERENCES site."User" (id) NOT ENFORCED;
        ALTER TABLE site."Job" ADD CONSTRAINT n NOT NULL owner NOT VALID"#;
    database.query(sql).unwrap();
    let file = r#"{"site": {"criticalConstraints": ["c", "f"],
        "tables": {"Job": {"columns": {"owner": {"nullable": false}}}}}}"#;
    let found = missed(&database.url(), file);
    for (line, start) in found.iter().zip([
        "column site.Job.owner: nullable: not_validated",
        "constraint site.c: not_enforced",
        "constraint site.f: not_enforced",
    ]) {
        assert!(line.starts_with(start), "{found:?}");
    }
    assert_eq!(found.len(), 3);
}

#[test]
fn columns_are_held_to_what_is_said_of_them() {
    let database = database();
    database.query(SITE).unwrap();
    let file = |columns: &str| {
        format!(r#"{{"site": {{"tables": {{"Job": {{"columns": {columns}}}, "User": {{}}}}}}}}"#)
    };
    let met = r#"{"id": {"type": "int8", "nullable": false, "default": null},
        "status": {"type": "JobStatus", "nullable": false, "default": "'NEW'"},
        "owner": {"type": "integer", "nullable": true}, "tags": {"type": "text[]"}}"#;
    assert!(missed(&database.url(), &file(met)).is_empty());
    let missed = missed(
        &database.url(),
        &file(
            r#"{"id": {"type": "int"}, "status": {"nullable": true, "default": "'DONE'"}, "Owner": {}}"#,
        ),
    );
    assert_eq!(
        missed,
        [
            "column site.Job.Owner: missing: nothing of this name",
            "column site.Job.id: type: different: bigint",
            "column site.Job.status: nullable: different: takes no NULL",
            "column site.Job.status: default: different: 'NEW'::site.\"JobStatus\"",
        ]
    );
}

#[test]
fn values_of_an_enumeration_are_exact_or_included() {
    let database = database();
    database.query(SITE).unwrap();
    let of = |values: &str| {
        missed(&database.url(), &format!(r#"{{"site": {{"enums": {{"JobStatus": {values}}}}}}}"#))
    };
    assert!(of(r#"["NEW", "DONE"]"#).is_empty());
    assert!(of(r#"{"includes": ["DONE"]}"#).is_empty());
    assert_eq!(of(r#"["DONE", "NEW"]"#), ["enum site.JobStatus: values: different: NEW, DONE"]);
    assert_eq!(of(r#"{"includes": ["LOST"]}"#).len(), 1);
    database.query(r#"ALTER TYPE site."JobStatus" ADD VALUE 'LOST' BEFORE 'DONE'"#).unwrap();
    assert_eq!(
        of(r#"["NEW", "DONE"]"#),
        ["enum site.JobStatus: values: different: NEW, LOST, DONE"]
    );
    assert!(of(r#"{"includes": ["LOST"]}"#).is_empty());
}

#[test]
fn views_functions_and_triggers_have_to_do_what_they_are_for() {
    let database = database();
    database.query(SITE).unwrap();
    let sql = r#"
        CREATE VIEW site.v AS SELECT 1 AS a;
        CREATE MATERIALIZED VIEW site.m AS SELECT 1 AS a WITH NO DATA;
        CREATE FUNCTION site.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE FUNCTION site.slug(text, integer) RETURNS text LANGUAGE sql AS 'SELECT $1';
        CREATE TRIGGER touch BEFORE UPDATE ON site."Job" FOR EACH ROW EXECUTE FUNCTION site.touch();
    "#;
    database.query(sql).unwrap();
    let file = r#"{"site": {"views": ["v", "m"], "functions": ["touch", "slug(text, integer)", "slug(text)"],
        "tables": {"Job": {"triggers": ["touch"]}, "v": {}}}}"#;
    let found = missed(&database.url(), file);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with("view site.m: not_populated: "), "{found:?}");
    assert_eq!(found[1], "function site.slug(text): missing: nothing of this name");
    assert_eq!(found[2], "table site.v: other_kind: a view");
    let file = r#"{"site": {"views": ["m"], "tables": {"Job": {"triggers": ["touch"]}}}}"#;
    database.query("REFRESH MATERIALIZED VIEW site.m").unwrap();
    assert!(missed(&database.url(), file).is_empty());
    database.query(r#"ALTER TABLE site."Job" DISABLE TRIGGER touch"#).unwrap();
    assert_eq!(missed(&database.url(), file).len(), 1);
    database.query(&help(&database.url(), file)).unwrap();
    assert!(missed(&database.url(), file).is_empty());
}

/// Everything that a schema can hold.
#[test]
fn a_file_made_from_a_schema_is_met_by_it() {
    let database = database();
    database.query(include_str!("../schema/rich.sql")).unwrap();
    let snapshot = block_on(async {
        let store = PostgresStore::connect(&database.url()).await.unwrap();
        store.read_schema(&SnapshotOptions::default()).await.unwrap()
    });
    for form in [Form::Simple, Form::Extended] {
        let made = Expectations::generate(&snapshot, form);
        let file = made.expectations.to_json();
        assert!(missed(&database.url(), &file).is_empty(), "{:?}", missed(&database.url(), &file));
        let verification = verify(&made.expectations, &snapshot, &RowAnswers::default());
        assert!(verification.is_met() && verification.checks().len() > 30);
    }
}

/// The worked example of the book, word by word.
#[test]
fn the_book_shows_what_is_printed() {
    let chapter = include_str!("../../../docs/src/verify.md");
    let block = |kind: &str| {
        let (_, after) = chapter.split_once(&format!("```{kind}\n")).unwrap();
        after.split_once("```").unwrap().0
    };
    for block in chapter.split("```json\n").skip(1) {
        let file = Expectations::from_json(block.split_once("```").unwrap().0).unwrap();
        file.queries(Dialect::Postgres).unwrap();
        assert_eq!(Expectations::from_json(&file.to_json()).unwrap(), file);
    }
    let database = database();
    database.query(SITE).unwrap();
    let sql = r#"DROP INDEX site."Job_status_idx"; ALTER TABLE site."User" RENAME TO "user";
        ALTER TABLE site."Job" ADD CONSTRAINT "Job_owner_fkey" FOREIGN KEY (owner) REFERENCES site."user" (id) NOT VALID"#;
    database.query(sql).unwrap();
    let build = r#"CREATE UNIQUE INDEX CONCURRENTLY "Job_status_idx" ON site."Job" (status)"#;
    assert!(database.query(build).is_err());
    let verification = try_verify(&database.url(), block("json")).unwrap();
    let shown = text::verify(&verification, Style::plain());
    let without_head = |text: &str| text.split_once("\n\n").unwrap().1.to_owned();
    assert_eq!(without_head(block("text")), without_head(&shown));
}
