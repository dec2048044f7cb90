//! What happens to each object, and to those that stand in the way.

use std::collections::{BTreeMap, BTreeSet};

use super::creation;
use super::kinds::{constraint, index};
use super::sides::{Sides, ancestors_of, kept_parents, parent_in, parts};
use super::way::{self, Way};
use crate::schema::{Attribute, Kind, ObjectKey, Snapshot};

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// It is changed where it stands.
    Alter,
    /// It is made.
    Create,
    /// It goes away.
    Drop,
    /// It is dropped and made again.
    Rebuild,
    /// A new one takes its place; the old one goes when nothing is of it any more.
    Swap,
}

impl Fate {
    /// Whether what needs the object has to let go of it.
    fn is_end(self) -> bool {
        matches!(self, Self::Drop | Self::Rebuild | Self::Swap)
    }
}

/// What happens to each object.
#[derive(Default)]
pub(super) struct Fates {
    fates: BTreeMap<ObjectKey, Fate>,
    /// Columns whose type is given again, since a new one takes its place; by what.
    pub(super) retyped: BTreeMap<ObjectKey, ObjectKey>,
    /// Columns and domains whose default is dropped and set again.
    pub(super) redefaulted: BTreeSet<ObjectKey>,
    /// Why an object that does not change by itself is made again.
    causes: BTreeMap<ObjectKey, ObjectKey>,
    /// The objects whose changes have to be left to a person, and why.
    pub(super) problems: Vec<(ObjectKey, Option<Attribute>, String)>,
}

impl Fates {
    pub(super) fn new(sides: &Sides<'_>, swapped: &BTreeSet<ObjectKey>) -> Self {
        let mut fates = Self::default();
        for key in sides.changes.keys() {
            fates.decide(sides, key, swapped);
        }
        fates.spread(sides);
        fates.check(sides);
        fates
    }

    pub(super) fn get(&self, key: &ObjectKey) -> Option<Fate> {
        self.fates.get(key).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&ObjectKey, Fate)> {
        self.fates.iter().map(|(key, fate)| (key, *fate))
    }

    /// Whether an object is dropped, for good or to be made again.
    pub(super) fn is_gone(&self, key: &ObjectKey) -> bool {
        matches!(self.get(key), Some(Fate::Drop | Fate::Rebuild))
    }

    /// Whether an object is made, for the first time or again.
    pub(super) fn is_made(&self, key: &ObjectKey) -> bool {
        matches!(self.get(key), Some(Fate::Create | Fate::Rebuild | Fate::Swap))
    }

    fn decide(&mut self, sides: &Sides<'_>, key: &ObjectKey, swapped: &BTreeSet<ObjectKey>) {
        let fate = match (sides.before(key), sides.after(key)) {
            (None, Some(_)) => Fate::Create,
            (Some(_), None) => Fate::Drop,
            (None, None) => return,
            (Some(before), Some(after)) => {
                let mut fate = Fate::Alter;
                for attribute in sides.changed(key) {
                    match way::of(sides, before, after, attribute) {
                        Way::InPlace | Way::Covered => {}
                        Way::Rebuild => fate = fate.max(Fate::Rebuild),
                        Way::Swap => fate = Fate::Swap,
                        Way::Manual(what) => {
                            if attribute == Attribute::PartitionKey {
                                self.leave_what_hangs_on(sides, key);
                            }
                            self.problems.push((key.clone(), Some(attribute), what.into_owned()));
                        }
                    }
                }
                if swapped.contains(key) { Fate::Swap } else { fate }
            }
        };
        self.fates.insert(key.clone(), fate);
    }

    /// A table that a person makes again takes its parts and its partitions along: what is changed of them before
    /// would be in the way, or gone.
    fn leave_what_hangs_on(&mut self, sides: &Sides<'_>, whole: &ObjectKey) {
        let hangs_on = |snapshot: &Snapshot, key: &ObjectKey| {
            let table = parent_in(snapshot, key).unwrap_or_else(|| key.clone());
            table == *whole || ancestors_of(snapshot, &table).contains(whole)
        };
        for (key, changes) in &sides.changes {
            if !hangs_on(sides.from, key) && !hangs_on(&sides.goal, key) {
                continue;
            }
            for change in changes.iter().filter(|change| {
                change.object() != whole || change.attribute() != Some(Attribute::PartitionKey)
            }) {
                let what = format!("it hangs on {whole}, which has to be made again by hand first");
                self.problems.push(((*key).clone(), change.attribute(), what));
            }
        }
    }

