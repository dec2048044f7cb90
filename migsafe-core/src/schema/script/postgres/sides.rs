//! The two ends of a script: what is there, and what is to be there.

use std::collections::{BTreeMap, BTreeSet};

use super::names;
use crate::schema::diff::{Change, ChangeKind};
use crate::schema::{Attribute, Kind, Object, ObjectKey, Snapshot, Value};

/// What is there, and what is to be there.
pub(super) struct Sides<'a> {
    pub(super) from: &'a Snapshot,
    pub(super) to: &'a Snapshot,
    /// The first side with all changes but those that are left to a person.
    pub(super) goal: Snapshot,
    /// The changes that are carried out, by object.
    pub(super) changes: BTreeMap<&'a ObjectKey, Vec<&'a Change>>,
}

impl<'a> Sides<'a> {
    pub(super) fn new(
        from: &'a Snapshot,
        to: &'a Snapshot,
        changes: impl IntoIterator<Item = &'a Change>,
    ) -> Self {
        let mut goal = Snapshot::new(from.dialect(), from.server().clone());
        goal.privileges = from.has_privileges() && to.has_privileges();
        for object in from.objects() {
            goal.insert(object.clone());
        }
        let mut by_object: BTreeMap<&ObjectKey, Vec<&Change>> = BTreeMap::new();
        for change in changes {
            by_object.entry(change.object()).or_default().push(change);
            match change.kind() {
                ChangeKind::Added(object) => goal.insert(object.clone()),
                ChangeKind::Removed(object) => drop(goal.remove(object.key())),
                ChangeKind::Changed { attribute, after, .. } => {
                    if let Some(mut object) = goal.remove(change.object()) {
                        object.set(*attribute, after.clone().unwrap_or(Value::Flag(false)));
                        goal.insert(object);
                    }
                }
            }
        }
        let keys: Vec<ObjectKey> = goal.objects().map(|object| object.key().clone()).collect();
        for key in keys {
            let source = if to.get(&key).is_some() { to } else { from };
            let needs = source.needs(&key).filter(|needed| goal.get(needed).is_some());
            for needed in needs.cloned().collect::<Vec<_>>() {
                goal.depends(key.clone(), needed);
            }
        }
        Self { from, to, goal, changes: by_object }
    }

    /// Whether it is known who may do what with an object that is to be there: of one that is there already it is enough
    /// that the first side was read with rights. What is made again must not lose them.
    pub(super) fn knows_privileges(&self, key: &ObjectKey) -> bool {
        self.goal.has_privileges() || (self.from.has_privileges() && self.from.get(key).is_some())
    }

    /// The object as it is.
    pub(super) fn before(&self, key: &ObjectKey) -> Option<&Object> {
        self.from.get(key)
    }

    /// The object as it is to be.
    pub(super) fn after(&self, key: &ObjectKey) -> Option<&Object> {
        self.goal.get(key)
    }

    /// The major version of the server that the script runs on.
    pub(super) fn major(&self) -> u32 {
        self.from.server().major()
    }

