//! Each single change as a drift: found, adopted and reverted on a throw-away database.

use std::sync::Arc;

use migsafe_postgres::core::engine::{DriftOptions, Rehearsed, drift, rehearse};
use migsafe_postgres::core::shadow::DirectoryCache;
use migsafe_postgres::{
    Environment, Migrations, Options, Policy, PostgresStore, Severity, ensure_up_to_date,
};
use migsafe_testing::{Database, Postgres};

use crate::changes::{CHANGES, NEWER_CHANGES};
use crate::common::block_on;
use crate::support::*;

/// What is undone in one database only, since SQL has no words that ask first, or they would throw something away. No
/// migration is written for it.
const FITS_HERE_ONLY: [&str; 5] = [
    "detach a partition",
    "drop an identity",
    "change an operator family",
    "drop an operator class",
    "change a text search configuration",
];

/// What became of one change: nothing, if all is well.
fn fault(
    (name, sql, _): (&str, &str, &str),
    original: &Database,
    migrations: &Migrations,
    options: &DriftOptions,
) -> Option<String> {
    let copy = Copy::of(Postgres::shared(), original);
    copy.query(sql).unwrap();
    block_on(async {
        let store = PostgresStore::connect(&copy.url()).await.unwrap();
        let report = drift(&store, migrations, options).await.unwrap();
        if !report.has_drift() {
            return Some(format!("{name}: no drift"));
        }
        let found = rehearse(&store, &report, options).await.unwrap();
        let is_manual = !report.adopt().is_complete() || !report.revert_for_all().is_complete();
        let is_well = found.adopt.is_right()
            && (is_manual || found.revert.is_right())
            && !matches!(found.revert_elsewhere, Rehearsed::Differs(_))
            && matches!(found.revert_elsewhere, Rehearsed::Failed(_))
                == FITS_HERE_ONLY.contains(&name);
        let sql = || format!("{}--\n{}", report.adopt().to_sql(), report.revert_for_all().to_sql());
        (!is_well).then(|| format!("{name}: {found:#?}\n{}", sql()))
    })
}

#[test]
fn each_single_change_can_be_adopted_and_reverted() {
    let original = Postgres::shared().create_database();
    let migrations = Migrations::from_scripts([("20250101000000_rich", RICH)]).unwrap();
    block_on(async {
        let store = PostgresStore::connect(&original.url()).await.unwrap();
        // It makes a user mapping, so that the reader is tried on one.
        let policy = Policy::for_environment(Environment::development())
            .with_override("role-or-password-in-migration", Severity::Off, "a test")
            .unwrap();
        let options = Options::default().with_policy(policy);
        ensure_up_to_date(&store, &migrations, options).await.unwrap();
    });
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(DirectoryCache::new(folder.path()));
    let options = DriftOptions::default().with_cache(Some(cache));
    let major = Postgres::shared().major_version();
    let newer = NEWER_CHANGES.iter().filter(|(since, ..)| *since <= major);
    let newer = newer.map(|(_, name, sql, seen)| (*name, *sql, *seen));
    let all: Vec<_> = CHANGES.iter().copied().chain(newer).collect();
    let faults: Vec<String> = std::thread::scope(|scope| {
        let fault = |change| fault(change, &original, &migrations, &options);
        let workers: Vec<_> = all
            .chunks(all.len().div_ceil(4))
            .map(|part| {
                scope.spawn(move || part.iter().copied().filter_map(fault).collect::<Vec<_>>())
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    println!("{} changes", all.len());
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n\n"));
}
