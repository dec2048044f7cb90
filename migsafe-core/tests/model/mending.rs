//! Whether a state leads to a clean end: everybody goes on to their end, then at most one repair, then
//! one deploy.

use std::collections::HashSet;

use crate::explorer::{Model as _, Quick};
use crate::protocol::Protocol;
use crate::world::{IndexState, Migration, World};

/// More steps than any way to the end has.
const LIMIT: usize = 300;

/// Remembers what was found to end well.
pub(crate) struct Mending {
    protocol: Protocol,
    good: HashSet<(World, bool, bool), Quick>,
}

impl Mending {
    pub(crate) fn new(protocol: Protocol) -> Self {
        Self { protocol, good: HashSet::default() }
    }

    /// What stands in the way of a clean end, if anything does.
    pub(crate) fn obstacle(&mut self, world: &World) -> Option<String> {
        let mut now = *world;
        (now.faults, now.resolves, now.prisma.starts, now.decided) = (0, 0, 0, None);
        now.deployers.iter_mut().for_each(|deployer| deployer.starts = 0);
        let (mut repaired, mut deployed) = (false, false);
        let mut way = Vec::new();
        for turn in 0..LIMIT {
            if self.good.contains(&(now, repaired, deployed)) {
                break;
            }
            way.push((now, repaired, deployed));
            // By turns: a deployer that waits must not keep the others from theirs.
            let choices = self.protocol.next(&now);
            if !choices.is_empty() {
                now = choices[turn % choices.len()].1;
                continue;
            }
            if is_clean(&now) {
                break;
            }
            if !repaired && let Some((_, next)) = self.protocol.resolved(&now) {
                (now, repaired) = (next, true);
                now.tidy();
            } else if !deployed && now.backends.iter().flatten().next().is_none() {
                deployed = true;
                now.deployers[0].starts = 1;
            } else {
                return Some(format!("repaired {repaired}, deployed {deployed}: {now:?}"));
            }
        }
        if way.len() == LIMIT {
            return Some(format!("no end: {now:?}"));
        }
        self.good.extend(way);
        None
    }
}

fn is_clean(world: &World) -> bool {
    let finished = [Migration::Table, Migration::Index].iter().all(|m| world.is_finished(*m));
    let nobody = world.lock.is_none() && world.backends.iter().flatten().next().is_none();
    finished && nobody && world.effects == [1; 3] && world.index == IndexState::Valid
}
