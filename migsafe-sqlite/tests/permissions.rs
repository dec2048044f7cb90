//! Files and folders that may only be read. Root may write everything, so as root these tests start
//! themselves again as another user.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use migsafe_sqlite::HistoryStore as _;
use migsafe_sqlite::SqliteStore;
use migsafe_sqlite::core::store::StoreErrorCode;

use common::{Db, HISTORY, run};

const FOLDER: &str = "MIGSAFE_TEST_READ_ONLY_FOLDER";
const NOBODY: u32 = 65534;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs `work` with the database as a user who does not own it, and then once as whoever runs the
/// test if that is not root.
fn as_somebody_else(test: &str, db: &Db, file: u32, folder: u32) -> bool {
    if std::env::var_os(FOLDER).is_some() {
        return true;
    }
    let root = fs::metadata("/proc/self").map_or(0, |meta| meta.uid()) == 0;
    for entry in fs::read_dir(db.folder.path()).unwrap() {
        mode(&entry.unwrap().path(), file);
    }
    mode(db.folder.path(), folder);
    // The binary may be in a folder that only root can enter.
    let copy = tempfile::tempdir().unwrap();
    mode(copy.path(), 0o755);
    let binary = copy.path().join("test");
    fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
    mode(&binary, 0o755);
    let mut command = std::process::Command::new(&binary);
    command.args([test, "--exact", "--nocapture"]).env(FOLDER, db.folder.path());
    if root {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().unwrap();
    mode(db.folder.path(), 0o755);
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    assert!(text.contains("1 passed"), "{text}");
    false
}

fn store() -> SqliteStore {
    let folder = std::env::var(FOLDER).unwrap();
    SqliteStore::from_path(Path::new(&folder).join("test.db")).unwrap()
}

/// A history of one row.
async fn history(journal: &str) -> Db {
    if std::env::var_os(FOLDER).is_some() {
        return Db::none();
    }
    Db::with(&format!(
        "PRAGMA journal_mode = {journal}; {HISTORY}; \
         INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('1', 'c', 'a')"
    ))
    .await
}

#[tokio::test]
async fn a_read_only_file_is_read_and_not_written() {
    let db = history("delete").await;
    if !as_somebody_else("a_read_only_file_is_read_and_not_written", &db, 0o444, 0o755) {
        return;
    }
    let store = store();
    assert_eq!(store.read().await.unwrap().history.rows().len(), 1);
    let mut session = store.open_session().await.unwrap();
    let error = session.begin().await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::ReadOnly, "{error}");
}

#[tokio::test]
async fn a_folder_without_write_permission_is_told_before_anything_is_applied() {
    let db = history("delete").await;
    let test = "a_folder_without_write_permission_is_told_before_anything_is_applied";
    if !as_somebody_else(test, &db, 0o666, 0o755) {
        return;
    }
    let store = store();
    assert_eq!(store.read().await.unwrap().history.rows().len(), 1);
    let mut session = store.open_session().await.unwrap();
    let error = session.begin().await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::ReadOnly, "{error}");
    assert!(error.help().contains("folder"), "{}", error.help());
    let folder = std::env::var(FOLDER).unwrap();
    let fresh = SqliteStore::from_path(Path::new(&folder).join("fresh.db")).unwrap();
    assert!(fresh.read().await.unwrap().history.is_absent());
    assert_eq!(fresh.open_session().await.unwrap_err().code(), StoreErrorCode::Permission);
}

#[tokio::test]
async fn a_wal_database_in_a_read_only_folder_is_read_where_its_log_is_empty() {
    let db = history("wal").await;
    let test = "a_wal_database_in_a_read_only_folder_is_read_where_its_log_is_empty";
    if !as_somebody_else(test, &db, 0o444, 0o555) {
        return;
    }
    for _ in 0..2 {
        assert_eq!(store().read().await.unwrap().history.rows().len(), 1);
    }
}

#[tokio::test]
async fn a_wal_that_holds_something_is_never_ignored() {
    let db = history("wal").await;
    if std::env::var_os(FOLDER).is_none() {
        // A copy of file and log while a writer has them open: as after a crash.
        let mut writer = db.connect().await;
        let insert =
            "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('2', 'c', 'b')";
        run(&mut writer, insert).await.unwrap();
        let copy = tempfile::tempdir().unwrap();
        for name in ["test.db", "test.db-wal"] {
            fs::copy(db.folder.path().join(name), copy.path().join(name)).unwrap();
        }
        let path = copy.path().join("test.db");
        let db = Db { folder: copy, path };
        as_somebody_else("a_wal_that_holds_something_is_never_ignored", &db, 0o444, 0o555);
        return;
    }
    let error = store().read().await.unwrap_err();
    assert!(error.help().contains("WAL"), "{error}: {}", error.help());
}

#[tokio::test]
async fn a_journal_of_a_crashed_writer_is_explained_where_it_cannot_be_taken_back() {
    let db = history("delete").await;
    let test = "a_journal_of_a_crashed_writer_is_explained_where_it_cannot_be_taken_back";
    if std::env::var_os(FOLDER).is_none() {
        // A copy in the middle of a transaction that is larger than the cache: as after a crash.
        let mut writer = db.connect().await;
        let big = "PRAGMA cache_size = 5; BEGIN IMMEDIATE; DELETE FROM _prisma_migrations; \
                   CREATE TABLE big (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 \
                   FROM n WHERE i < 2000) INSERT INTO big SELECT zeroblob(1000) FROM n";
        run(&mut writer, big).await.unwrap();
        let copy = tempfile::tempdir().unwrap();
        for name in ["test.db", "test.db-journal"] {
            fs::copy(db.folder.path().join(name), copy.path().join(name)).unwrap();
        }
        let path = copy.path().join("test.db");
        let db = Db { folder: copy, path };
        as_somebody_else(test, &db, 0o444, 0o555);
        // Who may write takes it back by looking.
        assert_eq!(db.rows().await.len(), 1);
        assert!(!db.path.with_file_name("test.db-journal").exists());
        return;
    }
    let error = store().read().await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::ReadOnly, "{error}");
    assert!(error.help().contains("killed"), "{error}: {}", error.help());
}

#[tokio::test]
async fn what_may_not_be_read_is_no_absence() {
    let db = history("delete").await;
    if !as_somebody_else("what_may_not_be_read_is_no_absence", &db, 0o600, 0o755) {
        return;
    }
    let error = store().read().await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::Permission, "{error}");
}

#[tokio::test]
async fn a_folder_that_may_not_be_entered_is_no_absence() {
    let db = history("delete").await;
    if !as_somebody_else("a_folder_that_may_not_be_entered_is_no_absence", &db, 0o644, 0o700) {
        return;
    }
    let error = store().read().await.unwrap_err();
    assert_eq!(error.code(), StoreErrorCode::Permission, "{error}");
}
