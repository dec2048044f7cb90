//! The modes in which PostgreSQL locks a table.

use std::fmt;

use serde::{Serialize, Serializer};

/// A mode of PostgreSQL's table locks, weakest first (manual, section 13.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "these eight have been all since PostgreSQL 7.1")]
pub enum TableLock {
    /// `SELECT`.
    AccessShare,
    /// `SELECT … FOR UPDATE`.
    RowShare,
    /// `INSERT`, `UPDATE`, `DELETE`, `MERGE`.
    RowExclusive,
    /// `VACUUM`, `ANALYZE`, `CREATE INDEX CONCURRENTLY`.
    ShareUpdateExclusive,
    /// `CREATE INDEX`.
    Share,
    /// `CREATE TRIGGER`, a foreign key that is added, on both tables.
    ShareRowExclusive,
    /// `REFRESH MATERIALIZED VIEW CONCURRENTLY`.
    Exclusive,
    /// Most forms of `ALTER TABLE`, `DROP TABLE`, `TRUNCATE`.
    AccessExclusive,
}

impl TableLock {
    /// Every mode, weakest first.
    pub const ALL: [Self; 8] = [
        Self::AccessShare,
        Self::RowShare,
        Self::RowExclusive,
        Self::ShareUpdateExclusive,
        Self::Share,
        Self::ShareRowExclusive,
        Self::Exclusive,
        Self::AccessExclusive,
    ];

    /// The name in SQL: `ACCESS EXCLUSIVE`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// The mode that `pg_locks.mode` names, `AccessExclusiveLock`, or that `LOCK TABLE … IN` names,
    /// `ACCESS EXCLUSIVE`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let squeezed = |text: &str| text.replace(' ', "").to_ascii_lowercase();
        let wanted = squeezed(name);
        let wanted = wanted.strip_suffix("lock").unwrap_or(&wanted);
        Self::ALL.into_iter().find(|mode| squeezed(mode.name()) == wanted)
    }

    /// The strongest of several modes; `None` when one is not known and none is the strongest of all.
    pub(crate) fn strongest(modes: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
        let modes: Vec<Option<Self>> = modes.into_iter().collect();
        if modes.contains(&Some(Self::AccessExclusive)) {
            return Some(Self::AccessExclusive);
        }
        modes.into_iter().collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// Whether two sessions cannot have these two on one table (manual, table 13.2).
    #[must_use]
    pub fn conflicts_with(self, other: Self) -> bool {
        let (weak, strong) = (self.min(other), self.max(other));
        match weak {
            Self::AccessShare => strong == Self::AccessExclusive,
            Self::RowShare => strong >= Self::Exclusive,
            Self::RowExclusive => strong >= Self::Share,
            Self::ShareUpdateExclusive => true,
            Self::Share => strong != Self::Share,
            Self::ShareRowExclusive | Self::Exclusive | Self::AccessExclusive => true,
        }
    }

    /// What ordinary work on a table does not go on while this is held, or waited for in front of it.
    #[must_use]
    pub fn stops(self) -> &'static str {
        if self.conflicts_with(Self::AccessShare) {
            "reads and writes"
        } else if self.conflicts_with(Self::RowExclusive) {
            "writes"
        } else {
            "other migrations and maintenance only"
        }
    }
}

impl fmt::Display for TableLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for TableLock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the manual, row by row: `x` where the two conflict.
    const CONFLICTS: [&str; 8] = [
        ".......x", "......xx", "....xxxx", "...xxxxx", "..xx.xxx", "..xxxxxx", ".xxxxxxx",
        "xxxxxxxx",
    ];

    #[test]
    fn conflicts_are_those_of_the_manual() {
        for (a, row) in TableLock::ALL.into_iter().zip(CONFLICTS) {
            for (b, cell) in TableLock::ALL.into_iter().zip(row.chars()) {
                assert_eq!(a.conflicts_with(b), cell == 'x', "{a} and {b}");
            }
        }
    }

    #[test]
    fn names_are_read_in_both_spellings() {
        for mode in TableLock::ALL {
            assert_eq!(TableLock::from_name(mode.name()), Some(mode));
        }
        assert_eq!(TableLock::from_name("AccessShareLock"), Some(TableLock::AccessShare));
        assert_eq!(TableLock::from_name("ShareLock"), Some(TableLock::Share));
        assert_eq!(TableLock::from_name("SIReadLock"), None);
        assert_eq!(TableLock::from_name(""), None);
    }

    #[test]
    fn what_a_mode_stops() {
        assert_eq!(TableLock::AccessExclusive.stops(), "reads and writes");
        assert_eq!(TableLock::Share.stops(), "writes");
        assert!(TableLock::ShareUpdateExclusive.stops().contains("only"));
    }
}
