//! Table rebuilds as Prisma writes them, and what they must not do to other tables.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod common;

use migsafe_sqlite::core::store::{Aborted, Begun, StepOutcome};
use migsafe_sqlite::{HistoryStore as _, SqliteStore};

use common::{Db, HISTORY, apply, deploy, run, scripts, step};

const BLOG: &str = r#"
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT);
CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "author" INTEGER NOT NULL,
  CONSTRAINT "Post_author_fkey" FOREIGN KEY ("author") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO "User" VALUES (1, 'a'), (2, 'b');
INSERT INTO "Post" VALUES (1, 1), (2, 1), (3, 2);
"#;

/// Word for word what Prisma writes.
const REBUILD: &str = r#"-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL DEFAULT ''
);
INSERT INTO "new_User" ("id", "name") SELECT "id", coalesce("name", '') AS "name" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
"#;

async fn blog() -> Db {
    Db::with(&format!("{HISTORY};{BLOG}")).await
}

#[tokio::test]
async fn a_rebuild_keeps_the_rows_that_refer_to_the_table() {
    let db = blog().await;
    let outcome = step(&db.store(), REBUILD).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    assert_eq!(db.integer("SELECT count(*) FROM Post").await, 3);
    assert_eq!(db.integer("SELECT count(*) FROM User").await, 2);
    assert_eq!(db.integer("SELECT count(*) FROM pragma_foreign_key_check").await, 0);
}

#[tokio::test]
async fn many_rebuilds_in_one_deploy_with_others_between_them() {
    let memory = SqliteStore::in_memory();
    let db = Db::none();
    for store in [db.store(), memory] {
        let migrations = scripts(&[
            BLOG,
            REBUILD,
            REBUILD,
            "CREATE TABLE \"Tag\" (id INTEGER PRIMARY KEY);",
            REBUILD,
            // On again: this one cascades.
            "DELETE FROM \"User\" WHERE id = 2;",
        ]);
        let report = deploy(&store, &migrations).await.unwrap();
        assert_eq!(report.applied().len(), 6);
        if store.path().is_some() {
            assert_eq!(db.texts("SELECT id FROM Post ORDER BY id").await, ["1", "2"]);
        } else {
            let mut connection = store.into_connection().await.unwrap();
            let count: i64 = sqlx::query_scalar("SELECT count(*) FROM Post")
                .fetch_one(&mut connection)
                .await
                .unwrap();
            assert_eq!(count, 2);
            let keys: i64 =
                sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut connection).await.unwrap();
            assert_eq!(keys, 1, "they are on again");
        }
    }
}

#[tokio::test]
async fn a_new_violation_fails_and_leaves_everything_as_it_was() {
    let db = blog().await;
    let before = db.texts("SELECT sql FROM sqlite_schema ORDER BY 1").await;
    let script =
        "PRAGMA foreign_keys=OFF;\nDELETE FROM \"User\" WHERE id = 1;\nPRAGMA foreign_keys=ON;";
    let StepOutcome::Failed(failure) = step(&db.store(), script).await else { panic!() };
    assert_eq!(
        failure.message,
        "FOREIGN KEY constraint failed: after the script row 1 of table \"post\" refers to a row \
         of \"user\" that does not exist (2 such rows)"
    );
    assert_eq!(db.texts("SELECT sql FROM sqlite_schema ORDER BY 1").await, before);
    assert_eq!(db.integer("SELECT count(*) FROM User").await, 2);
    let rows = db.rows().await;
    assert!(rows[0].logs.as_deref().is_some_and(|logs| logs.contains("FOREIGN KEY")));
}

