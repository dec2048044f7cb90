//! A breadth-first search over all states that can be reached; the way to a bad one is the shortest.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// What somebody did.
pub(crate) type Action = (&'static str, String);

pub(crate) trait Model {
    type State: Copy + Eq + Hash;

    /// Everything that can happen next: who, what, and the state afterwards.
    fn next(&self, state: &Self::State) -> Vec<(Action, Self::State)>;
}

pub(crate) struct Explored<S> {
    /// How many different states were reached.
    pub(crate) states: usize,
    /// How many steps lead from one to another.
    pub(crate) steps: usize,
    /// The first bad state, the way to it, and what is bad.
    pub(crate) bad: Option<(S, Vec<String>, String)>,
}

/// Visits every state that can be reached, until one is called bad.
pub(crate) fn explore<M: Model>(
    model: &M,
    initial: M::State,
    mut is_bad: impl FnMut(&M::State) -> Option<String>,
) -> Explored<M::State> {
    let mut order = vec![initial];
    let mut came: Vec<Option<(usize, Action)>> = vec![None];
    let mut known: HashMap<M::State, (), Quick> = HashMap::default();
    known.insert(initial, ());
    let mut steps = 0;
    let mut at = 0;
    while let Some(state) = order.get(at).copied() {
        if let Some(why) = is_bad(&state) {
            let bad = Some((state, way(&came, at), why));
            return Explored { states: order.len(), steps, bad };
        }
        for (action, next) in model.next(&state) {
            steps += 1;
            if let Entry::Vacant(entry) = known.entry(next) {
                entry.insert(());
                order.push(next);
                came.push(Some((at, action)));
            }
        }
        at += 1;
    }
    Explored { states: order.len(), steps, bad: None }
}

fn way(came: &[Option<(usize, Action)>], mut at: usize) -> Vec<String> {
    let mut way = Vec::new();
    while let Some(Some((before, (who, what)))) = came.get(at) {
        way.push(format!("{who}: {what}"));
        at = *before;
    }
    way.reverse();
    way
}

/// Hashes a state quickly; nobody chooses states in order to collide.
pub(crate) type Quick = BuildHasherDefault<Multiply>;

#[derive(Default)]
pub(crate) struct Multiply(u64);

impl Hasher for Multiply {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u8(*byte);
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value.unsigned_abs() as u64);
    }
}
