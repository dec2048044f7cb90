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
fn a_foreign_table_with_options_of_a_column_comes_and_goes() {
    let server = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w;";
    let table = "CREATE FOREIGN TABLE f (a int OPTIONS (column_name 'b'), c text) SERVER far;
         ALTER FOREIGN TABLE f ALTER a SET (n_distinct = 5)";
    assert_right(server, table);
    let column = "ALTER FOREIGN TABLE f ADD COLUMN d int OPTIONS (column_name 'e')";
    assert_right(&format!("{server}{table}"), column);
    assert_right(&format!("{server}{table};{column}"), "ALTER FOREIGN TABLE f DROP COLUMN d");
    // There the table is made by the script that undoes.
    assert_right(&format!("{server}{table}"), "DROP FOREIGN TABLE f");
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
fn a_partition_may_keep_not_null() {
    assert_right(
        PARTITIONS,
        "ALTER TABLE events ALTER kind DROP NOT NULL; ALTER TABLE events_1 ALTER kind SET NOT NULL",
    );
    assert_right(PARTITIONS, "ALTER TABLE events ALTER kind DROP NOT NULL");
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

/// Else the next row would have the number of one that is there.
#[test]
fn numbers_that_were_given_are_not_given_again() {
    let (database, migrations) = drifted(
        "CREATE TABLE \"My t\" (id int GENERATED ALWAYS AS IDENTITY, n serial,
             down int GENERATED BY DEFAULT AS IDENTITY (INCREMENT -1))",
        "INSERT INTO \"My t\" (n) VALUES (DEFAULT), (DEFAULT), (7);
         ALTER TABLE \"My t\" ALTER id DROP IDENTITY, ALTER down DROP IDENTITY;
         DROP SEQUENCE \"My t_n_seq\" CASCADE",
    );
    block_on(async {
        let store = PostgresStore::connect(&database.url()).await.unwrap();
        let options = DriftOptions::default();
        let report = drift(&store, &migrations, &options).await.unwrap();
        carry_out(&mut database.client(), report.revert()).unwrap();
        assert!(!drift(&store, &migrations, &options).await.unwrap().has_drift());
    });
    let next = "INSERT INTO \"My t\" DEFAULT VALUES RETURNING id || ' ' || n || ' ' || down";
    assert_eq!(database.client().value(next).unwrap().as_deref(), Some("4 8 -4"));
    // And without rows each begins where it was told to.
    database.query("DROP TABLE \"My t\"").unwrap();
    block_on(async {
        let store = PostgresStore::connect(&database.url()).await.unwrap();
        let report = drift(&store, &migrations, &DriftOptions::default()).await.unwrap();
        carry_out(&mut database.client(), report.revert()).unwrap();
    });
    assert_eq!(database.client().value(next).unwrap().as_deref(), Some("1 1 -1"));
}
