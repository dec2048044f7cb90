//! How far to go.

use crate::migrations::MigrationName;

/// How far a deploy goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// Everything that is pending.
    #[default]
    All,
    /// Up to and including this migration, in order of name.
    Through(MigrationName),
    /// At most this many pending migrations.
    Count(usize),
}

impl Target {
    /// Whether the n-th pending migration (from 0) of this name lies within the target.
    #[must_use]
    pub fn includes(&self, index: usize, name: &MigrationName) -> bool {
        match self {
            Self::All => true,
            Self::Through(last) => name <= last,
            Self::Count(count) => index < *count,
        }
    }
}
