//! The promises, as conditions on every state.

use crate::protocol::{Judged, Protocol};
use crate::world::{IndexState, Migration, OURS, RowState, Second, Sent, Step, Uncommitted, World};
use crate::world::{Prisma, PrismaStep};

/// What the tool promises; the number is the promise's in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// 3: a transactional migration takes effect at most once.
    AtMostOnce,
    /// 3: script and finished row are committed together.
    EffectAndRowTogether,
    /// 3: an outcome that was not learnt is not recorded as failed.
    NeverFailedUnlearnt,
    /// 3: every state leads to a clean end with one deploy and at most one repair before it.
    CanBeMended,
    /// 4: a statement with its journal row takes effect once; one in doubt is inspected first.
    StatementsOnce,
    /// 5: no two deployers run the same step at once.
    NoTwoAtOnce,
    /// 5: whoever holds the lock is alive.
    LockEndsWithItsOwner,
    /// 5: nothing is written without the lock or the lease.
    WritesAreGuarded,
    /// 5: `Unchanged` is said only where the plan is still true.
    UnchangedIsTrue,
    /// Nothing begins while an earlier migration is not finished: `Running` permits no writing.
    InOrder,
    /// A run that ends well leaves nothing to do.
    OkIsTrue,
}

/// A set of broken promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Broken(u16);

impl Broken {
    pub(crate) fn add(&mut self, promise: Promise) {
        self.0 |= 1 << promise as u16;
    }

    pub(crate) fn contains(self, promise: Promise) -> bool {
        self.0 & (1 << promise as u16) != 0
    }

    pub(crate) fn names(self) -> Vec<Promise> {
        use Promise::{
            AtMostOnce, CanBeMended, EffectAndRowTogether, InOrder, LockEndsWithItsOwner,
            NeverFailedUnlearnt, NoTwoAtOnce, OkIsTrue, StatementsOnce, UnchangedIsTrue,
            WritesAreGuarded,
        };
        let all = [
            AtMostOnce,
            EffectAndRowTogether,
            NeverFailedUnlearnt,
            CanBeMended,
            StatementsOnce,
            NoTwoAtOnce,
            LockEndsWithItsOwner,
            WritesAreGuarded,
            UnchangedIsTrue,
            InOrder,
            OkIsTrue,
        ];
        all.into_iter().filter(|promise| self.contains(*promise)).collect()
    }
}

/// The promises that a state breaks: those broken on the way to it, and those that it breaks itself.
/// [`Promise::CanBeMended`] is looked at apart, since it speaks of what comes later.
pub(crate) fn broken(protocol: &Protocol, world: &World) -> Broken {
    let mut world = *world;
    let [table, first, second] = world.effects;
    world.must(table <= 1, Promise::AtMostOnce);
    world.must(first <= 1 && second <= 1, Promise::StatementsOnce);
    let finished = world.is_finished(Migration::Table);
    // Prisma writes its row before its script and finishes it after: in between its row tells nothing.
    let prisma_is_at_it = world
        .live(Migration::Table)
        .any(|row| row.by_prisma && matches!(row.state, RowState::Unfinished | RowState::Stepped));
    world.must(prisma_is_at_it || finished == (table >= 1), Promise::EffectAndRowTogether);
    let failed =
        world.live(Migration::Table).any(|row| row.state == RowState::Failed && !row.by_prisma);
    world.must(!(failed && table > 0), Promise::NeverFailedUnlearnt);
    let whole = first == 1 && second == 1 && world.index == IndexState::Valid;
    world.must(whole || !world.is_finished(Migration::Index), Promise::StatementsOnce);
    for row in world.rows().copied().collect::<Vec<_>>() {
        if let Some(journal) = row.journal {
            let once = journal.first_done == (first == 1);
            let done = journal.second != Second::Done || second == 1;
            world.must(row.state == RowState::RolledBack || once && done, Promise::StatementsOnce);
        }
    }
    let most = at_work(&world).into_iter().max();
    world.must(most <= Some(1), Promise::NoTwoAtOnce);
    let owner_lives = world.lock.is_none_or(|owner| world.backends[owner].is_some());
    world.must(owner_lives, Promise::LockEndsWithItsOwner);
    for deployer in world.deployers {
        if deployer.known && deployer.step == Step::TryLock {
            let same = protocol.judge(&world, false) == Judged::Plan(deployer.plan);
            world.must(same, Promise::UnchangedIsTrue);
        }
    }
    world.broken
}

/// How many are carrying out the transactional script, the first statement, the index build.
fn at_work(world: &World) -> [usize; 3] {
    let holds_lease = |backend: Option<usize>| {
        world.rows().any(|row| {
            let lease = row.journal.and_then(|journal| journal.lease);
            lease.is_some_and(|lease| backend.is_some() && lease.owner == backend)
        })
    };
    let mut counts = [0; 3];
    for deployer in &world.deployers[..OURS] {
        match deployer.step {
            Step::Apply | Step::Commit => counts[0] += 1,
            // One whose lease is lost is fenced off: the statement does nothing.
            Step::RunFirst if holds_lease(deployer.backend) => counts[1] += 1,
            Step::BuildBegins | Step::BuildEnds => counts[2] += 1,
            _ => {}
        }
    }
    let Prisma { step, .. } = world.prisma;
    counts[0] += usize::from(step == PrismaStep::Script(Migration::Table));
    for backend in world.backends.iter().flatten().filter(|backend| !backend.attached) {
        let script = Some(Sent::Prisma(PrismaStep::Script(Migration::Table)));
        if backend.uncommitted == Uncommitted::Applied || backend.sent == script {
            counts[0] += 1;
        }
        let build = [Step::BuildBegins, Step::BuildEnds].map(|step| Some(Sent::Ours(step)));
        counts[2] += usize::from(build.contains(&backend.sent));
    }
    counts
}