    /// What would be lost by the changes of an object, or of one attribute of it.
    pub(super) fn loss(
        &self,
        key: &ObjectKey,
        attribute: Option<Attribute>,
    ) -> Option<&'static str> {
        let changes = self.changes.get(key)?;
        let mut wanted =
            changes.iter().filter(|change| attribute.is_none() || change.attribute() == attribute);
        wanted.find_map(|change| change.loss())
    }

    /// The attributes in which the two sides differ, as far as that is carried out.
    pub(super) fn changed(&self, key: &ObjectKey) -> impl Iterator<Item = Attribute> {
        self.changes.get(key).into_iter().flatten().filter_map(|change| change.attribute())
    }

    /// Whether an attribute is to change.
    pub(super) fn changes_in(&self, key: &ObjectKey, attribute: Attribute) -> bool {
        self.changed(key).any(|changed| changed == attribute)
    }

    /// The relation or domain that an object is a part of: of one that is to be there, as that is to be. A table and a
    /// view may change places under one name.
    pub(super) fn parent(&self, key: &ObjectKey) -> Option<ObjectKey> {
        match self.after(key) {
            Some(_) => self.parent_after(key),
            None => self.parent_before(key),
        }
    }

    /// The relation or domain that an object that is there is a part of.
    pub(super) fn parent_before(&self, key: &ObjectKey) -> Option<ObjectKey> {
        parent_in(self.from, key)
    }

    /// The relation or domain that an object that is to be there is a part of.
    pub(super) fn parent_after(&self, key: &ObjectKey) -> Option<ObjectKey> {
        parent_in(&self.goal, key)
    }

    /// The kind of that.
    pub(super) fn parent_kind(&self, key: &ObjectKey) -> Option<Kind> {
        self.parent(key).map(|parent| parent.kind())
    }

    /// What COMMENT ON and, of objects that are no part of another, DROP and ALTER say.
    pub(super) fn named(&self, key: &ObjectKey) -> String {
        let word = names::word(key.kind());
        match key.kind() {
            Kind::Column => format!("{word} {}.{}", names::parent(key), names::id(key.name())),
            Kind::Constraint if self.parent_kind(key) == Some(Kind::Domain) => {
                format!("{word} {} ON DOMAIN {}", names::id(key.name()), names::parent(key))
            }
            Kind::Constraint | Kind::Trigger | Kind::Rule | Kind::Policy => {
                format!("{word} {} ON {}", names::id(key.name()), names::parent(key))
            }
            _ => format!("{word} {}", names::qualified(key)),
        }
    }
}

/// The relation or domain of which an object of a snapshot is a part.
pub(super) fn parent_in(snapshot: &Snapshot, key: &ObjectKey) -> Option<ObjectKey> {
    const PARENTS: [Kind; 5] =
        [Kind::Table, Kind::View, Kind::MaterializedView, Kind::ForeignTable, Kind::Domain];
    let name = key.parent()?;
    PARENTS
        .iter()
        .map(|kind| ObjectKey::new(*kind, key.schema(), name))
        .find(|parent| snapshot.get(parent).is_some())
}

/// The parts of a relation or domain, columns first.
pub(super) fn parts<'a>(snapshot: &'a Snapshot, whole: &ObjectKey) -> Vec<&'a Object> {
    let whole = whole.clone();
    snapshot
        .objects()
        .filter(|object| {
            object.key().parent() == Some(whole.name()) && object.key().schema() == whole.schema()
        })
        .collect()
}

/// The tables that a table is a partition or a child of.
pub(super) fn parents_of(snapshot: &Snapshot, table: &ObjectKey) -> Vec<ObjectKey> {
    let Some(object) = snapshot.get(table) else { return Vec::new() };
    let inherits = object.get(Attribute::Inherits).and_then(Value::as_list).unwrap_or_default();
    let names = object.get_text(Attribute::PartitionOf).into_iter();
    names
        .chain(inherits.iter().map(String::as_str))
        .filter_map(|name| relation_named(snapshot, name))
        .collect()
}

/// The same with the parents of the parents.
pub(super) fn ancestors_of(snapshot: &Snapshot, table: &ObjectKey) -> BTreeSet<ObjectKey> {
    let mut found = BTreeSet::new();
    let mut next = parents_of(snapshot, table);
    while let Some(parent) = next.pop() {
        if !found.contains(&parent) {
            next.extend(parents_of(snapshot, &parent));
            found.insert(parent);
        }
    }
    found
}

/// The table that a qualified name of the catalog means.
fn relation_named(snapshot: &Snapshot, name: &str) -> Option<ObjectKey> {
    let names = super::lists::names(name)?;
    let [schema, name] = names.as_slice() else { return None };
    [Kind::Table, Kind::ForeignTable]
        .iter()
        .map(|kind| ObjectKey::new(*kind, Some(schema), name.as_str()))
        .find(|key| snapshot.get(key).is_some())
}

/// The tables that a table is attached to before and after.
pub(super) fn kept_parents(sides: &Sides<'_>, table: &ObjectKey) -> BTreeSet<ObjectKey> {
    let before: BTreeSet<ObjectKey> = parents_of(sides.from, table).into_iter().collect();
    let is_moved = [Attribute::PartitionOf, Attribute::PartitionBound]
        .iter()
        .any(|attribute| sides.changes_in(table, *attribute));
    if is_moved {
        return BTreeSet::new();
    }
    parents_of(&sides.goal, table).into_iter().filter(|parent| before.contains(parent)).collect()
}
