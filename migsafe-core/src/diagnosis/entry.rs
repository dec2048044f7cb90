//! One line of a diagnosis.

use std::ops::Range;

use super::{Marks, State};
use crate::migrations::{Checksum, MigrationName};

/// What is known about one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub(super) name: MigrationName,
    pub(super) state: State,
    pub(super) uncertain: bool,
    pub(super) marks: Marks,
    pub(super) has_file: bool,
    pub(super) checksum: Option<Checksum>,
    pub(super) has_live_row: bool,
    /// Places in `Diagnosis::order`; the rows of this name, oldest attempt first.
    pub(super) attempts: Range<usize>,
}

impl Entry {
    /// The migration's name.
    #[must_use]
    pub fn name(&self) -> &MigrationName {
        &self.name
    }

    /// Its one state.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// True for a [`State::Failed`] entry that may in truth be running, because the lock's state cannot
    /// be known, or the journal that would tell may not be read. Reports say "failed or running".
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        self.uncertain
    }

    /// The facts that hold beside the state.
    #[must_use]
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// Whether the folder has a migration of this name (with or without a readable script).
    #[must_use]
    pub fn has_file(&self) -> bool {
        self.has_file
    }

    /// The checksum of the file, when there is a readable script.
    #[must_use]
    pub fn checksum(&self) -> Option<&Checksum> {
        self.checksum.as_ref()
    }

    /// How many rows the name has.
    #[must_use]
    pub fn attempt_count(&self) -> usize {
        self.attempts.len()
    }

    /// Whether any row of the name is not rolled back.
    #[must_use]
    pub fn has_live_row(&self) -> bool {
        self.has_live_row
    }
}
