//! A deployer of ours: the engine's steps, by the engine's names.

use crate::explorer::Action;
use crate::promises::Promise;
use crate::protocol::{Judged, Mutation, Protocol};
use crate::world::{IndexPlan, IndexState, Migration, Plan, RowState, Step, World};

impl World {
    pub(crate) fn go(&mut self, who: usize, step: Step) {
        self.deployers[who].step = step;
    }

    /// Closes the session and ends the run.
    pub(crate) fn leave(&mut self, protocol: &Protocol, who: usize) {
        self.close(protocol, who);
        self.forget_row(who);
        self.deployers[who].plan = Plan::EMPTY;
        self.go(who, Step::Off);
    }

    pub(crate) fn close(&mut self, protocol: &Protocol, who: usize) {
        if let Some(slot) = self.deployers[who].backend.take() {
            self.end_backend(protocol, slot);
        }
        self.deployers[who].known = false;
    }

    /// Nobody asks for the row by its id any more.
    pub(crate) fn forget_row(&mut self, who: usize) {
        for row in self.rows.iter_mut().flatten().filter(|row| row.writer == Some(who)) {
            row.writer = None;
        }
    }

    pub(crate) fn unlock(&mut self, slot: usize) {
        self.lock = self.lock.filter(|owner| *owner != slot);
    }
}

impl Protocol {
    pub(crate) fn deployer_steps(
        &self,
        world: &World,
        who: usize,
        next: &mut Vec<(Action, World)>,
    ) {
        let deployer = world.deployers[who];
        let mut after = *world;
        if deployer.step == Step::Off {
            if deployer.starts == 0 {
                return;
            }
            after.deployers[who].starts -= 1;
        }
        let moved = match deployer.step {
            Step::Off | Step::Wait => self.read(&mut after, who),
            Step::TryLock => self.try_lock(&mut after, who),
            Step::Learn => self.learn(&mut after, who),
            _ => match deployer.backend {
                Some(slot) => self.with_backend(&mut after, who, slot),
                None => false,
            },
        };
        if moved && after != *world {
            let name = ["first", "second"][who];
            next.push(((name, format!("{:?}", deployer.step)), after));
        }
    }

    /// `read_and_assess`: without the lock, at the beginning and after each pause.
    fn read(&self, world: &mut World, who: usize) -> bool {
        let waits = world.deployers[who].step == Step::Wait;
        match self.judge(world, world.lock.is_some()) {
            Judged::Refuse => world.leave(self, who),
            Judged::Running if waits => return false,
            Judged::Running => world.go(who, Step::TryLock),
            Judged::Plan(plan) if plan == Plan::EMPTY => {
                world.must(self.is_done(world), Promise::OkIsTrue);
                world.leave(self, who);
            }
            // It would try for the lock, not get it, and pause again.
            Judged::Plan(_) if waits && world.lock.is_some() => return false,
            Judged::Plan(plan) => {
                if self.lacks(Mutation::NoLookAfterLock) {
                    world.deployers[who].plan = plan;
                }
                world.go(who, Step::TryLock);
            }
        }
        true
    }

    /// `begin`: on a session that is kept, or on a new one.
    fn try_lock(&self, world: &mut World, who: usize) -> bool {
        let Some(slot) = world.deployers[who].backend.or_else(|| world.open_backend(who)) else {
            return false;
        };
        world.deployers[who].backend = Some(slot);
        if self.lacks(Mutation::LookInTheStatementThatLocks)
            && let Judged::Plan(plan) = self.judge(world, world.lock.is_some())
        {
            world.deployers[who].plan = plan;
            world.go(who, Step::TryLockWithSnapshot);
            return true;
        }
        if world.lock.is_some() {
            world.go(who, Step::Wait);
            return true;
        }
        if !self.lacks(Mutation::NoLock) {
            world.lock = Some(slot);
        }
        if world.deployers[who].known || self.lacks(Mutation::NoLookAfterLock) && world.table_exists
        {
            self.act(world, who, slot);
        } else {
            world.go(who, Step::LookAgain);
        }
        true
    }

    /// With the lock and a plan: the next step of the plan, or the end.
    fn act(&self, world: &mut World, who: usize, slot: usize) {
        let plan = world.deployers[who].plan;
        match self.first(plan) {
            None => {
                world.unlock(slot);
                world.must(self.is_done(world), Promise::OkIsTrue);
                world.leave(self, who);
            }
            Some(Migration::Table) => world.go(who, Step::Apply),
            Some(Migration::Index) if plan.index == IndexPlan::New => {
                world.go(who, Step::JournalStart);
            }
            Some(Migration::Index) => world.go(who, Step::JournalResume),
        }
    }

