//! `Dependencies`: which objects need which others.

use std::collections::{BTreeMap, BTreeSet};

use super::{ObjectKey, Snapshot};

/// Which objects need which others: a view its tables, a column the type it is of.
///
/// They say in which order SQL has to come, and what stands in the way of a change. They are never compared and no
/// part of the fingerprint: what an object needs follows from its definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dependencies(BTreeMap<ObjectKey, BTreeSet<ObjectKey>>);

impl Dependencies {
    pub(super) fn insert(&mut self, dependent: ObjectKey, needed: ObjectKey) {
        if dependent != needed {
            self.0.entry(dependent).or_default().insert(needed);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&ObjectKey, &BTreeSet<ObjectKey>)> {
        self.0.iter()
    }
}

impl Snapshot {
    /// The same with the knowledge that one object needs another.
    #[must_use]
    pub fn with_dependency(mut self, dependent: ObjectKey, needed: ObjectKey) -> Self {
        self.depends(dependent, needed);
        self
    }

    /// Says that one object needs another.
    pub fn depends(&mut self, dependent: ObjectKey, needed: ObjectKey) {
        self.dependencies.insert(dependent, needed);
    }

    /// What an object needs, in order.
    pub fn needs(&self, dependent: &ObjectKey) -> impl Iterator<Item = &ObjectKey> {
        self.dependencies.0.get(dependent).into_iter().flatten()
    }

    /// Every object that needs others, with each of them, in order.
    pub fn dependencies(&self) -> impl Iterator<Item = (&ObjectKey, &ObjectKey)> {
        self.dependencies
            .0
            .iter()
            .flat_map(|(dependent, needed)| needed.iter().map(move |needed| (dependent, needed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::schema::{DiffOptions, Kind, Object, ServerVersion, diff};

    #[test]
    fn they_are_kept_in_files_and_never_compared() {
        let key = |kind, name: &str| ObjectKey::new(kind, Some("a"), name);
        let (view, table) = (key(Kind::View, "v"), key(Kind::Table, "t"));
        let without = Snapshot::new(Dialect::Postgres, ServerVersion::new(15, ""))
            .with(Object::new(view.clone()))
            .with(Object::new(table.clone()));
        let with = without.clone().with_dependency(view.clone(), table.clone());
        assert_eq!(with.needs(&view).collect::<Vec<_>>(), [&table]);
        assert_eq!(with.dependencies().count(), 1);
        assert_eq!(Snapshot::from_json(&with.to_json()).unwrap(), with);
        assert_eq!(with.fingerprint(), without.fingerprint());
        assert!(diff(&with, &without, &DiffOptions::default()).unwrap().is_empty());
    }
}
