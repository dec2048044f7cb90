//! Counts per state and per mark.

use serde::Serialize;

use super::{Entry, Mark, State};

/// How many entries are in each state and carry each mark; all of them, zero included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the names of states and marks")]
#[non_exhaustive]
pub struct Summary {
    pub applied: usize,
    pub pending: usize,
    pub rolled_back: usize,
    pub running: usize,
    pub failed: usize,
    pub ghost: usize,
    pub orphaned: usize,
    pub edited: usize,
    pub out_of_order: usize,
    pub duplicate: usize,
    pub marked_applied: usize,
    pub newer: usize,
}

impl Summary {
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut summary = Self::default();
        for entry in entries {
            *summary.state_mut(entry.state) += 1;
            for mark in entry.marks.iter() {
                *summary.mark_mut(mark) += 1;
            }
        }
        summary
    }

    /// The count of a state.
    #[must_use]
    pub fn state(mut self, state: State) -> usize {
        *self.state_mut(state)
    }

    /// The count of a mark.
    #[must_use]
    pub fn mark(mut self, mark: Mark) -> usize {
        *self.mark_mut(mark)
    }

    fn state_mut(&mut self, state: State) -> &mut usize {
        match state {
            State::Applied => &mut self.applied,
            State::Pending => &mut self.pending,
            State::RolledBack => &mut self.rolled_back,
            State::Running => &mut self.running,
            State::Failed => &mut self.failed,
            State::Ghost => &mut self.ghost,
            State::Orphaned => &mut self.orphaned,
        }
    }

    fn mark_mut(&mut self, mark: Mark) -> &mut usize {
        match mark {
            Mark::Edited => &mut self.edited,
            Mark::OutOfOrder => &mut self.out_of_order,
            Mark::Duplicate => &mut self.duplicate,
            Mark::MarkedApplied => &mut self.marked_applied,
            Mark::Newer => &mut self.newer,
        }
    }
}
