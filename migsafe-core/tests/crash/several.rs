//! Several deployers at once, in every order with two changes of turn, and in random orders.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::deployer::Deployer;
use crate::scenario::{all, few};

/// Promise 5: the first runs up to any point, a second up to any of its own; then the first is killed
/// or goes on, and the second ends.
#[test]
fn two_deployers_at_every_pair_of_points() {
    let mut pairs = 0;
    for scenario in few() {
        for (first, kill) in (0..).flat_map(|first| [(first, true), (first, false)]) {
            let mut first_ended = false;
            for second in 0.. {
                let store = scenario.store();
                let mut one = Deployer::start(&store, &scenario);
                first_ended = one.turns(first);
                store.hold_lock(None);
                let mut two = Deployer::start(&store, &scenario);
                // While the first one holds the lock the second waits, and waits: some turns are enough.
                let ended = second > 25 || two.turns(second);
                scenario.check(&store);
                if kill {
                    one.kill();
                } else {
                    one.end();
                }
                scenario.check(&store);
                two.end();
                scenario.check(&store);
                scenario.recover(&store);
                pairs += 1;
                if ended {
                    break;
                }
            }
            if first_ended {
                break;
            }
        }
    }
    println!("{pairs} pairs of points");
    assert!(pairs > 2_000, "{pairs} pairs are too few to mean anything");
}

/// What happens next to one of the deployers.
#[derive(Clone, Copy, Debug)]
enum Next {
    Turns(usize),
    Kill,
}

fn schedule() -> impl Strategy<Value = Vec<(usize, Next)>> {
    let next = prop_oneof![12 => (1_usize..6).prop_map(Next::Turns), 1 => Just(Next::Kill)];
    vec((0_usize..3, next), 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Promise 5 with one to three deployers; one that was killed or has ended is started again.
    #[test]
    fn deployers_in_any_order(
        scenario in proptest::sample::select(all()),
        count in 1_usize..4,
        schedule in schedule(),
    ) {
        let store = scenario.store();
        let mut deployers: Vec<Deployer<'_>> =
            (0..count).map(|_| Deployer::start(&store, &scenario)).collect();
        for (who, next) in schedule {
            store.hold_lock(None);
            let deployer = &mut deployers[who % count];
            let ended = match next {
                Next::Turns(turns) => deployer.turns(turns),
                Next::Kill => { deployer.kill(); true }
            };
            scenario.check(&store);
            if ended {
                *deployer = Deployer::start(&store, &scenario);
            }
        }
        for deployer in &mut deployers {
            deployer.kill();
        }
        scenario.check(&store);
        scenario.recover(&store);
    }
}
