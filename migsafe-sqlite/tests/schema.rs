//! Reading schemas of SQLite, and comparing them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/changes.rs"]
mod changes;

use std::time::Instant;

use migsafe_sqlite::core::schema::diff::Tolerance;
use migsafe_sqlite::core::schema::{
    Attribute, Diff, DiffOptions, Kind, Snapshot, SnapshotOptions, diff,
};
use migsafe_sqlite::core::store::{SchemaReader as _, StoreErrorCode};
use migsafe_sqlite::{HistoryStore as _, SqliteStore};
use sqlx::{AssertSqlSafe, Executor as _};

use changes::{CHANGES, RICH};

async fn made(script: &str) -> SqliteStore {
    let store = SqliteStore::in_memory();
    let mut connection = store.connection().await.unwrap();
    connection.execute(AssertSqlSafe(script.to_owned())).await.unwrap();
    drop(connection);
    store
}

async fn read(script: &str) -> Snapshot {
    made(script).await.read_schema(&SnapshotOptions::default()).await.unwrap()
}

fn compare(from: &Snapshot, to: &Snapshot) -> Diff {
    diff(from, to, &DiffOptions::default()).unwrap()
}

fn lines(found: &Diff) -> Vec<String> {
    found.changes().iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn each_single_change_is_seen() {
    assert!(CHANGES.len() >= 29);
    let before = read(RICH).await;
    let parsed = before.objects().all(|object| !object.has(Attribute::Unparsed));
    assert!(parsed, "{}", before.to_json());
    let mut unseen = Vec::new();
    for (name, from, to, expected) in CHANGES {
        let changed = RICH.replacen(from, to, 1);
        assert_ne!(changed, RICH, "{name}");
        let found = compare(&before, &read(&changed).await);
        if !lines(&found).iter().any(|line| line.contains(expected)) {
            unseen.push(format!("{name}: {:#?}", lines(&found)));
        }
    }
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
}

#[tokio::test]
async fn every_kind_is_there_and_what_sqlite_keeps_for_itself_is_not() {
    let script = format!("{RICH} INSERT INTO users (age) VALUES (1); ANALYZE;");
    let snapshot = read(&script).await;
    for kind in [
        Kind::Table,
        Kind::VirtualTable,
        Kind::View,
        Kind::Column,
        Kind::Constraint,
        Kind::Index,
        Kind::Trigger,
    ] {
        assert!(snapshot.objects().any(|object| object.key().kind() == kind), "{kind}");
    }
    let tables: Vec<&str> = snapshot
        .objects()
        .filter(|object| object.key().kind() == Kind::Table)
        .map(|object| object.key().name())
        .collect();
    assert_eq!(tables, ["posts", "strictly", "users"]);
    assert_eq!(Snapshot::from_json(&snapshot.to_json()).unwrap(), snapshot);
    assert_eq!(snapshot, read(RICH).await);
}

/// Made at once, made in steps, and made anew as Prisma does it.
#[tokio::test]
async fn how_a_table_came_about_does_not_count() {
    let at_once = read(
        "CREATE TABLE \"Org\" (\"id\" TEXT NOT NULL PRIMARY KEY);
         CREATE TABLE \"User\" (
            \"id\" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            \"email\" TEXT NOT NULL,
            \"orgId\" TEXT,
            \"age\" INTEGER NOT NULL DEFAULT 0,
            CONSTRAINT \"User_orgId_fkey\" FOREIGN KEY (\"orgId\") REFERENCES \"Org\" (\"id\") ON DELETE SET NULL ON UPDATE CASCADE
         );
         CREATE UNIQUE INDEX \"User_email_key\" ON \"User\"(\"email\");",
    )
    .await;
    let in_steps = read(
        "create table User (id integer not null primary key autoincrement, email text not null);
         CREATE UNIQUE INDEX User_email_key ON User (email ASC);
         CREATE TABLE Org (id TEXT NOT NULL, PRIMARY KEY (id));
         ALTER TABLE User ADD COLUMN orgId TEXT CONSTRAINT User_orgId_fkey REFERENCES Org(id) ON UPDATE CASCADE ON DELETE SET NULL;
         ALTER TABLE User ADD age INTEGER NOT NULL DEFAULT (0);",
    )
    .await;
    let anew = read(
        "CREATE TABLE \"Org\" (\"id\" TEXT NOT NULL PRIMARY KEY);
         CREATE TABLE \"User\" (\"id\" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, \"email\" TEXT NOT NULL, \"orgId\" TEXT);
         PRAGMA defer_foreign_keys=ON;
         PRAGMA foreign_keys=OFF;
         CREATE TABLE \"new_User\" (
            \"age\" INTEGER NOT NULL DEFAULT 0,
            \"id\" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            \"email\" TEXT NOT NULL,
            \"orgId\" TEXT,
            CONSTRAINT \"User_orgId_fkey\" FOREIGN KEY (\"orgId\") REFERENCES \"Org\" (\"id\") ON DELETE SET NULL ON UPDATE CASCADE
         );
         INSERT INTO \"new_User\" (\"email\", \"id\", \"orgId\") SELECT \"email\", \"id\", \"orgId\" FROM \"User\";
         DROP TABLE \"User\";
         ALTER TABLE \"new_User\" RENAME TO \"User\";
         CREATE UNIQUE INDEX \"User_email_key\" ON \"User\"(\"email\");
         PRAGMA foreign_keys=ON;
         PRAGMA defer_foreign_keys=OFF;",
    )
    .await;
    assert!(compare(&at_once, &in_steps).is_empty(), "{:#?}", lines(&compare(&at_once, &in_steps)));
    assert_eq!(at_once.fingerprint(), in_steps.fingerprint());
    let found = compare(&at_once, &anew);
    assert!(found.is_empty(), "{:#?}", lines(&found));
    assert!(found.tolerated().iter().all(|t| t.tolerance == Tolerance::ColumnOrder));
}

