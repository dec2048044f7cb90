//! What was measured.

use std::collections::{BTreeMap, BTreeSet};

/// What a form did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Measurement {
    /// The form's name.
    pub form: &'static str,
    /// The strongest lock per role, as `pg_locks.mode` names it. Of indexes, reading is left out. Roles:
    /// `table`, `referenced`, `referencing`, `partition`, `default-partition`, `other-partition`, `parent`,
    /// `view`, `materialized-view`, `sequence`, `source` (a table that is only read), `type-user` (a table
    /// with a column of the type), `index`. Relations that the statement creates are nobody's yet and not here.
    pub locks: BTreeMap<&'static str, String>,
    /// Whether files were written anew.
    pub rewrite: Rewrite,
    /// The roles that were read from the first page to the last.
    pub scans: BTreeSet<&'static str>,
    /// Whether the server refuses it in a transaction (25001).
    pub alone: bool,
    /// Whether it waited for a session that had an old snapshot and no lock on any relation here.
    pub waits_for_snapshots: bool,
}

/// Which files were written anew, by `pg_relation_filenode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a table has rows and indexes, nothing more")]
pub enum Rewrite {
    /// None.
    #[default]
    No,
    /// Indexes only.
    Indexes,
    /// A table with its rows, and so its indexes.
    Table,
}

/// The modes as `pg_locks` names them, weakest first.
const MODES: [&str; 8] = [
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
];

impl Measurement {
    pub(super) fn of(form: &'static str) -> Self {
        Self {
            form,
            locks: BTreeMap::new(),
            rewrite: Rewrite::No,
            scans: BTreeSet::new(),
            alone: false,
            waits_for_snapshots: false,
        }
    }

    /// Keeps the stronger of what is known and this.
    pub(super) fn add_lock(&mut self, role: &'static str, mode: &str) {
        let strength = |mode: &str| MODES.iter().position(|known| *known == mode);
        let strength_of = strength(mode).unwrap_or_else(|| panic!("unknown mode {mode}"));
        if role == "index" && strength_of == 0 {
            return;
        }
        let known = self.locks.entry(role).or_insert_with(|| mode.to_owned());
        if strength(known) < Some(strength_of) {
            mode.clone_into(known);
        }
    }
}
