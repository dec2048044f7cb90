//! The protocol with one rule left out: the promise that the rule is there for breaks. Without these the
//! model would prove nothing.

use crate::promises::Promise;
use crate::protocol::{Mutation, Protocol};
use crate::world::{IndexState, Migration, World};
use crate::{INDEX_FIRST, TABLE_FIRST, run};

/// The shortest way to the broken promise has to be found.
fn breaks(mutation: Mutation, promise: Promise, order: [Migration; 2], initial: World) -> String {
    let protocol = |mutation| Protocol { order, mutation };
    let explored = run(protocol(Some(mutation)), initial, Some(promise), |_| {});
    let Some((_, way, _)) = explored.bad else {
        panic!("{mutation:?} breaks nothing in {} states", explored.states);
    };
    format!("{mutation:?} breaks {promise:?} after {} steps:\n  {}", way.len(), way.join("\n  "))
}

const TWO: [u8; 2] = [1, 1];

#[test]
fn without_a_look_after_the_lock() {
    let world = World::new(TWO, 0, 0, 0);
    println!("{}", breaks(Mutation::NoLookAfterLock, Promise::AtMostOnce, TABLE_FIRST, world));
}

#[test]
fn with_the_look_in_the_statement_that_locks() {
    let world = World::new(TWO, 0, 0, 0);
    println!(
        "{}",
        breaks(Mutation::LookInTheStatementThatLocks, Promise::AtMostOnce, TABLE_FIRST, world)
    );
}

#[test]
fn without_the_lock() {
    let world = World::new(TWO, 0, 0, 0);
    println!("{}", breaks(Mutation::NoLock, Promise::WritesAreGuarded, TABLE_FIRST, world));
    println!("{}", breaks(Mutation::NoLock, Promise::AtMostOnce, TABLE_FIRST, world));
}

#[test]
fn with_the_row_in_a_transaction_of_its_own() {
    let world = World::new(TWO, 0, 0, 1);
    println!(
        "{}",
        breaks(Mutation::RowApartFromScript, Promise::EffectAndRowTogether, TABLE_FIRST, world)
    );
    println!("{}", breaks(Mutation::RowApartFromScript, Promise::AtMostOnce, TABLE_FIRST, world));
}

#[test]
fn with_a_second_try_after_a_lost_answer() {
    let world = World::new(TWO, 0, 0, 1);
    println!(
        "{}",
        breaks(Mutation::RunAgainAfterLostAnswer, Promise::AtMostOnce, TABLE_FIRST, world)
    );
}

#[test]
fn with_a_failure_recorded_after_a_lost_answer() {
    let world = World::new(TWO, 0, 0, 1);
    println!(
        "{}",
        breaks(Mutation::FailedAfterLostAnswer, Promise::NeverFailedUnlearnt, TABLE_FIRST, world)
    );
}

#[test]
fn with_the_old_plan_after_a_lost_answer() {
    let world = World::new(TWO, 0, 0, 1);
    println!(
        "{}",
        breaks(Mutation::OldPlanAfterLostAnswer, Promise::UnchangedIsTrue, TABLE_FIRST, world)
    );
    println!(
        "{}",
        breaks(Mutation::OldPlanAfterLostAnswer, Promise::AtMostOnce, TABLE_FIRST, world)
    );
}

#[test]
fn going_on_while_another_migration_is_running() {
    let world = World::new(TWO, 0, 0, 0);
    println!("{}", breaks(Mutation::GoOnWhileRunning, Promise::OkIsTrue, TABLE_FIRST, world));
    println!("{}", breaks(Mutation::GoOnWhileRunning, Promise::InOrder, INDEX_FIRST, world));
}

#[test]
fn with_the_lock_held_during_a_concurrent_build() {
    let world = World::new([1, 0], 1, 0, 0);
    println!("{}", breaks(Mutation::LockDuringBuild, Promise::CanBeMended, TABLE_FIRST, world));
}

#[test]
fn without_a_look_at_the_catalog() {
    let world = World::new(TWO, 0, 0, 1);
    // The index is there, so the server refuses to build it, and a person has to look why.
    println!("{}", breaks(Mutation::NoInspection, Promise::CanBeMended, TABLE_FIRST, world));
}

#[test]
fn recording_before_the_look_at_the_catalog() {
    let world = World::new(TWO, 0, 0, 1).with_index(IndexState::Invalid, true);
    println!("{}", breaks(Mutation::RecordBeforeLook, Promise::StatementsOnce, TABLE_FIRST, world));
}

#[test]
fn taking_a_name_for_evidence() {
    let world = World::new(TWO, 0, 0, 1).with_index(IndexState::Valid, false);
    println!("{}", breaks(Mutation::NameIsEvidence, Promise::StatementsOnce, TABLE_FIRST, world));
}

#[test]
fn taking_over_by_the_clock_alone() {
    let world = World::new(TWO, 0, 0, 0);
    println!("{}", breaks(Mutation::TakeOverByTimeAlone, Promise::NoTwoAtOnce, TABLE_FIRST, world));
}

#[test]
fn with_the_journal_in_a_transaction_of_its_own() {
    let world = World::new(TWO, 0, 0, 1);
    println!(
        "{}",
        breaks(Mutation::JournalApartFromStatement, Promise::StatementsOnce, TABLE_FIRST, world)
    );
}

#[test]
fn with_a_lock_that_outlives_its_backend() {
    let world = World::new(TWO, 0, 0, 1);
    println!(
        "{}",
        breaks(Mutation::LockOutlivesBackend, Promise::LockEndsWithItsOwner, TABLE_FIRST, world)
    );
    println!("{}", breaks(Mutation::LockOutlivesBackend, Promise::CanBeMended, TABLE_FIRST, world));
}

#[test]
fn resolving_while_somebody_is_at_work() {
    let world = World::new([1, 0], 1, 1, 1);
    println!("{}", breaks(Mutation::ResolveWhileRunning, Promise::AtMostOnce, TABLE_FIRST, world));
    let world = World::new(TWO, 0, 1, 0);
    println!("{}", breaks(Mutation::ResolveWhileRunning, Promise::NoTwoAtOnce, TABLE_FIRST, world));
}
