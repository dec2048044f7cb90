//! The relations that a statement locks, as far as its text tells.

use super::ObjectName;
use crate::lock::TableLock;

/// A relation that a statement names and locks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LockedRelation {
    /// Its name as the statement gives it. It need not exist yet.
    pub name: ObjectName,
    /// The mode; `None` where it depends on more than the text.
    pub lock: Option<TableLock>,
}

/// The relations that a statement locks more strongly than reading does.
///
/// Only what the text says: tables that a function, a trigger or a cascade reaches are not here, and then
/// the list is not [complete](Self::is_complete). Always empty for SQLite, which has one lock for the
/// whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockedRelations {
    pub(super) list: Vec<LockedRelation>,
    pub(super) has_others: bool,
}

impl LockedRelations {
    /// The relations, each once for each time it is named.
    #[must_use]
    pub fn as_slice(&self) -> &[LockedRelation] {
        &self.list
    }

    /// False when the statement may lock relations that its text does not name.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.has_others
    }

    #[cfg(feature = "postgres-sql")]
    pub(super) fn add(&mut self, name: ObjectName, lock: impl Into<Option<TableLock>>) {
        self.list.push(LockedRelation { name, lock: lock.into() });
    }
}
