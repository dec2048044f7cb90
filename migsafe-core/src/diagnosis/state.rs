//! States and marks.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeSeq as _};

/// The one state of a migration's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// A file without a row.
    Pending,
    /// A file with rolled-back rows only: pending again, tried before.
    RolledBack,
    /// An unfinished row while another session holds the lock.
    Running,
    /// An unfinished row and nobody at work. The script may still have been applied in full.
    Failed,
    /// A finished row with `applied_steps_count = 0`: claimed, not known to have run.
    Ghost,
    /// A row without a file.
    Orphaned,
    /// A finished row with steps of 1 or more.
    Applied,
}

impl State {
    /// All states, in the order of their declaration.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::RolledBack,
        Self::Running,
        Self::Failed,
        Self::Ghost,
        Self::Orphaned,
        Self::Applied,
    ];

    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::RolledBack => "rolled_back",
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Ghost => "ghost",
            Self::Orphaned => "orphaned",
            Self::Applied => "applied",
        }
    }

    /// Whether a deploy would run the migration: pending, or rolled back.
    #[must_use]
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Pending | Self::RolledBack)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A fact about an entry that holds beside its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mark {
    /// The checksum of the newest live row is not the file's.
    Edited,
    /// Pending or rolled back, and older than the newest applied or ghost entry that has a file.
    OutOfOrder,
    /// Two live rows.
    Duplicate,
    /// A ghost of the exact shape that `resolve --applied` writes.
    MarkedApplied,
    /// An orphan newer than our newest file: an old program on a newer database.
    Newer,
}

impl Mark {
    /// All marks.
    pub const ALL: [Self; 5] =
        [Self::Edited, Self::OutOfOrder, Self::Duplicate, Self::MarkedApplied, Self::Newer];

    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::OutOfOrder => "out_of_order",
            Self::Duplicate => "duplicate",
            Self::MarkedApplied => "marked_applied",
            Self::Newer => "newer",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Edited => 1,
            Self::OutOfOrder => 2,
            Self::Duplicate => 4,
            Self::MarkedApplied => 8,
            Self::Newer => 16,
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of marks.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Marks(u8);

impl Marks {
    /// Whether a mark is set.
    #[must_use]
    pub fn contains(self, mark: Mark) -> bool {
        self.0 & mark.bit() != 0
    }

    /// Whether none is set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The marks that are set.
    pub fn iter(self) -> impl Iterator<Item = Mark> {
        Mark::ALL.into_iter().filter(move |mark| self.contains(*mark))
    }

    pub(super) fn set(&mut self, mark: Mark, on: bool) {
        if on {
            self.0 |= mark.bit();
        }
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Marks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for mark in self.iter() {
            list.serialize_element(&mark)?;
        }
        list.end()
    }
}