    fn look_again(&self, world: &mut World, who: usize, slot: usize) {
        match self.judge(world, false) {
            Judged::Refuse => world.leave(self, who),
            Judged::Running => {
                world.close(self, who);
                world.go(who, Step::Wait);
            }
            Judged::Plan(plan) => {
                world.deployers[who].plan = plan;
                if !world.table_exists && plan != Plan::EMPTY {
                    world.go(who, Step::CreateHistoryTable);
                } else {
                    world.deployers[who].known = true;
                    self.act(world, who, slot);
                }
            }
        }
    }

    /// The steps that have a session of their own.
    fn with_backend(&self, world: &mut World, who: usize, slot: usize) -> bool {
        let deployer = world.deployers[who];
        let step = deployer.step;
        match step {
            Step::LookAgain => self.look_again(world, who, slot),
            Step::TryLockWithSnapshot if world.lock.is_some() => world.go(who, Step::Wait),
            Step::TryLockWithSnapshot => {
                world.lock = Some(slot);
                let creates = !world.table_exists;
                world.go(who, Step::CreateHistoryTable);
                if !creates {
                    self.act(world, who, slot);
                }
            }
            Step::LearnRow => self.learn_row(world, who, slot),
            Step::Inspect | Step::Look => {
                let stood = world.rows().filter_map(|row| row.journal).any(|j| j.stood);
                let is_evidence =
                    step == Step::Look || !stood || self.lacks(Mutation::NameIsEvidence);
                world.go(
                    who,
                    match world.index {
                        IndexState::Valid if is_evidence => Step::RecordDone,
                        IndexState::Invalid => Step::Mend,
                        IndexState::Absent | IndexState::Valid => Step::RecordStarted,
                    },
                );
            }
            Step::BuildBegins if world.index != IndexState::Absent => world.go(
                who,
                match world.if_not_exists {
                    true if self.lacks(Mutation::RecordBeforeLook) => Step::RecordDone,
                    true => Step::Look,
                    // 42P07.
                    false => Step::RecordFailed,
                },
            ),
            Step::LockToFinish if world.lock.is_some_and(|owner| owner != slot) => return false,
            Step::LockToFinish => {
                world.lock = Some(slot);
                world.go(who, Step::Finish);
            }
            Step::BuildEnds if !self.build_can_end(world) => return false,
            _ => match self.carry_out(world, slot, step) {
                Ok(()) => self.answered(world, who, step),
                Err(_) => world.leave(self, who),
            },
        }
        true
    }

    /// A step is done: what the plan still holds, or the end without another look.
    pub(crate) fn go_on(&self, world: &mut World, who: usize) {
        if world.deployers[who].plan == Plan::EMPTY {
            world.must(self.is_done(world), Promise::OkIsTrue);
            world.leave(self, who);
        } else {
            world.go(who, Step::TryLock);
        }
    }

    /// The answer to a statement has come.
    fn answered(&self, world: &mut World, who: usize, step: Step) {
        let before = world.deployers[who].plan;
        let after = match step {
            Step::Apply => Step::Commit,
            Step::Commit if self.lacks(Mutation::RowApartFromScript) => Step::RecordApart,
            Step::Commit | Step::RecordApart => {
                if world.rows().any(|row| row.writer == Some(who) && row.state == RowState::Failed)
                {
                    return world.leave(self, who);
                }
                world.forget_row(who);
                world.deployers[who].plan.table = false;
                return self.go_on(world, who);
            }
            Step::JournalStart => Step::RunFirst,
            Step::JournalResume => match before.index {
                IndexPlan::Inspect => Step::Inspect,
                IndexPlan::At(1) => Step::RunFirst,
                IndexPlan::At(2) => Step::RecordStarted,
                _ => Step::LockToFinish,
            },
            Step::RunFirst if self.lacks(Mutation::JournalApartFromStatement) => Step::RecordFirst,
            Step::RunFirst | Step::RecordFirst => Step::RecordStarted,
            Step::RecordStarted => Step::BuildBegins,
            Step::BuildBegins => Step::BuildEnds,
            Step::BuildEnds if self.lacks(Mutation::RecordBeforeLook) => Step::RecordDone,
            Step::BuildEnds => Step::Look,
            Step::RecordFailed => return world.leave(self, who),
            Step::Mend => Step::Inspect,
            Step::RecordDone => Step::LockToFinish,
            Step::CreateHistoryTable => Step::TryLock,
            // What was written is not this session's last reading: it reads again.
            _ => {
                world.forget_row(who);
                world.deployers[who].known = false;
                world.deployers[who].plan.index = IndexPlan::Nothing;
                return self.go_on(world, who);
            }
        };
        world.go(who, after);
    }
}
