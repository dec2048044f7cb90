//! What the model and the schedules found, each as the shortest story.

use migsafe_core::engine::{Event, Options, ensure_up_to_date};
use migsafe_core::store::{MemoryFault, MemoryStore};
use migsafe_core::testkit::block_on;
use migsafe_core::{Dialect, Migrations};

fn three() -> Migrations {
    let scripts = [("1_a", "SELECT 'a';"), ("2_b", "SELECT 'b';"), ("3_c", "SELECT 'c';")];
    Migrations::from_scripts(scripts).unwrap()
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
