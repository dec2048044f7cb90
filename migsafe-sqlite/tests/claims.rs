//! What the pages of the rules for SQLite claim of it beside their examples.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod common;

use migsafe_sqlite::HistoryStore as _;
use migsafe_sqlite::core::store::{Begun, StepOutcome};
use sqlx::{Connection as _, SqliteConnection};

use common::{Db, apply, run};

/// Runs scripts, each as a step.
async fn steps(db: &Db, scripts: &[&str]) {
    let store = db.store();
    for (number, script) in scripts.iter().enumerate() {
        let mut session = store.open_session().await.unwrap();
        let begun = session.begin().await.unwrap();
        assert!(matches!(begun, Begun::Locked(_)), "{begun:?}");
        let outcome = apply(&mut *session, &format!("20250101{number:06}_step"), script).await;
        session.finish().await;
        assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    }
}

/// A connection as an application has it: foreign keys on.
async fn connect(db: &Db, sql: &str) -> SqliteConnection {
    let mut connection = db.connect().await;
    run(&mut connection, "PRAGMA foreign_keys=ON").await.unwrap();
    run(&mut connection, sql).await.unwrap();
    connection
}

async fn fails(connection: &mut SqliteConnection, sql: &str) -> String {
    match run(connection, sql).await {
        Ok(()) => panic!("it is carried out: {sql}"),
        Err(error) => error.to_string(),
    }
}

const REBUILD: &str = "CREATE TABLE new_u (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO new_u SELECT id, a FROM u; \
                       DROP TABLE u; ALTER TABLE new_u RENAME TO u;";

#[tokio::test]
async fn a_rebuild_in_a_transaction_takes_the_children_along() {
    for (action, left) in [("CASCADE", vec![]), ("SET NULL", vec!["NULL", "NULL"])] {
        let db = Db::none();
        let setup = format!(
            "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO u VALUES (1, 'a');
             CREATE TABLE c (id INTEGER PRIMARY KEY, u INT REFERENCES u (id) ON DELETE {action});
             INSERT INTO c VALUES (1, 1), (2, 1);"
        );
        let mut connection = connect(&db, &setup).await;
        let script = format!(
            "BEGIN; PRAGMA foreign_keys=OFF; PRAGMA defer_foreign_keys=ON; {REBUILD} COMMIT;"
        );
        run(&mut connection, &script).await.unwrap();
        assert_eq!(db.texts("SELECT coalesce(u, 'NULL') FROM c").await, left, "{action}");
    }
}

#[tokio::test]
async fn a_rebuild_without_the_pragma_loses_rows_under_migsafe_too() {
    let db = Db::with_history().await;
    let script = "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO u VALUES (1, 'a');
                  CREATE TABLE c (id INTEGER PRIMARY KEY, u INT REFERENCES u (id) ON DELETE CASCADE);
                  INSERT INTO c VALUES (1, 1), (2, 1);";
    steps(&db, &[script, REBUILD]).await;
    assert_eq!(db.integer("SELECT count(*) FROM c").await, 0);
}

#[tokio::test]
async fn a_rebuild_loses_indexes_and_triggers() {
    let db = Db::none();
    let setup = "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); CREATE INDEX i ON u (a);
                 CREATE TRIGGER g AFTER INSERT ON u BEGIN SELECT 1; END;";
    let mut connection = connect(&db, setup).await;
    run(&mut connection, REBUILD).await.unwrap();
    assert_eq!(db.texts("SELECT name FROM sqlite_schema").await, ["u"]);
}

#[tokio::test]
async fn a_dropped_table_breaks_views_triggers_and_later_changes() {
    let db = Db::none();
    let setup = "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); CREATE VIEW v AS SELECT a FROM u;
                 CREATE TABLE o (x, y); CREATE TRIGGER g AFTER INSERT ON o BEGIN DELETE FROM u; END;
                 DROP TABLE u;";
    let mut connection = connect(&db, setup).await;
    for sql in [
        "SELECT * FROM v",
        "INSERT INTO o VALUES (1, 1)",
        "ALTER TABLE o RENAME TO p",
        "ALTER TABLE o RENAME COLUMN x TO z",
        "ALTER TABLE o DROP COLUMN x",
    ] {
        assert!(fails(&mut connection, sql).await.contains("no such table: main.u"), "{sql}");
    }
}

#[tokio::test]
async fn a_foreign_key_without_its_table_makes_writing_fail() {
    for way in [
        "DROP TABLE u",
        "ALTER TABLE u RENAME TO old; CREATE TABLE u (id INTEGER PRIMARY KEY); \
                 INSERT INTO u SELECT id FROM old; DROP TABLE old",
    ] {
        let db = Db::none();
        let setup = "CREATE TABLE u (id INTEGER PRIMARY KEY);
                     CREATE TABLE c (id INTEGER PRIMARY KEY, u INT REFERENCES u (id));";
        let mut connection = connect(&db, setup).await;
        run(&mut connection, way).await.unwrap();
        let message = fails(&mut connection, "INSERT INTO c VALUES (1, 1)").await;
        assert!(message.contains("no such table"), "{way}: {message}");
    }
}

