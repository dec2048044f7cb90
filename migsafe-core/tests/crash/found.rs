//! What the model and the schedules found, each as the shortest story.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use migsafe_core::engine::{Event, Options, Resolution, ensure_up_to_date, plan_resolution};
use migsafe_core::history::HistoryRow;
use migsafe_core::lock::LockHolder;
use migsafe_core::migrations::MigrationName;
use migsafe_core::store::{MemoryFault, MemoryStore};
use migsafe_core::testkit::block_on;
use migsafe_core::{Dialect, Migrations};

fn three() -> Migrations {
    let scripts = [("1_a", "SELECT 'a';"), ("2_b", "SELECT 'b';"), ("3_c", "SELECT 'c';")];
    Migrations::from_scripts(scripts).expect("the names differ")
}

/// While the outcome of a step is learnt, somebody else may have gone on: the plan is of the past.
#[test]
fn after_a_lost_answer_the_plan_is_made_anew() {
    for committed in [true, false] {
        let store = MemoryStore::new(Dialect::Sqlite);
        store.inject(MemoryFault::AnswerLost { committed });
        let other = store.clone();
        let options = Options::default().on_event(move |event| {
            if matches!(event, Event::OutcomeUnknown { .. }) {
                block_on(ensure_up_to_date(&other, &three(), Options::default())).unwrap();
            }
        });
        block_on(ensure_up_to_date(&store, &three(), options)).unwrap();
        assert_eq!(store.effects(), ["SELECT 'a';", "SELECT 'b';", "SELECT 'c';"]);
        assert_eq!(store.rows().unwrap().len(), 3);
    }
}

/// A migration that another deployer runs statement by statement is not done, and nothing that comes
/// after it may begin.
#[test]
fn a_running_migration_is_waited_for_before_anything_else_is_done() {
    let by_statement = "-- migsafe: no-transaction because of the index\nSELECT 'a';\n";
    for scripts in
        [vec![("1_a", by_statement)], vec![("1_a", by_statement), ("2_b", "SELECT 'b';")]]
    {
        let migrations = Migrations::from_scripts(scripts).unwrap();
        let store = MemoryStore::new(Dialect::Postgres);
        let (other, folder) = (store.clone(), migrations.clone());
        let options = Options::default().on_event(move |event| {
            if matches!(event, Event::StatementStarted { .. }) {
                let second = ensure_up_to_date(&other, &folder, Options::default());
                let error = block_on(second).expect_err("the first migration is under way");
                assert!(error.is_lock_timeout(), "{error}");
                assert!(other.effects().is_empty(), "{:?}", other.effects());
            }
        });
        block_on(ensure_up_to_date(&store, &migrations, options)).unwrap();
        assert_eq!(store.rows().unwrap().len(), migrations.len());
    }
}

/// What somebody sees of a migration that is under way may be gone a moment later: no decision about it
/// is taken, whether its lease says so or the lock.
#[test]
fn a_running_migration_is_not_resolved() {
    let script = "-- migsafe: no-transaction because of the index\nSELECT 'a';\n";
    let migrations = Migrations::from_scripts([("1_a", script)]).unwrap();
    let store = MemoryStore::new(Dialect::Postgres);
    let (other, looks) = (store.clone(), Arc::new(AtomicUsize::new(0)));
    let (folder, looked) = (migrations.clone(), Arc::clone(&looks));
    let options = Options::default().on_event(move |event| {
        if matches!(event, Event::StatementStarted { .. }) {
            let resolution = Resolution::RolledBack(MigrationName::from("1_a"));
            let error = block_on(plan_resolution(&other, &folder, &resolution)).unwrap_err();
            assert_eq!(error.code(), "running", "{error}");
            looked.fetch_add(1, Ordering::Relaxed);
        }
    });
    block_on(ensure_up_to_date(&store, &migrations, options)).unwrap();
    assert_eq!(looks.load(Ordering::Relaxed), 1);
    let row = HistoryRow::started("x", "1_a", "y", chrono::DateTime::UNIX_EPOCH);
    let store = MemoryStore::with_rows(Dialect::Postgres, vec![row]);
    store.hold_lock(Some(LockHolder::of_pid(7)));
    let name = MigrationName::from("1_a");
    let resolution = Resolution::RolledBack(name.clone());
    for resolution in [Resolution::Applied(name), resolution.clone()] {
        let error = block_on(plan_resolution(&store, &migrations, &resolution)).unwrap_err();
        assert_eq!(error.code(), "running", "{error}");
    }
    store.hold_lock(None);
    block_on(plan_resolution(&store, &migrations, &resolution)).unwrap();
}