#[tokio::test]
async fn bookkeeping_is_left_out() {
    let script = format!(
        "{RICH} CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY, x); CREATE TABLE _migsafe_audit (id);
         CREATE INDEX i ON _prisma_migrations (x);"
    );
    let store = made(&script).await;
    let reader = store.schema_reader().unwrap();
    let without = reader.read_schema(&SnapshotOptions::default()).await.unwrap();
    assert!(compare(&without, &read(RICH).await).is_empty());
    let all = SnapshotOptions::default().with_bookkeeping(true);
    let all = reader.read_schema(&all).await.unwrap();
    assert!(compare(&without, &all).changes().len() >= 5);
}

#[tokio::test]
async fn a_file_is_read_and_never_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = SqliteStore::from_path(&path).unwrap();
    let error = store.read_schema(&SnapshotOptions::default()).await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::DatabaseMissing, "{error}");
    assert!(!path.exists());
    // The names of an UTF-16 database are names like any others.
    let url = format!("sqlite:{}?mode=rwc", path.display());
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let script = format!("PRAGMA encoding = 'UTF-16'; {RICH} CREATE TABLE \"ünï ☃\" (\"é\" TEXT)");
    connection.execute(AssertSqlSafe(script)).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let snapshot = store.read_schema(&SnapshotOptions::default()).await.unwrap();
    let plain = read(&format!("{RICH} CREATE TABLE \"ünï ☃\" (\"é\" TEXT)")).await;
    assert_eq!(snapshot, plain);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    std::fs::write(&path, "not a database, but long enough to be taken for one").unwrap();
    store.read_schema(&SnapshotOptions::default()).await.unwrap_err();
}

#[tokio::test]
async fn a_thousand_tables_are_read_at_once() {
    use std::fmt::Write as _;
    let mut script = String::new();
    for n in 0..1000 {
        let _ = write!(
            script,
            "CREATE TABLE t{n} (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'x', b INT REFERENCES t0 (id), \
             c DATETIME DEFAULT CURRENT_TIMESTAMP); CREATE INDEX i{n} ON t{n} (a, b DESC) WHERE b > 0;"
        );
    }
    let store = made(&script).await;
    let start = Instant::now();
    let snapshot = store.read_schema(&SnapshotOptions::default()).await.unwrap();
    println!("{snapshot}: {:?}", start.elapsed());
    assert_eq!(snapshot.objects().len(), 1000 * (1 + 4 + 2 + 1));
    assert!(start.elapsed().as_secs() < 10);
}