    /// Raises the fate of an object that stands in the way of another.
    fn raise(&mut self, key: &ObjectKey, fate: Fate, cause: &ObjectKey) -> bool {
        let now = self.get(key);
        if now.is_some_and(|now| now >= fate) {
            return false;
        }
        self.fates.insert(key.clone(), fate);
        self.causes.entry(key.clone()).or_insert_with(|| cause.clone());
        true
    }

    /// Takes hold of what stands in the way, and of what stands in the way of that.
    fn spread(&mut self, sides: &Sides<'_>) {
        loop {
            let mut is_changed = false;
            for (dependent, needed) in sides.from.dependencies() {
                is_changed |= self.reach(sides, dependent, needed);
            }
            let ends: Vec<(ObjectKey, Fate)> = self
                .iter()
                .filter(|(_, fate)| fate.is_end())
                .map(|(key, fate)| (key.clone(), fate))
                .collect();
            for (whole, _) in ends {
                is_changed |= self.take_parts(sides, &whole);
                is_changed |= self.take_copies(sides, &whole);
            }
            if !is_changed {
                return;
            }
        }
    }

    /// The parts of what is dropped go with it.
    fn take_parts(&mut self, sides: &Sides<'_>, whole: &ObjectKey) -> bool {
        let mut is_changed = false;
        if !whole.kind().has_parts() || whole.parent().is_some() {
            return false;
        }
        for part in parts(sides.from, whole) {
            let is_kept = sides.after(part.key()).is_some();
            let fate = if is_kept { Fate::Rebuild } else { Fate::Drop };
            is_changed |= self.raise(part.key(), fate, whole);
        }
        is_changed
    }

    /// What PostgreSQL keeps on partitions for an index or a constraint of the whole table.
    fn take_copies(&mut self, sides: &Sides<'_>, key: &ObjectKey) -> bool {
        let mut is_changed = false;
        let copies = match key.kind() {
            Kind::Index => index::copies(sides.from, key),
            Kind::Constraint => constraint::copies(sides.from, key),
            _ => Vec::new(),
        };
        for copy in copies {
            let table = sides.parent(&copy);
            let is_attached = table.is_some_and(|table| !kept_parents(sides, &table).is_empty());
            if is_attached && sides.after(&copy).is_some() {
                is_changed |= self.raise(&copy, Fate::Rebuild, key);
            }
        }
        is_changed
    }

    /// What an object has to do because one that it needs ends or changes.
    fn reach(&mut self, sides: &Sides<'_>, dependent: &ObjectKey, needed: &ObjectKey) -> bool {
        let Some(object) = sides.before(dependent).filter(|_| sides.after(dependent).is_some())
        else {
            return false;
        };
        if self.get(dependent).is_some_and(|fate| matches!(fate, Fate::Rebuild | Fate::Drop)) {
            return false;
        }
        let end = self.get(needed).filter(|fate| fate.is_end());
        let is_retyped = needed.kind() == Kind::Column && self.is_retyped(sides, needed);
        if end.is_none() && !is_retyped {
            return false;
        }
        let is_stored = object.get(Attribute::Generated).is_some();
        match dependent.kind() {
            Kind::Column if is_stored => self.raise(dependent, Fate::Rebuild, needed),
            Kind::Column => self.reach_column(sides, dependent, needed, end),
            Kind::RangeType => self.raise(dependent, Fate::Rebuild, needed),
            Kind::Domain | Kind::CompositeType if end == Some(Fate::Swap) => {
                self.raise(dependent, Fate::Swap, needed)
            }
            Kind::Domain | Kind::CompositeType | Kind::Enum | Kind::Collation => {
                let has_default =
                    sides.before(dependent).is_some_and(|o| o.get(Attribute::Default).is_some());
                has_default && end.is_some() && self.redefaulted.insert(dependent.clone())
            }
            Kind::Table | Kind::ForeignTable | Kind::Sequence | Kind::Schema | Kind::Extension => {
                false
            }
            // PostgreSQL makes these again by itself when a column gets another type.
            Kind::Index | Kind::Statistics if end.is_none() => false,
            Kind::Constraint if end.is_none() && !constraint::is_foreign_key(object) => false,
            Kind::Constraint
                if end == Some(Fate::Drop) && constraint::is_covered(sides, dependent) =>
            {
                false
            }
            _ => self.raise(dependent, Fate::Rebuild, needed),
        }
    }

