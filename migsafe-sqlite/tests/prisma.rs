//! Prisma's own engine and this store on one database file.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod common;

use std::fs;
use std::path::Path;
use std::time::Duration;

use migsafe_sqlite::core::diagnosis::State;
use migsafe_sqlite::core::engine::{Resolution, plan_resolution, resolve, status};
use migsafe_sqlite::core::migrations::MigrationName;
use migsafe_sqlite::{Migrations, SqliteStore};
use migsafe_testing::{Prisma, PrismaTarget, PrismaVersion};

use common::{Db, deploy, lenient};

const ONE: &str = "20250101000000_one";
const TWO: &str = "20250102000000_two";
const THREE: &str = "20250103000000_three";

fn write(folder: &Path, name: &str, script: &str) {
    let folder = folder.join("migrations").join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("migration.sql"), script).unwrap();
}

fn migrations(folder: &Path) -> Migrations {
    Migrations::from_directory(folder.join("migrations")).unwrap()
}

async fn state(store: &SqliteStore, folder: &Path, name: &str) -> State {
    let status = status(store, &migrations(folder), &lenient()).await.unwrap();
    status.diagnosis().entry(name).unwrap().state()
}

/// Every version, with times as text and as milliseconds.
fn engines(db: &Db) -> Vec<(Prisma, PrismaTarget)> {
    let target = PrismaTarget::sqlite(&db.path, db.folder.path().join("migrations"));
    let milliseconds = target.clone().with_times_in_milliseconds();
    vec![
        (Prisma::new(PrismaVersion::V7_10), target),
        (Prisma::new(PrismaVersion::V7_8), milliseconds),
    ]
}

#[tokio::test]
async fn each_goes_on_where_the_other_stopped() {
    for index in 0..2 {
        let db = Db::none();
        let folder = db.folder.path();
        let (prisma, target) = engines(&db).swap_remove(index);
        let store = db.store();
        write(folder, ONE, "CREATE TABLE one (id INTEGER PRIMARY KEY);");
        assert_eq!(prisma.deploy(&target).unwrap(), [ONE]);
        assert_eq!(state(&store, folder, ONE).await, State::Applied);
        write(folder, TWO, "CREATE TABLE two (id INTEGER PRIMARY KEY);");
        assert_eq!(deploy(&store, &migrations(folder)).await.unwrap().applied().len(), 1);
        let answer = prisma.diagnose(&target).unwrap();
        assert!(answer["history"].is_null(), "{answer}");
        assert_eq!(answer["editedMigrationNames"].as_array().unwrap().len(), 0, "{answer}");
        write(folder, THREE, "CREATE TABLE three (id INTEGER PRIMARY KEY);");
        assert_eq!(prisma.deploy(&target).unwrap(), [THREE]);
        let report = deploy(&store, &migrations(folder)).await.unwrap();
        assert!(report.applied().is_empty() && report.status().is_up_to_date());
        assert_eq!(db.rows().await.len(), 3);
        assert!(db.rows().await.iter().all(|row| row.problems().is_empty()));
    }
}

#[tokio::test]
async fn each_understands_what_the_other_failed_and_resolved() {
    for index in 0..2 {
        let db = Db::none();
        let folder = db.folder.path();
        let (prisma, target) = engines(&db).swap_remove(index);
        let store = db.store();
        // Ours fails; Prisma refuses, and resolves it.
        write(folder, ONE, "CREATE TABLE one (id); INSERT INTO nowhere VALUES (1);");
        let error = deploy(&store, &migrations(folder)).await.unwrap_err();
        assert_eq!(error.code(), "migration-failed");
        let blocked = prisma.deploy(&target).unwrap_err();
        assert_eq!(blocked.code.as_deref(), Some("P3009"), "{blocked}");
        let answer = prisma.diagnose(&target).unwrap();
        assert_eq!(answer["failedMigrationNames"][0], ONE, "{answer}");
        prisma.resolve_rolled_back(&target, ONE).unwrap();
        assert_eq!(state(&store, folder, ONE).await, State::RolledBack);
        write(folder, ONE, "CREATE TABLE one (id);");
        assert_eq!(deploy(&store, &migrations(folder)).await.unwrap().applied().len(), 1);
        // Prisma's fails; ours refuses, and resolves it.
        write(folder, TWO, "INSERT INTO nowhere VALUES (1);");
        prisma.deploy(&target).unwrap_err();
        assert_eq!(state(&store, folder, TWO).await, State::Failed);
        assert!(deploy(&store, &migrations(folder)).await.unwrap_err().is_refusal());
        let resolution = Resolution::Applied(MigrationName::from(TWO));
        let files = migrations(folder);
        let plan = plan_resolution(&store, &files, &resolution).await.unwrap();
        resolve(&store, &files, &plan, None, Duration::from_secs(5)).await.unwrap();
        assert_eq!(db.integer("SELECT count(*) FROM _migsafe_audit").await, 2);
        assert_eq!(state(&store, folder, TWO).await, State::Ghost);
        // Our table beside its own does not trouble Prisma.
        write(folder, THREE, "CREATE TABLE three (id);");
        assert_eq!(prisma.deploy(&target).unwrap(), [THREE]);
        assert!(prisma.diagnose(&target).unwrap()["history"].is_null());
    }
}
