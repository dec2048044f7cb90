//! What can go wrong, at every step; and the operator, who mends and can do harm.

use crate::explorer::Action;
use crate::protocol::{Judged, Mutation, Protocol};
use crate::world::{
    Backend, Migration, OURS, PrismaStep, Row, RowState, Sent, Step, Uncommitted, World,
};

impl Protocol {
    pub(crate) fn faults(&self, world: &World, next: &mut Vec<(Action, World)>) {
        let mut fault = |who: &'static str, what: String, mut after: World| {
            after.faults -= 1;
            next.push(((who, what), after));
        };
        for (who, name) in ["first", "second"].into_iter().enumerate() {
            let step = world.deployers[who].step;
            if step == Step::Off {
                continue;
            }
            for sent in [Some(Sent::Ours(step)).filter(|_| writes(step)), None] {
                let mut lost = *world;
                if let Some(slot) = lost.deployers[who].backend.take() {
                    detach(&mut lost, slot, sent);
                }
                lost.deployers[who].known = false;
                if step == Step::Commit {
                    let mut after = lost;
                    after.go(who, Step::Learn);
                    fault(
                        name,
                        format!("connection lost, COMMIT arrives: {}", sent.is_some()),
                        after,
                    );
                }
                lost.leave(self, who);
                fault(name, format!("dies at {step:?}, arrives: {}", sent.is_some()), lost);
                if !writes(step) {
                    break;
                }
            }
            if let Some((what, after)) = self.refused(world, who) {
                fault(name, what, after);
            }
        }
        if world.prisma.step != PrismaStep::Off {
            let step = world.prisma.step;
            for sent in [Some(Sent::Prisma(step)), None] {
                let mut after = *world;
                if let Some(slot) = after.prisma.backend.take() {
                    detach(&mut after, slot, sent);
                }
                after.prisma.step = PrismaStep::Off;
                fault("Prisma", format!("dies at {step:?}, arrives: {}", sent.is_some()), after);
            }
            if let PrismaStep::Script(migration) = step {
                let mut after = *world;
                after.prisma.step = PrismaStep::RecordLogs(migration);
                fault("Prisma", "the script fails".to_owned(), after);
            }
        }
        fault("server", "restarts".to_owned(), self.restarted(world));
    }

    /// The server says no: an error of the script, a time-out, a deadlock.
    fn refused(&self, world: &World, who: usize) -> Option<(String, World)> {
        let mut after = *world;
        let slot = world.deployers[who].backend;
        match (world.deployers[who].step, slot) {
            (Step::Apply, Some(slot)) => {
                self.hold(&mut after, slot, Uncommitted::ScriptFailed);
                after.go(who, Step::Commit);
                Some(("the script fails".to_owned(), after))
            }
            (Step::BuildEnds, _) => {
                after.go(who, Step::Inspect);
                Some(("the build breaks".to_owned(), after))
            }
            (Step::Wait | Step::Learn | Step::LockToFinish, _) => {
                after.leave(self, who);
                Some(("gives up waiting".to_owned(), after))
            }
            _ => None,
        }
    }

    fn restarted(&self, world: &World) -> World {
        let mut after = *world;
        for who in 0..OURS {
            let Some(slot) = after.deployers[who].backend.take() else {
                continue;
            };
            after.end_backend(self, slot);
            after.deployers[who].known = false;
            if after.deployers[who].step == Step::Commit {
                after.go(who, Step::Learn);
            } else {
                after.leave(self, who);
            }
        }
        for slot in 0..after.backends.len() {
            after.end_backend(self, slot);
        }
        (after.prisma.step, after.prisma.backend) = (PrismaStep::Off, None);
        after
    }

    /// `resolve`, under the lock: the operator looks in the schema whether the changes are there.
    pub(crate) fn operator_acts(&self, world: &World, next: &mut Vec<(Action, World)>) {
        if world.resolves == 0 {
            return;
        }
        let mut say = |what: &str, mut after: World, acts: bool| {
            after.resolves -= u8::from(acts);
            next.push((("operator", what.to_owned()), after));
        };
        if world.lock.is_none()
            && let Some((what, after)) = self.resolved(world)
        {
            say(what, after, true);
        }
        if !self.lacks(Mutation::ResolveWhileRunning) {
            return;
        }
        if let (Some(migration), None) = (world.decided, world.lock) {
            let mut after = World { decided: None, ..*world };
            roll_back(&mut after, migration);
            say("rolls back what was decided on", after, true);
        }
        for migration in self.order {
            let tried = world.live(migration).any(|row| row.state != RowState::Finished);
            let effect = usize::from(migration == Migration::Index);
            if world.decided.is_none() && tried && world.effects[effect] == 0 {
                let decided = World { decided: Some(migration), ..*world };
                say("looks while somebody is at work, and decides", decided, false);
            }
        }
    }

    /// The one repair that a refused state asks for.
    pub(crate) fn resolved(&self, world: &World) -> Option<(&'static str, World)> {
        if self.judge(world, false) != Judged::Refuse {
            return None;
        }
        let failed = |migration: &Migration| {
            world
                .live(*migration)
                .any(|row| row.state != RowState::Finished && row.journal.is_none())
        };
        let migration = self.order.into_iter().find(failed)?;
        let mut after = *world;
        roll_back(&mut after, migration);
        if migration == Migration::Table && world.effects[0] > 0 {
            after.add_row(Row {
                migration,
                state: RowState::Finished,
                writer: None,
                by_prisma: false,
                journal: None,
            });
            return Some(("resolve --applied", after));
        }
        Some(("resolve --rolled-back", after))
    }
}

fn roll_back(world: &mut World, migration: Migration) {
    for row in world.rows.iter_mut().flatten().filter(|row| row.migration == migration) {
        if row.state != RowState::Finished {
            row.state = RowState::RolledBack;
        }
    }
    world.written_by(None);
}

/// The client of a backend is gone; what was sent and arrived is finished.
fn detach(world: &mut World, slot: usize, sent: Option<Sent>) {
    if let Some(backend) = world.backends[slot] {
        world.backends[slot] = Some(Backend { attached: false, sent, ..backend });
    }
}

/// Whether it makes a difference that a statement has arrived.
fn writes(step: Step) -> bool {
    matches!(
        step,
        Step::CreateHistoryTable
            | Step::Commit
            | Step::RecordApart
            | Step::JournalStart
            | Step::JournalResume
            | Step::RunFirst
            | Step::RecordFirst
            | Step::RecordStarted
            | Step::BuildBegins
            | Step::BuildEnds
            | Step::Mend
            | Step::RecordDone
            | Step::RecordFailed
            | Step::Finish
    )
}