    fn reach_column(
        &mut self,
        sides: &Sides<'_>,
        column: &ObjectKey,
        needed: &ObjectKey,
        end: Option<Fate>,
    ) -> bool {
        let has_default = sides.before(column).is_some_and(|c| c.get(Attribute::Default).is_some());
        let mut is_changed = false;
        if has_default && end.is_some() {
            is_changed |= self.redefaulted.insert(column.clone());
        }
        let is_type = !matches!(
            needed.kind(),
            Kind::Function | Kind::Sequence | Kind::Operator | Kind::Column
        );
        if end == Some(Fate::Swap) && is_type && !self.retyped.contains_key(column) {
            self.retyped.insert(column.clone(), needed.clone());
            is_changed = true;
        }
        is_changed
    }

    /// Whether a column gets a type again or another one.
    pub(super) fn is_retyped(&self, sides: &Sides<'_>, column: &ObjectKey) -> bool {
        self.retyped.contains_key(column)
            || sides.after(column).is_some()
                && (sides.changes_in(column, Attribute::Type)
                    || sides.changes_in(column, Attribute::Collation))
    }

    /// Finds what cannot be done.
    fn check(&mut self, sides: &Sides<'_>) {
        let made: Vec<ObjectKey> =
            self.iter().map(|(key, _)| key.clone()).filter(|key| self.is_made(key)).collect();
        for key in &made {
            if let Some(why) = creation::obstacle(sides, key) {
                let root = self.root(sides, key);
                let what = match root == *key {
                    true => why.into_owned(),
                    false => format!(
                        "{key} stands in the way and cannot be made again by a script: {why}"
                    ),
                };
                self.problems.push((root, None, what));
            }
            for needed in sides.to.needs(key) {
                if sides.to.get(needed).is_some() && sides.after(needed).is_none() {
                    let what = format!("it needs {needed}, which has to be made by hand first");
                    self.problems.push((self.root(sides, key), None, what));
                }
            }
        }
        for (dependent, needed) in sides.from.dependencies() {
            let Some(fate) = self.get(needed).filter(|fate| fate.is_end()) else { continue };
            let stays = sides.after(dependent).is_some() && sides.to.get(dependent).is_none();
            if stays && fate == Fate::Drop {
                let what = format!("{dependent} needs it and stays: end that first");
                self.problems.push((self.root(sides, needed), None, what));
            }
            let is_type = needed.kind() == Kind::RangeType && fate == Fate::Rebuild;
            let holds =
                matches!(dependent.kind(), Kind::Column | Kind::Domain | Kind::CompositeType);
            if is_type && holds && self.get(dependent).is_none() {
                let what =
                    format!("change {dependent} to text, make the type again, and change it back");
                self.problems.push((self.root(sides, needed), None, what));
            }
            if fate == Fate::Swap && is_bound(sides, dependent) {
                let what =
                    format!("{dependent} is of the old type and keeps it: make it again by hand");
                self.problems.push((self.root(sides, needed), None, what));
            }
        }
        let tables: Vec<ObjectKey> = self
            .iter()
            .filter(|(key, fate)| *fate == Fate::Rebuild && matches!(key.kind(), Kind::Table))
            .map(|(key, _)| key.clone())
            .collect();
        for table in tables {
            let what = "make the table again and copy its rows".to_owned();
            self.problems.push((self.root(sides, &table), None, what));
        }
    }

    /// The object whose change is the reason for what happens to another.
    fn root(&self, sides: &Sides<'_>, key: &ObjectKey) -> ObjectKey {
        let mut key = key;
        let mut seen = BTreeSet::new();
        while !sides.changes.contains_key(key) && seen.insert(key) {
            match self.causes.get(key).or_else(|| self.retyped.get(key)) {
                Some(cause) => key = cause,
                None => break,
            }
        }
        key.clone()
    }
}

/// Whether a table cannot be given another type: it is of the type, or divided by the column.
fn is_bound(sides: &Sides<'_>, dependent: &ObjectKey) -> bool {
    match dependent.kind() {
        Kind::Table => {
            sides.after(dependent).is_some_and(|table| table.get(Attribute::OfType).is_some())
        }
        Kind::Column => {
            let table = parent_in(&sides.goal, dependent);
            let key = table
                .and_then(|table| sides.after(&table))
                .and_then(|t| t.get_text(Attribute::PartitionKey));
            key.is_some_and(|key| key.contains(&super::names::id(dependent.name())))
        }
        _ => false,
    }
}
