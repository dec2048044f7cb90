//! One deployer, killed at every point at which it waits; and its successor too.

use migsafe_core::store::MemoryStore;

use crate::deployer::Deployer;
use crate::scenario::{Scenario, all, few};

/// Kills a deployer after so many turns, after seeing to it that the lock is free half way; false when
/// it had ended before.
fn killed_after(scenario: &Scenario, store: &MemoryStore, turns: usize) -> bool {
    let mut deployer = Deployer::start(store, scenario);
    for turn in 0..turns {
        if turn == HELD_FOR {
            store.hold_lock(None);
        }
        let ended = deployer.turn();
        scenario.check(store);
        if ended {
            return false;
        }
    }
    deployer.kill();
    scenario.check(store);
    true
}

/// How many turns a foreign holder keeps the lock where a scenario has one.
const HELD_FOR: usize = 12;

/// Promise 3: a migration is applied exactly once or not at all, wherever the process is killed.
#[test]
fn killed_at_every_point_and_a_later_run_finishes() {
    let mut points = 0;
    for scenario in all() {
        for turns in 0.. {
            let store = scenario.store();
            let killed = killed_after(&scenario, &store, turns);
            scenario.recover(&store);
            points += 1;
            if !killed {
                break;
            }
        }
    }
    println!("{points} points");
    assert!(points > 600, "{points} points are too few to mean anything");
}

/// The same where the one that goes on is killed as well, at each of its points.
#[test]
fn killed_at_every_point_and_the_successor_too() {
    let mut points = 0;
    for scenario in few() {
        for first in 0.. {
            let mut first_killed = false;
            for second in 0.. {
                let store = scenario.store();
                first_killed = killed_after(&scenario, &store, first);
                let second_killed = killed_after(&scenario, &store, second);
                scenario.recover(&store);
                points += 1;
                if !second_killed {
                    break;
                }
            }
            if !first_killed {
                break;
            }
        }
    }
    println!("{points} pairs of points");
    assert!(points > 1_500, "{points} pairs are too few to mean anything");
}
