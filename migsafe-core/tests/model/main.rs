//! The deploy protocol as a small model, explored exhaustively: every order of every step of two
//! deployers, Prisma and an operator, with every fault at every step.

mod deployer;
mod explorer;
mod faults;
mod learn;
mod mending;
mod mutations;
mod prisma;
mod promises;
mod protocol;
mod server;
mod world;

use std::collections::BTreeSet;

use explorer::{Explored, explore};
use mending::Mending;
use promises::{Promise, broken};
use protocol::Protocol;
use world::{IndexState, Migration, Step, World};

const TABLE_FIRST: [Migration; 2] = [Migration::Table, Migration::Index];
const INDEX_FIRST: [Migration; 2] = [Migration::Index, Migration::Table];

/// Explores until one of the promises is broken; all of them with `None`.
fn run(
    protocol: Protocol,
    initial: World,
    only: Option<Promise>,
    mut visit: impl FnMut(&World),
) -> Explored<World> {
    let mut mending = Mending::new(protocol);
    let asked = |promise| only.is_none_or(|only| only == promise);
    explore(&protocol, initial, |world| {
        visit(world);
        let names = broken(&protocol, world).names();
        if names.iter().any(|promise| asked(*promise)) {
            return Some(format!("{names:?}"));
        }
        let obstacle = asked(Promise::CanBeMended).then(|| mending.obstacle(world)).flatten();
        obstacle.map(|why| format!("{:?}: {why}", Promise::CanBeMended))
    })
}

/// All promises hold in every state; says how many there are. The number of states has a floor, and every step must have been
/// met: a model that gets nowhere proves nothing.
fn holds(title: &str, initial: World, floor: usize, places: usize) -> String {
    let mut found = String::new();
    for order in [TABLE_FIRST, INDEX_FIRST] {
        let mut met = BTreeSet::new();
        let explored = run(Protocol { order, mutation: None }, initial, None, |world| {
            met.extend(world.deployers.map(|deployer| format!("{:?}", deployer.step)));
            met.insert(format!("Prisma {:?}", world.prisma.step));
        });
        let (states, steps) = (explored.states, explored.steps);
        let line = format!("{title}, {order:?}: {states} states, {steps} steps\n");
        found.push_str(&line);
        if let Some((world, way, why)) = explored.bad {
            panic!("{why}\n{}\n{world:#?}", way.join("\n"));
        }
        assert!(states > floor, "only {states} states");
        assert_eq!(met.len(), places, "{met:?}");
    }
    found
}

#[test]
fn two_deployers_without_faults() {
    print!("{}", holds("two deployers", World::new([1, 1], 0, 0, 0), 400, 17));
}

#[test]
fn two_deployers_with_two_faults_and_a_second_start_each() {
    print!("{}", holds("two deployers, two faults", World::new([2, 2], 0, 1, 2), 100_000, 22));
}

#[test]
fn two_deployers_prisma_and_an_operator_with_two_faults() {
    print!("{}", holds("everybody, two faults", World::new([1, 1], 1, 1, 2), 100_000, 32));
}

#[test]
fn an_invalid_index_behind_if_not_exists_with_two_faults() {
    let world = World::new([2, 2], 0, 1, 2).with_index(IndexState::Invalid, true);
    print!("{}", holds("an invalid index before, two faults", world, 100_000, 22));
}

/// It is refused by the server and stays so until a person acts; but never is it taken for done.
#[test]
fn an_index_that_was_there_before_is_never_taken_for_the_statements() {
    for order in [TABLE_FIRST, INDEX_FIRST] {
        let mut failed = 0;
        let world = World::new([2, 2], 0, 1, 2).with_index(IndexState::Valid, false);
        let once = Some(Promise::StatementsOnce);
        let explored = run(Protocol { order, mutation: None }, world, once, |world| {
            failed += usize::from(world.deployers.iter().any(|d| d.step == Step::RecordFailed));
            assert!(!world.is_finished(Migration::Index));
        });
        if let Some((world, way, why)) = explored.bad {
            panic!("{why}\n{}\n{world:#?}", way.join("\n"));
        }
        assert!(failed > 100, "{failed} of {} states", explored.states);
    }
}