#[tokio::test]
async fn renaming_first_breaks_a_view() {
    let db = Db::none();
    let setup = "CREATE TABLE u (id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT id FROM u;
                 ALTER TABLE u RENAME TO old; CREATE TABLE u (id INTEGER PRIMARY KEY);
                 INSERT INTO u SELECT id FROM old; DROP TABLE old;";
    let mut connection = connect(&db, setup).await;
    let message = fails(&mut connection, "SELECT * FROM v").await;
    assert!(message.contains("no such table: main.old"), "{message}");
}

#[tokio::test]
async fn legacy_alter_table_is_heard_inside_a_transaction() {
    let db = Db::none();
    let setup =
        "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT); CREATE VIEW v AS SELECT a FROM u;";
    let mut connection = connect(&db, setup).await;
    let script = format!(
        "BEGIN; PRAGMA legacy_alter_table=ON; {REBUILD} PRAGMA legacy_alter_table=OFF; COMMIT;"
    );
    run(&mut connection, &script).await.unwrap();
    run(&mut connection, "SELECT * FROM v").await.unwrap();
}

#[tokio::test]
async fn types_are_wishes() {
    let db = Db::none();
    let setup = "CREATE TABLE t (a TEXT, b REAL, c BLOB, d INT);
                 INSERT INTO t VALUES ('x', 1.5, x'00', 7);
                 CREATE TABLE n (a INTEGER, b INTEGER, c TEXT, d BLOB); INSERT INTO n SELECT * FROM t;
                 CREATE TABLE m (a NUMERIC, b TEXT, c REAL, d TEXT); INSERT INTO m SELECT * FROM t;
                 CREATE TABLE s (a INTEGER) STRICT;";
    let mut connection = connect(&db, setup).await;
    let types = |table: &str| {
        format!(
            "SELECT typeof(a) || ' ' || typeof(b) || ' ' || typeof(c) || ' ' || typeof(d) FROM {table}"
        )
    };
    assert_eq!(db.texts(&types("n")).await, ["text real blob integer"]);
    assert_eq!(db.texts(&types("m")).await, ["text text blob text"]);
    let message = fails(&mut connection, "INSERT INTO s SELECT a FROM t").await;
    assert!(message.contains("cannot store TEXT value in INTEGER column"), "{message}");
}

#[tokio::test]
async fn a_misspelt_name_in_double_quotes_is_a_string() {
    let db = Db::none();
    let setup = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'a');
                 CREATE UNIQUE INDEX i ON t (\"nmae\");
                 CREATE TABLE c (a TEXT CHECK (\"b\" <> 'x')); INSERT INTO c VALUES ('x');
                 CREATE TABLE n (name TEXT); INSERT INTO n SELECT \"nmae\" FROM t;";
    let mut connection = connect(&db, setup).await;
    assert_eq!(db.texts("SELECT name FROM n").await, ["nmae"]);
    let message = fails(&mut connection, "INSERT INTO t VALUES (2, 'b')").await;
    assert!(message.contains("UNIQUE constraint failed"), "{message}");
    for sql in ["ALTER TABLE t RENAME COLUMN name TO x", "ALTER TABLE t DROP COLUMN name"] {
        assert!(fails(&mut connection, sql).await.contains("no such column: nmae"), "{sql}");
    }
    for quoted in ["nmae", "`nmae`", "[nmae]"] {
        let message = fails(&mut connection, &format!("CREATE INDEX j ON t ({quoted})")).await;
        assert!(message.contains("no such column"), "{message}");
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn an_empty_table_takes_columns_that_one_with_rows_does_not() {
    for (column, always) in [
        ("c TEXT NOT NULL", false),
        ("c TEXT DEFAULT CURRENT_TIMESTAMP", false),
        ("c INT AS (id) STORED", false),
        ("c INT DEFAULT 1 REFERENCES t (id)", false),
        ("c TEXT UNIQUE", true),
        ("c INTEGER PRIMARY KEY", true),
    ] {
        for rows in [false, true] {
            let db = Db::none();
            let mut connection = connect(&db, "CREATE TABLE t (id INTEGER)").await;
            if rows {
                run(&mut connection, "INSERT INTO t VALUES (1)").await.unwrap();
            }
            let result = run(&mut connection, &format!("ALTER TABLE t ADD COLUMN {column}")).await;
            assert_eq!(result.is_err(), rows || always, "{column}, rows: {rows}: {result:?}");
        }
    }
}

#[tokio::test]
async fn a_delete_with_a_misspelt_column_deletes_every_row() {
    let db = Db::none();
    let setup = "CREATE TABLE t (email TEXT); INSERT INTO t VALUES ('a'), (NULL);
                 DELETE FROM t WHERE \"emial\" IS NOT NULL;";
    connect(&db, setup).await.close().await.unwrap();
    assert_eq!(db.integer("SELECT count(*) FROM t").await, 0);
}

#[tokio::test]
async fn a_view_takes_a_dropped_column_in_double_quotes_for_a_string() {
    let db = Db::none();
    let setup = "CREATE TABLE t (id INTEGER, age INTEGER); INSERT INTO t VALUES (1, 2);
                 CREATE VIEW v AS SELECT \"age\" FROM t; ALTER TABLE t DROP COLUMN age;";
    connect(&db, setup).await.close().await.unwrap();
    assert_eq!(db.texts("SELECT * FROM v").await, ["age"]);
}
