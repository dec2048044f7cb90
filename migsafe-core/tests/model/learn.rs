//! After a lost answer: finding out what became of a COMMIT.

use crate::protocol::{Mutation, Protocol};
use crate::world::{Migration, Row, RowState, Step, Uncommitted, World};

impl Protocol {
    /// After a lost answer: a new session, first of all the lock.
    pub(crate) fn learn(&self, world: &mut World, who: usize) -> bool {
        let Some(slot) = world.open_backend(who) else {
            return false;
        };
        world.deployers[who].backend = Some(slot);
        if world.lock.is_some() {
            return false;
        }
        world.lock = Some(slot);
        let rerun = self.lacks(Mutation::RunAgainAfterLostAnswer);
        world.go(who, if rerun { Step::Apply } else { Step::LearnRow });
        true
    }

    /// The row by its id, under the lock.
    pub(crate) fn learn_row(&self, world: &mut World, who: usize, slot: usize) {
        let mine = |row: &&Row| row.writer == Some(who) && row.migration == Migration::Table;
        let found = world.rows().find(mine).map(|row| row.state);
        world.forget_row(who);
        if self.lacks(Mutation::FailedAfterLostAnswer) {
            self.hold(world, slot, Uncommitted::ScriptFailed);
            world.go(who, Step::Commit);
            return;
        }
        if found == Some(RowState::Failed) {
            world.leave(self, who);
            return;
        }
        if self.lacks(Mutation::OldPlanAfterLostAnswer) {
            world.unlock(slot);
            world.deployers[who].known = true;
        } else {
            world.close(self, who);
        }
        if found == Some(RowState::Finished) {
            world.deployers[who].plan.table = false;
            self.go_on(world, who);
        } else {
            world.go(who, Step::TryLock);
        }
    }
}
