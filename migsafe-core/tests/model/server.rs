//! What the server does with the statements it is sent.

use crate::explorer::Action;
use crate::promises::Promise;
use crate::protocol::{Mutation, Protocol};
use crate::world::{
    Backend, IndexState, Journal, Lease, Migration, OURS, PrismaStep, Row, RowState, Second, Sent,
    Step, Uncommitted, World,
};

/// The journal's lease is not this backend's: nothing was done.
#[derive(Debug)]
pub(crate) struct LeaseLost;

impl World {
    pub(crate) fn open_backend(&mut self, client: usize) -> Option<usize> {
        let slot = self.backends.iter().position(Option::is_none)?;
        let uncommitted = Uncommitted::Nothing;
        self.backends[slot] = Some(Backend { client, attached: true, sent: None, uncommitted });
        Some(slot)
    }

    /// Rolls back what is open, frees the lock, and is gone. A lease is left to run out.
    pub(crate) fn end_backend(&mut self, protocol: &Protocol, slot: usize) {
        self.backends[slot] = None;
        if self.lock == Some(slot) && !protocol.lacks(Mutation::LockOutlivesBackend) {
            self.lock = None;
        }
        for journal in self.journals_mut() {
            if let Some(lease) = &mut journal.lease
                && lease.owner == Some(slot)
            {
                lease.owner = None;
            }
        }
    }

    pub(crate) fn journals_mut(&mut self) -> impl Iterator<Item = &mut Journal> {
        self.rows.iter_mut().flatten().filter_map(|row| row.journal.as_mut())
    }

    /// The row whose lease is this backend's: the fence of every write of the journal.
    fn leased(&mut self, slot: usize) -> Result<&mut Row, LeaseLost> {
        let mine = |row: &&mut Row| {
            let lease = row.journal.and_then(|journal| journal.lease);
            lease.is_some_and(|lease| lease.owner == Some(slot))
        };
        self.rows.iter_mut().flatten().find(mine).ok_or(LeaseLost)
    }

    fn leased_journal(&mut self, slot: usize) -> Result<&mut Journal, LeaseLost> {
        self.leased(slot)?.journal.as_mut().ok_or(LeaseLost)
    }

    pub(crate) fn add_row(&mut self, row: Row) {
        let free = self.rows.iter_mut().find(|row| row.is_none());
        *free.expect("four rows are enough within the bounds of the tests") = Some(row);
    }

    /// Rows were written by a backend: no other session may call them unchanged.
    pub(crate) fn written_by(&mut self, slot: Option<usize>) {
        for deployer in &mut self.deployers {
            if slot.is_none() || deployer.backend != slot {
                deployer.known = false;
            }
        }
    }

    /// Forgets what nobody can see any more, so that equal states are equal.
    pub(crate) fn tidy(&mut self) {
        for row in &mut self.rows {
            let idle = |row: &Row| {
                row.writer.is_none() && row.journal.is_none_or(|journal| journal.lease.is_none())
            };
            if row.is_some_and(|row| row.state == RowState::RolledBack && idle(&row)) {
                *row = None;
            }
        }
        self.rows.sort_unstable();
    }
}

