//! What the model and the schedules found, each as the shortest story.

use migsafe_core::engine::{Event, Options, ensure_up_to_date};
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
