//! Single drifts of small schemas: what is found, and what becomes of both scripts.

use migsafe_postgres::core::engine::{
    DriftOptions, DriftReport, Rehearsal, Rehearsed, drift, rehearse,
};
use migsafe_postgres::{Migrations, Options, PostgresStore, ensure_up_to_date};
use migsafe_testing::{Database, Postgres};

use crate::common::block_on;
use crate::support::*;

const PARTITIONS: &str =
    "CREATE TABLE events (id int NOT NULL, kind text NOT NULL) PARTITION BY RANGE (id);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10);
    CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (10) TO (20);
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';";

/// A database with a migration, after something was done to it by hand.
fn drifted(migration: &str, by_hand: &str) -> (Database, Migrations) {
    let database = Postgres::shared().create_database();
    create_reader(Postgres::shared());
    let migrations =
        Migrations::from_scripts([("20250101000000_init", migration.to_owned())]).unwrap();
    block_on(async {
        let store = PostgresStore::connect(&database.url()).await.unwrap();
        ensure_up_to_date(&store, &migrations, Options::default()).await.unwrap();
    });
    database.query(by_hand).unwrap();
    (database, migrations)
}

fn found(migration: &str, by_hand: &str) -> (DriftReport, Rehearsal) {
    let (database, migrations) = drifted(migration, by_hand);
    let options = DriftOptions::default();
    block_on(async {
        let store = PostgresStore::connect(&database.url()).await.unwrap();
        let report = drift(&store, &migrations, &options).await.unwrap();
        let rehearsal = rehearse(&store, &report, &options).await.unwrap();
        (report, rehearsal)
    })
}

/// Both scripts are right, the one that undoes also where nothing drifted.
#[track_caller]
fn assert_right(migration: &str, by_hand: &str) -> DriftReport {
    let (report, rehearsal) = found(migration, by_hand);
    assert!(report.has_drift());
    let scripts = format!("{}--\n{}", report.adopt().to_sql(), report.revert_for_all().to_sql());
    let all = [&rehearsal.adopt, &rehearsal.revert, &rehearsal.revert_elsewhere];
    assert!(all.into_iter().all(Rehearsed::is_right), "{rehearsal:#?}\n{scripts}");
    report
}

/// The roles of the database that drifted need not be there elsewhere.
#[test]
fn a_migration_that_undoes_names_no_role() {
    let report = assert_right(
        "CREATE TYPE mood AS ENUM ('good'); CREATE TABLE days (mood mood);
         CREATE VIEW moods AS SELECT mood FROM days",
        "ALTER TYPE mood ADD VALUE 'bad'; GRANT SELECT ON moods TO migsafe_reader",
    );
    let script = report.revert_for_all();
    let names_role =
        |sql: &str| sql.contains("OWNER TO") || sql.contains("GRANT") || sql.contains("REVOKE");
    assert!(!script.steps().iter().any(|step| names_role(step.sql())), "{}", script.to_sql());
    // It says what it leaves out, and the SQL for this database has it.
    let grant = "GRANT SELECT ON TABLE public.moods TO migsafe_reader";
    assert!(script.to_sql().contains(&format!("--   {grant}\n")), "{}", script.to_sql());
    assert!(report.revert().steps().iter().any(|step| step.sql() == grant));
}

#[test]
fn a_grant_on_a_column_of_a_view_is_no_drift_of_the_schema() {
    let migration = "CREATE TABLE a (x int, y int); CREATE VIEW v AS SELECT x, y FROM a";
    let (report, _) = found(migration, "GRANT SELECT (x) ON v TO migsafe_reader");
    assert!(!report.has_drift(), "{:#?}", lines(report.comparison.diff()));
    // Beside it, a drift is what it is.
    let by_hand = "GRANT SELECT (x) ON v TO migsafe_reader; COMMENT ON COLUMN v.y IS 'said'";
    let report = assert_right(migration, by_hand);
    assert_eq!(lines(report.comparison.diff()), ["added column public.v.y"]);
}

#[test]
fn a_trigger_that_is_off_in_one_partition_goes_as_a_whole() {
    assert_right(
        PARTITIONS,
        "CREATE TRIGGER t AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION stamp();
         ALTER TABLE events_1 DISABLE TRIGGER t",
    );
}

#[test]
fn what_hangs_on_a_table_that_is_made_by_hand_is_left_to_a_person_too() {
    let (report, rehearsal) = found(
        "CREATE EXTENSION btree_gist;
         CREATE TABLE bookings (room int, during tstzrange, EXCLUDE USING gist (room WITH =, during WITH &&));
         CREATE INDEX by_room ON bookings (room)",
        "DROP TABLE bookings; CREATE TABLE bookings (room int, during tstzrange) PARTITION BY LIST (room);
         CREATE TABLE rest PARTITION OF bookings DEFAULT; CREATE UNIQUE INDEX one ON bookings (room)",
    );
    assert!(!report.adopt().is_complete());
    assert!(rehearsal.adopt.is_right(), "{rehearsal:#?}\n{}", report.adopt().to_sql());
    let sql = report.revert().to_sql();
    assert!(!report.revert().is_complete() && !sql.contains("EXCLUDE USING"), "{sql}");
}

#[test]
fn tables_that_name_each_other_are_undone_everywhere() {
    assert_right(
        "CREATE TABLE other (id int)",
        "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
         ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
    );
}

#[test]
fn a_text_search_configuration_is_undone_everywhere() {
    assert_right(
        "CREATE TABLE other (id int)",
        "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);
         CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);
         ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR word WITH d",
    );
}
