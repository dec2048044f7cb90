//! One form of a statement and what was measured of it.

use super::{Role, table};
use crate::lock::TableLock;

/// What a form of a statement does, from one major version of PostgreSQL to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasuredForm {
    id: &'static str,
    statement: &'static str,
    given: &'static str,
    first: u32,
    last: u32,
    locks: &'static [(Role, TableLock)],
    rewrite: Rewrite,
    scans: &'static [Role],
    alone: bool,
    waits_for_snapshots: bool,
}

/// Which files a statement writes anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a table has rows and indexes, nothing more")]
pub enum Rewrite {
    /// None.
    No,
    /// Those of indexes.
    Indexes,
    /// Those of a table with its rows and its indexes.
    Table,
}

impl MeasuredForm {
    /// Its name, words with hyphens: `create-index-concurrently`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The statement that was run.
    #[must_use]
    pub fn statement(&self) -> &'static str {
        self.statement
    }

    /// What was the case beyond what the statement says; empty for nothing.
    #[must_use]
    pub fn given(&self) -> &'static str {
        self.given
    }

    /// The first and the last major version that do this.
    #[must_use]
    pub fn versions(&self) -> (u32, u32) {
        (self.first, self.last)
    }

    /// The strongest lock on each relation that existed before. Locks that only read an index are left out.
    #[must_use]
    pub fn locks(&self) -> &'static [(Role, TableLock)] {
        self.locks
    }

    /// The strongest lock on a relation of this role.
    #[must_use]
    pub fn lock(&self, role: Role) -> Option<TableLock> {
        self.locks.iter().find(|(on, _)| *on == role).map(|(_, mode)| *mode)
    }

    /// Which files are written anew.
    #[must_use]
    pub fn rewrite(&self) -> Rewrite {
        self.rewrite
    }

    /// Whose pages are all read.
    #[must_use]
    pub fn scans(&self) -> &'static [Role] {
        self.scans
    }

    /// Whether the server refuses it in a transaction.
    #[must_use]
    pub fn is_refused_in_transaction(&self) -> bool {
        self.alone
    }

    /// Whether it waits for older transactions that have nothing to do with its table.
    #[must_use]
    pub fn waits_for_snapshots(&self) -> bool {
        self.waits_for_snapshots
    }

    pub(super) const fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    pub(super) const fn waits(mut self) -> Self {
        self.waits_for_snapshots = true;
        self
    }
}

#[expect(clippy::too_many_arguments, reason = "a line of a table, written by a program")]
pub(super) const fn row(
    id: &'static str,
    statement: &'static str,
    given: &'static str,
    first: u32,
    last: u32,
    locks: &'static [(Role, TableLock)],
    rewrite: Rewrite,
    scans: &'static [Role],
) -> MeasuredForm {
    MeasuredForm {
        id,
        statement,
        given,
        first,
        last,
        locks,
        rewrite,
        scans,
        alone: false,
        waits_for_snapshots: false,
    }
}

/// Everything that was measured, each form once for each range of versions that do the same.
#[must_use]
pub fn measured_forms() -> &'static [MeasuredForm] {
    table::FORMS
}

/// The versions that were measured on, as `15.18`, oldest first.
#[must_use]
pub fn measured_versions() -> &'static [&'static str] {
    table::VERSIONS
}

/// A form on a major version. What is newer than all that were measured is taken to do as the newest did.
#[must_use]
pub fn measured(id: &str, major: u32) -> Option<&'static MeasuredForm> {
    let newest = measured_forms().iter().map(|form| form.last).max()?;
    let major = major.min(newest);
    measured_forms().iter().find(|form| form.id == id && (form.first..=form.last).contains(&major))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn versions_of_a_form_follow_each_other() {
        let mut seen = BTreeSet::new();
        for form in measured_forms() {
            for major in form.first..=form.last {
                assert!(seen.insert((form.id, major)), "{} on {major} twice", form.id);
                assert_eq!(measured(form.id, major), Some(form));
            }
        }
        for form in measured_forms() {
            assert!(seen.contains(&(form.id, 18)), "{} is gone from the newest", form.id);
        }
        assert_eq!(measured("add-column", 99), measured("add-column", 18));
        assert_eq!(measured("set-expression", 14), None);
        assert_eq!(measured("no-such-form", 15), None);
    }

    #[test]
    fn roles_have_names_of_their_own() {
        let names: BTreeSet<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        assert_eq!(names.len(), Role::ALL.len());
    }
}