#[tokio::test]
async fn violations_that_were_there_before_do_not_matter() {
    let db = blog().await;
    db.run("DELETE FROM User WHERE id = 2").await;
    assert_eq!(db.integer("SELECT count(*) FROM pragma_foreign_key_check").await, 1);
    let outcome = step(&db.store(), REBUILD).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    // One is mended and another made: the number is the same, the row is not.
    let mut session = db.store().open_session().await.unwrap();
    session.begin().await.unwrap();
    let swap = "PRAGMA foreign_keys=OFF; UPDATE Post SET author = 1 WHERE id = 3; UPDATE Post SET \
     author = 9 WHERE id = 1";
    let outcome = apply(&mut *session, "20250102000000_swap", swap).await;
    let StepOutcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert!(failure.message.contains("row 1 of table \"post\""), "{}", failure.message);
    // A rename makes no violation new.
    session.begin().await.unwrap();
    let rename = "PRAGMA foreign_keys=OFF; ALTER TABLE Post RENAME TO Article; ALTER TABLE User \
     RENAME TO Person";
    let outcome = apply(&mut *session, "20250103000000_rename", rename).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_foreign_key_that_fits_no_more_is_a_failure() {
    let db = blog().await;
    let script = "PRAGMA foreign_keys=OFF; DROP TABLE User; CREATE TABLE User (id INTEGER, name \
     TEXT); \
        INSERT INTO User VALUES (1, 'a'), (2, 'b')";
    let outcome = step(&db.store(), script).await;
    let StepOutcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert!(failure.message.contains("foreign key mismatch"), "{}", failure.message);
    assert_eq!(db.texts("SELECT name FROM User ORDER BY 1").await, ["a", "b"]);
    // Where it never fitted, nothing is known to be new.
    let db = Db::with(&format!(
        "{HISTORY}; CREATE TABLE p (id); CREATE TABLE c (p REFERENCES p (id)); INSERT INTO c \
         VALUES (1)"
    ))
    .await;
    let outcome = step(&db.store(), "PRAGMA foreign_keys=OFF; CREATE TABLE x (id)").await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
}

#[tokio::test]
async fn rows_that_nothing_deletes_are_not_lost() {
    // A trigger on the very table: the only way left in which rows vanish unsaid, and it is named.
    let db = blog().await;
    db.run("CREATE TRIGGER clean AFTER UPDATE ON User BEGIN DELETE FROM Post WHERE id = 3; END")
        .await;
    let outcome =
        step(&db.store(), "PRAGMA foreign_keys=OFF; UPDATE User SET name = 'c' WHERE id = 1").await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    assert_eq!(db.integer("SELECT count(*) FROM Post").await, 2);
    // What a script says it deletes, it deletes.
    let mut session = db.store().open_session().await.unwrap();
    session.begin().await.unwrap();
    let script = "PRAGMA foreign_keys=OFF; DELETE FROM Post; DELETE FROM User";
    let outcome = apply(&mut *session, "20250102000000_b", script).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
}

#[tokio::test]
async fn without_the_pragma_the_statements_of_a_script_cascade() {
    let db = blog().await;
    let outcome = step(&db.store(), "DELETE FROM User WHERE id = 1").await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    assert_eq!(db.texts("SELECT id FROM Post").await, ["3"]);
}

#[tokio::test]
async fn a_session_that_loses_the_lock_while_switching_begins_again() {
    let db = blog().await;
    let mut session = db.store().open_session().await.unwrap();
    session.begin().await.unwrap();
    // Between the end of the first transaction and the begin of the second one, somebody else
    // writes: here by waiting for the lock.
    let mut other = db.connect().await;
    let race = tokio::spawn(async move {
        for index in 0..2000 {
            let insert =
                format!("BEGIN IMMEDIATE; INSERT INTO User VALUES ({}, 'x'); COMMIT", 100 + index);
            run(&mut other, &insert).await.unwrap();
        }
    });
    let mut lost = 0;
    let outcome = loop {
        match apply(&mut *session, "20250101000000_rebuild", REBUILD).await {
            StepOutcome::Aborted { reason: Aborted::LockTimeout, .. } => lost += 1,
            outcome => break outcome,
        }
        while let Begun::Held(_) = session.begin().await.unwrap() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        assert!(lost < 3, "the second attempt begins with foreign keys off already");
    };
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?} after {lost}");
    race.abort();
    assert_eq!(db.rows().await.len(), 1);
    assert_eq!(db.integer("SELECT count(*) FROM Post").await, 3);
}

#[tokio::test]
async fn a_lent_connection_has_them_on() {
    let store = SqliteStore::in_memory();
    let mut connection = store.connection().await.unwrap();
    run(&mut connection, &format!("{HISTORY};{BLOG}")).await.unwrap();
    drop(connection);
    let mut session = store.open_session().await.unwrap();
    session.begin().await.unwrap();
    let outcome = apply(&mut *session, "20250101000000_a", REBUILD).await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    // It begins with them off, as the last step wanted, and then nothing comes of it.
    session.begin().await.unwrap();
    session.rollback().await.unwrap();
    let mut connection = store.connection().await.unwrap();
    let on: i64 =
        sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut *connection).await.unwrap();
    assert_eq!(on, 1);
}

#[tokio::test]
async fn virtual_tables_and_tables_without_row_ids_are_no_obstacle() {
    let db = Db::with(&format!(
        "{HISTORY}; CREATE VIRTUAL TABLE f USING fts5(text); INSERT INTO f VALUES ('x'); \
         CREATE TABLE p (id TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO p VALUES ('a'); \
         CREATE TABLE c (id TEXT PRIMARY KEY, p TEXT REFERENCES p) WITHOUT ROWID; INSERT INTO c \
         VALUES ('1', 'b')"
    ))
    .await;
    let outcome =
        step(&db.store(), "PRAGMA foreign_keys=OFF; INSERT INTO c VALUES ('2', 'a')").await;
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
    let mut session = db.store().open_session().await.unwrap();
    session.begin().await.unwrap();
    let worse = "PRAGMA foreign_keys=OFF; INSERT INTO c VALUES ('3', 'z')";
    let outcome = apply(&mut *session, "20250102000000_b", worse).await;
    let StepOutcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert!(failure.message.contains("a row of table \"c\""), "{}", failure.message);
}
