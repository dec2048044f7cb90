//! The protocol: in which order migrations come, which of its rules is left out, and how a reading is
//! judged.

use crate::explorer::{Action, Model};
use crate::world::{IndexPlan, Journal, Migration, OURS, Plan, RowState, Second, World};

/// A rule of the protocol left out, to see that a promise breaks without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutation {
    /// The reading made before the lock is taken for the plan.
    NoLookAfterLock,
    /// One statement takes the lock and reads: its snapshot is older than the lock.
    LookInTheStatementThatLocks,
    /// Script and row are two transactions, as Prisma's are.
    RowApartFromScript,
    /// After a lost answer the step is run again at once.
    RunAgainAfterLostAnswer,
    /// After a lost answer the step is recorded as failed.
    FailedAfterLostAnswer,
    /// After a lost answer was learnt the plan made before it goes on.
    OldPlanAfterLostAnswer,
    /// With the lock free and a lease alive, a deployer goes on with what is left.
    GoOnWhileRunning,
    /// The lock is held while the index is built.
    LockDuringBuild,
    /// A statement in doubt is run again without a look at the catalog.
    NoInspection,
    /// That a statement is done is recorded before its effect was seen.
    RecordBeforeLook,
    /// An index of that name is taken for the statement's, although it was there before.
    NameIsEvidence,
    /// A lease that has run out is taken over although its backend is there.
    TakeOverByTimeAlone,
    /// Statement and journal are two transactions.
    JournalApartFromStatement,
    /// The lock stays when its backend ends (a row in a table instead of an advisory lock).
    LockOutlivesBackend,
    /// Writing does without the lock.
    NoLock,
    /// Somebody decides to roll back while the migration is under way, and is obeyed afterwards.
    ResolveWhileRunning,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Protocol {
    pub(crate) order: [Migration; 2],
    pub(crate) mutation: Option<Mutation>,
}

/// A reading, judged: the engine's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    Refuse,
    Running,
    Plan(Plan),
}

impl Protocol {
    pub(crate) fn lacks(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }

    /// `diagnose` and `judge`.
    pub(crate) fn judge(&self, world: &World, held_by_another: bool) -> Judged {
        let mut plan = Plan::EMPTY;
        let (mut refuse, mut running) = (false, false);
        for migration in self.order {
            let unfinished = world.live(migration).find(|row| row.state != RowState::Finished);
            match unfinished {
                Some(row) => {
                    let at_work = row.journal.as_ref().is_some_and(|j| self.is_running(j));
                    match row.journal {
                        _ if held_by_another || at_work => running = true,
                        // Without `--resume`.
                        Some(journal) if journal.second == Second::Failed => refuse = true,
                        Some(journal) => plan.index = self.resume(&journal),
                        None => refuse = true,
                    }
                }
                None if world.is_finished(migration) => {}
                None if migration == Migration::Table => plan.table = true,
                None => plan.index = IndexPlan::New,
            }
        }
        match (refuse, running) {
            (true, _) => Judged::Refuse,
            (_, true) if !self.lacks(Mutation::GoOnWhileRunning) => Judged::Running,
            _ => Judged::Plan(plan),
        }
    }

    /// `Journal::is_running`: the lease has not run out, or its backend is still there.
    fn is_running(&self, journal: &Journal) -> bool {
        journal.lease.is_some_and(|lease| {
            let there = lease.owner.is_some() && !self.lacks(Mutation::TakeOverByTimeAlone);
            !lease.expired || there
        })
    }

    /// `Journal::resume`.
    fn resume(&self, journal: &Journal) -> IndexPlan {
        match (journal.first_done, journal.second) {
            (false, _) => IndexPlan::At(1),
            (true, Second::NotRecorded) => IndexPlan::At(2),
            (true, Second::Started) if self.lacks(Mutation::NoInspection) => IndexPlan::At(2),
            (true, Second::Started) => IndexPlan::Inspect,
            (true, Second::Done) => IndexPlan::At(3),
            (true, Second::Failed) => IndexPlan::Nothing,
        }
    }

    /// The migration that a plan begins with.
    pub(crate) fn first(&self, plan: Plan) -> Option<Migration> {
        self.order.into_iter().find(|migration| match migration {
            Migration::Table => plan.table,
            Migration::Index => plan.index != IndexPlan::Nothing,
        })
    }

    /// Whether everything before a migration is finished.
    pub(crate) fn is_next(&self, world: &World, migration: Migration) -> bool {
        let before = self.order.iter().take_while(|earlier| **earlier != migration);
        before.copied().all(|earlier| world.is_finished(earlier))
    }

    pub(crate) fn is_done(&self, world: &World) -> bool {
        self.order.iter().all(|migration| world.is_finished(*migration))
    }

    /// What happens without anything going wrong.
    pub(crate) fn progress(&self, world: &World) -> Vec<(Action, World)> {
        let mut next = Vec::new();
        self.backends_end(world, &mut next);
        self.prisma_steps(world, &mut next);
        for who in 0..OURS {
            self.deployer_steps(world, who, &mut next);
        }
        next
    }
}

impl Model for Protocol {
    type State = World;

    fn next(&self, world: &World) -> Vec<(Action, World)> {
        let mut next = self.progress(world);
        self.leases_run_out(world, &mut next);
        self.operator_acts(world, &mut next);
        if world.faults > 0 {
            self.faults(world, &mut next);
        }
        for (_, world) in &mut next {
            world.tidy();
        }
        next
    }
}
