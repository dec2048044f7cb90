//! Types that are replaced, and the columns that get them.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::Builder;
use crate::schema::script::postgres::fates::{Fate, Fates};
use crate::schema::script::postgres::kinds::{self, column};
use crate::schema::script::postgres::names::{self, id, qualified};
use crate::schema::script::postgres::operation::{Operation, Phase};
use crate::schema::script::postgres::sides::{Sides, kept_parents};
use crate::schema::{Attribute, Kind, ObjectKey};

impl Builder<'_> {
    /// The old type gets a name that nobody uses, and goes at the end.
    pub(super) fn swap(&self, key: &ObjectKey, found: &mut Vec<Operation>) {
        let (Some(before), Some(after)) = (self.sides.before(key), self.sides.after(key)) else {
            return;
        };
        let Some(old) = self.asides.get(key) else { return };
        let word = names::word(key.kind());
        let rename = format!("ALTER {word} {} RENAME TO {}", qualified(key), id(old.name()));
        found.push(self.operation(before, Phase::Aside).with(vec![rename], None));
        let statements = kinds::create(self.sides, after);
        let created = self.operation(after, Phase::Create).with(statements, None);
        found.push(created.with(self.described(after), None));
        let sweep = format!("DROP {word} {}", qualified(old));
        found.push(self.operation(before, Phase::Sweep).with(vec![sweep], None));
    }

    /// Columns that get their type: another one, or a new one of the same name.
    pub(super) fn retype(&self, found: &mut Vec<Operation>) {
        let changed = self.sides.changes.keys().copied().filter(|key| key.kind() == Kind::Column);
        let columns: BTreeSet<&ObjectKey> = changed.chain(self.fates.retyped.keys()).collect();
        for key in columns {
            let (Some(before), Some(after)) = (self.sides.before(key), self.sides.after(key))
            else {
                continue;
            };
            let is_wanted = self.fates.is_retyped(self.sides, key) && !self.fates.is_gone(key);
            if !is_wanted || self.is_typed_column(key) || self.parent_does_it(key) {
                continue;
            }
            let cause = self.fates.retyped.get(key);
            let attribute = match self.sides.changes_in(key, Attribute::Type) {
                true => Attribute::Type,
                false => Attribute::Collation,
            };
            let loss = match cause {
                Some(cause) => {
                    self.sides.loss(cause, None).or_else(|| self.sides.loss(key, Some(attribute)))
                }
                None => self.sides.loss(key, Some(attribute)),
            };
            let sql = column::set_type(self.sides, before, after, cause);
            let step = Operation::new(after, Phase::Alter, false)
                .with(vec![sql], loss)
                .with(column::settings_after_type(self.sides, after), None);
            // Before everything else that is said of the column.
            match found.iter_mut().find(|o| o.key == *key && o.phase == Phase::Alter) {
                Some(operation) => drop(operation.steps.splice(0..0, step.steps)),
                None => found.push(step),
            }
            if self.fates.get(key).is_none() {
                self.change_default(before, after, found);
            }
        }
        for key in &self.fates.redefaulted {
            let is_done = found.iter().any(|o| o.key == *key && o.phase == Phase::DropDefault);
            if let (Some(before), Some(after), false) =
                (self.sides.before(key), self.sides.after(key), is_done || self.fates.is_gone(key))
            {
                self.change_default(before, after, found);
            }
        }
    }

    /// Whether a column follows that of a parent.
    pub(super) fn parent_does_it(&self, key: &ObjectKey) -> bool {
        let Some(table) = self.sides.parent(key) else { return false };
        kept_parents(self.sides, &table).iter().any(|parent| {
            let column =
                ObjectKey::within(Kind::Column, parent.schema(), parent.name(), key.name());
            self.fates.is_retyped(self.sides, &column)
        })
    }
}

/// For each type that is replaced, a name that is free on both sides.
pub(super) fn asides(sides: &Sides<'_>, fates: &Fates) -> BTreeMap<ObjectKey, ObjectKey> {
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for side in [sides.from, sides.to] {
        for object in side.objects() {
            taken.insert(object.key().name());
        }
    }
    let mut found: BTreeMap<ObjectKey, ObjectKey> = BTreeMap::new();
    for (key, _) in fates.iter().filter(|(_, fate)| *fate == Fate::Swap) {
        let mut stem = key.name().to_owned();
        while stem.len() > 48 {
            stem.pop();
        }
        let is_free =
            |name: &str| !taken.contains(name) && found.values().all(|other| other.name() != name);
        let numbered = (1..).map(|number| format!("{stem}_old{number}"));
        let mut names = std::iter::once(format!("{stem}_old")).chain(numbered);
        if let Some(name) = names.find(|name| is_free(name)) {
            found.insert(key.clone(), ObjectKey::new(key.kind(), key.schema(), name));
        }
    }
    found
}