impl Protocol {
    /// Carries out a statement of ours.
    pub(crate) fn carry_out(
        &self,
        world: &mut World,
        slot: usize,
        step: Step,
    ) -> Result<(), LeaseLost> {
        // A row that comes about after its client was lost is remembered only by one that still asks.
        let client = world.backends[slot].map_or(OURS, |backend| backend.client);
        let locked = world.lock == Some(slot);
        let row = |migration, state, journal| {
            let writer = Some(client).filter(|_| client < OURS);
            Row { migration, state, writer, by_prisma: false, journal }
        };
        match step {
            Step::CreateHistoryTable => {
                world.must(locked, Promise::WritesAreGuarded);
                world.table_exists = true;
                self.commit(world, slot);
            }
            Step::Apply => self.hold(world, slot, Uncommitted::Applied),
            Step::Commit => {
                world.must(locked, Promise::WritesAreGuarded);
                let uncommitted = world.backends[slot].map(|backend| backend.uncommitted);
                if uncommitted == Some(Uncommitted::Applied) {
                    world.must(self.is_next(world, Migration::Table), Promise::InOrder);
                    world.effects[0] += 1;
                    if self.lacks(Mutation::RowApartFromScript) {
                        self.hold(world, slot, Uncommitted::Nothing);
                        return Ok(());
                    }
                    world.add_row(row(Migration::Table, RowState::Finished, None));
                } else {
                    world.add_row(row(Migration::Table, RowState::Failed, None));
                }
                self.commit(world, slot);
            }
            Step::RecordApart => {
                world.add_row(row(Migration::Table, RowState::Finished, None));
                self.commit(world, slot);
            }
            Step::JournalStart | Step::JournalResume => {
                world.must(locked, Promise::WritesAreGuarded);
                world.must(self.is_next(world, Migration::Index), Promise::InOrder);
                let lease = Some(Lease { owner: Some(slot), expired: false });
                if step == Step::JournalStart {
                    let second = Second::NotRecorded;
                    let journal = Journal { first_done: false, second, stood: false, lease };
                    world.add_row(row(Migration::Index, RowState::Unfinished, Some(journal)));
                } else {
                    let live = |row: &&mut Row| row.state == RowState::Unfinished;
                    for row in world.rows.iter_mut().flatten().filter(live) {
                        if let Some(journal) = &mut row.journal {
                            journal.lease = lease;
                            row.writer = Some(client).filter(|_| client < OURS);
                        }
                    }
                }
                if self.lacks(Mutation::LockDuringBuild) {
                    world.written_by(Some(slot));
                } else {
                    self.commit(world, slot);
                }
            }
            Step::RunFirst => {
                let apart = self.lacks(Mutation::JournalApartFromStatement);
                world.leased_journal(slot)?.first_done = !apart;
                world.effects[1] += 1;
            }
            Step::RecordFirst => world.leased_journal(slot)?.first_done = true,
            Step::RecordStarted => {
                let stood = world.index == IndexState::Valid;
                let journal = world.leased_journal(slot)?;
                (journal.second, journal.stood) = (Second::Started, stood);
            }
            Step::BuildBegins => world.index = IndexState::Invalid,
            Step::BuildEnds => {
                world.index = IndexState::Valid;
                world.effects[2] += 1;
            }
            Step::Mend => {
                world.leased(slot)?;
                world.index = IndexState::Absent;
            }
            Step::RecordDone => world.leased_journal(slot)?.second = Second::Done,
            Step::RecordFailed => world.leased_journal(slot)?.second = Second::Failed,
            Step::Finish => {
                world.must(locked, Promise::WritesAreGuarded);
                let row = world.leased(slot)?;
                (row.state, row.journal) = (RowState::Finished, None);
                self.commit(world, slot);
            }
            _ => {}
        }
        Ok(())
    }

    /// COMMIT: what is held is there for all to see, and the lock is free.
    fn commit(&self, world: &mut World, slot: usize) {
        self.hold(world, slot, Uncommitted::Nothing);
        world.lock = world.lock.filter(|owner| *owner != slot);
        world.written_by(Some(slot));
    }

    pub(crate) fn hold(&self, world: &mut World, slot: usize, uncommitted: Uncommitted) {
        if let Some(backend) = &mut world.backends[slot] {
            backend.uncommitted = uncommitted;
        }
    }

    /// A concurrent build waits for every snapshot that is older, and a backend that waits for the lock
    /// in a statement of its own has one.
    pub(crate) fn build_can_end(&self, world: &World) -> bool {
        let waits = |backend: &Backend| {
            let lock = PrismaStep::Lock;
            backend.sent == Some(Sent::Prisma(lock))
                || backend.attached && backend.client >= OURS && world.prisma.step == lock
        };
        !world.backends.iter().flatten().any(waits)
    }

    /// Backends whose client is gone finish what they were sent, and end.
    pub(crate) fn backends_end(&self, world: &World, next: &mut Vec<(Action, World)>) {
        for (slot, backend) in world.backends.iter().enumerate() {
            let Some(backend) = backend.filter(|backend| !backend.attached) else {
                continue;
            };
            let mut after = *world;
            match backend.sent {
                Some(Sent::Ours(Step::BuildEnds)) if !self.build_can_end(world) => continue,
                // It says that the index is there, to nobody.
                Some(Sent::Ours(Step::BuildBegins)) if world.index != IndexState::Absent => {}
                Some(Sent::Prisma(PrismaStep::Lock)) if world.lock.is_some() => continue,
                Some(Sent::Ours(step)) => {
                    // Nobody listens to the answer.
                    let _ = self.carry_out(&mut after, slot, step);
                }
                Some(Sent::Prisma(step)) => self.carry_out_prisma(&mut after, step),
                None => {}
            }
            if let Some(Sent::Ours(Step::BuildBegins)) = backend.sent
                && world.index == IndexState::Absent
            {
                let sent = Some(Sent::Ours(Step::BuildEnds));
                after.backends[slot] = Some(Backend { sent, ..backend });
            } else {
                after.end_backend(self, slot);
            }
            next.push((
                ("server", format!("a backend without a client ends {:?}", backend.sent)),
                after,
            ));
        }
    }

    /// Time passes for a lease.
    pub(crate) fn leases_run_out(&self, world: &World, next: &mut Vec<(Action, World)>) {
        let mut after = *world;
        for journal in after.journals_mut() {
            if let Some(lease) = &mut journal.lease {
                lease.expired = true;
            }
        }
        if after != *world {
            next.push((("time", "the lease runs out".to_owned()), after));
        }
    }
}
