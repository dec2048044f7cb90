//! The operations that fates ask for.

use super::fates::{Fate, Fates};
use super::kinds::{
    self, column, comment, constraint, index, privileges, sequence, table, trigger,
};
use super::names::{id, qualified};
use super::operation::{Operation, Phase};
use super::order::owner;
use super::sides::{Sides, kept_parents, parents_of};
use super::way::{self, Way};
use crate::schema::{Attribute, Kind, Object, ObjectKey};

/// All operations, in no order.
pub(super) fn operations(sides: &Sides<'_>, fates: &Fates) -> Vec<Operation> {
    let mut found = Vec::new();
    let builder = Builder { sides, fates };
    for (key, fate) in fates.iter() {
        match fate {
            Fate::Create => builder.create(key, &mut found),
            Fate::Drop => builder.drop(key, &mut found),
            Fate::Alter => builder.alter(key, &mut found),
            Fate::Rebuild => {
                builder.drop(key, &mut found);
                builder.create(key, &mut found);
            }
            Fate::Swap => builder.swap(key, &mut found),
        }
    }
    builder.retype(&mut found);
    builder.sequences(&mut found);
    builder.finish(&mut found);
    found.retain(|operation: &Operation| !operation.steps.is_empty());
    found
}

struct Builder<'a> {
    sides: &'a Sides<'a>,
    fates: &'a Fates,
}

impl Builder<'_> {
    fn operation(&self, object: &Object, phase: Phase) -> Operation {
        Operation::new(object, phase, constraint::is_foreign_key(object))
    }

    /// Whether a part goes with the whole.
    fn goes_with_whole(&self, object: &Object) -> bool {
        let key = object.key();
        let Some(whole) = self.sides.parent_before(key) else { return false };
        if !self.fates.is_gone(&whole) || self.sides.before(&whole).is_none() {
            return self.goes_with_original(object, &whole);
        }
        // Tables whose rows name each other can only be dropped when they do so no more.
        let names_other = constraint::is_foreign_key(object)
            && self.sides.from.needs(key).any(|needed| {
                let root = self.sides.parent_before(needed).unwrap_or_else(|| needed.clone());
                root != whole && self.fates.is_gone(&root)
            });
        !names_other
    }

    /// Whether a copy of a partition or a child goes with what it is a copy of.
    fn goes_with_original(&self, object: &Object, table: &ObjectKey) -> bool {
        let key = object.key();
        let kept = kept_parents(self.sides, table);
        if kept.is_empty() {
            return false;
        }
        match key.kind() {
            Kind::Column => {
                object.has(Attribute::Inherited)
                    && kept.iter().any(|parent| {
                        let column = ObjectKey::within(
                            Kind::Column,
                            parent.schema(),
                            parent.name(),
                            key.name(),
                        );
                        self.fates.is_gone(&column)
                    })
            }
            Kind::Constraint => constraint::originals(self.sides.from, key)
                .iter()
                .any(|original| self.fates.is_gone(original)),
            Kind::Index => index::whole(object).is_some_and(|(schema, name)| {
                self.fates.iter().any(|(other, _)| {
                    matches!(other.kind(), Kind::Index | Kind::Constraint)
                        && other.schema() == Some(schema.as_str())
                        && other.name() == name
                        && self.fates.is_gone(other)
                })
            }),
            _ => false,
        }
    }

    fn drop(&self, key: &ObjectKey, found: &mut Vec<Operation>) {
        let Some(object) = self.sides.before(key) else { return };
        let is_covered = self.goes_with_whole(object)
            || self.is_typed_column(key)
            || key.kind() == Kind::Sequence && self.goes_with_column(object);
        if is_covered {
            return;
        }
        let loss = self.sides.loss(key, None);
        let statements = kinds::drop(self.sides, object);
        let operation = self.operation(object, Phase::Drop).with(statements, loss);
        let mut operation = operation;
        // A foreign key or an index holds no data.
        if key.kind() == Kind::Column && column::is_of_view(self.sides, key) {
            operation.steps = operation.steps.into_iter().map(|s| without_loss(&s)).collect();
        }
        found.push(operation);
        self.detach(object, found);
    }

    /// Whether the column that owns a sequence goes away with it.
    fn goes_with_column(&self, sequence: &Object) -> bool {
        owner(sequence).is_some_and(|column| {
            let table = self.sides.parent(&column);
            self.fates.is_gone(&column) || table.is_some_and(|table| self.fates.is_gone(&table))
        }) && self.sides.after(sequence.key()).is_none()
    }

    /// A column of a table that is of a type: it comes and goes with the field of the type.
    fn is_typed_column(&self, key: &ObjectKey) -> bool {
        if key.kind() != Kind::Column {
            return false;
        }
        let Some(table) = self.sides.parent(key) else { return false };
        let of_type =
            |object: Option<&Object>| object.is_some_and(|o| o.get(Attribute::OfType).is_some());
        of_type(self.sides.before(&table)) && of_type(self.sides.after(&table))
    }

    fn create(&self, key: &ObjectKey, found: &mut Vec<Operation>) {
        let Some(object) = self.sides.after(key) else { return };
        if self.comes_with_whole(object, found) {
            return;
        }
        let mut operation =
            self.operation(object, Phase::Create).with(kinds::create(self.sides, object), None);
        if key.kind() == Kind::Column {
            self.default_of_new(object, found);
        } else {
            operation = operation.with(self.described(object), None);
        }
        if matches!(key.kind(), Kind::Table | Kind::ForeignTable) {
            for part in super::sides::parts(&self.sides.goal, key) {
                if part.key().kind() == Kind::Column {
                    self.default_of_new(part, found);
                }
            }
            if object.get(Attribute::PartitionOf).is_some() {
                let attach = table::attach(self.sides, object);
                found.push(self.operation(object, Phase::Attach).with(attach, None));
            }
        }
        found.push(operation);
    }

    /// Comment, owner and rights of what was just made.
    fn described(&self, object: &Object) -> Vec<String> {
        let mut statements = Vec::new();
        let is_copy = object.key().kind() == Kind::Trigger
            && trigger::is_copy(&self.sides.goal, object.key());
        if object.get(Attribute::Comment).is_some() && !is_copy {
            statements.push(comment::set(self.sides, object));
        }
        if self.sides.goal.has_privileges() && object.key().kind() != Kind::DefaultPrivileges {
            statements.extend(privileges::owner(self.sides, object));
            statements.extend(privileges::give(self.sides, object));
        }
        statements
    }

    /// Whether a new part is made together with something else. What is left to say of it is said here.
    fn comes_with_whole(&self, object: &Object, found: &mut Vec<Operation>) -> bool {
        let key = object.key();
        let Some(whole) = self.sides.parent(key) else { return false };
        if key.kind() == Kind::Column && !column::is_of_view(self.sides, key) {
            if self.fates.is_made(&whole) {
                return true;
            }
            let typed = self.is_typed_column(key);
            let original = table::inherited_column(self.sides, object)
                .filter(|_| !kept_parents(self.sides, &whole).is_empty())
                .filter(|original| self.fates.is_made(original.key()));
            let given = match (typed, original) {
                (true, _) => column::empty(object),
                (_, Some(original)) => original.clone(),
                _ => return false,
            };
            let statements = column::adapt(self.sides, &given, object);
            found.push(self.operation(object, Phase::Alter).with(statements, None));
            return true;
        }
        if key.kind() != Kind::Constraint || !object.has(Attribute::Inherited) {
            return false;
        }
        let is_partition = self
            .sides
            .after(&whole)
            .is_some_and(|table| table.get(Attribute::PartitionOf).is_some());
        let is_check = object.get_text(Attribute::Type) == Some("CHECK");
        let comes_with_parent = match is_partition {
            // A table of its own gets the checks of its parents with the columns.
            false => !parents_of(&self.sides.goal, &whole).is_empty(),
            true => is_check && !kept_parents(self.sides, &whole).is_empty(),
        };
        if comes_with_parent && object.get(Attribute::Comment).is_some() {
            let statements = vec![comment::set(self.sides, object)];
            found.push(self.operation(object, Phase::Finish).with(statements, None));
        }
        comes_with_parent
    }

    /// The default of a new column that could not stand in its definition.
    fn default_of_new(&self, object: &Object, found: &mut Vec<Operation>) {
        let is_late = object.get(Attribute::Default).is_some()
            && !column::is_of_view(self.sides, object.key())
            && !column::has_inline_default(self.sides, object);
        if is_late {
            let statements = column::default(self.sides, object).into_iter().collect();
            found.push(self.operation(object, Phase::SetDefault).with(statements, None));
        }
    }

    fn alter(&self, key: &ObjectKey, found: &mut Vec<Operation>) {
        let (Some(before), Some(after)) = (self.sides.before(key), self.sides.after(key)) else {
            return;
        };
        let mut operation = self.operation(after, Phase::Alter);
        for attribute in self.sides.changed(key) {
            if way::of(self.sides, before, after, attribute) != Way::InPlace
                || self.is_elsewhere(key, attribute)
            {
                continue;
            }
            let loss = self.sides.loss(key, Some(attribute));
            operation = operation.with(kinds::alter(self.sides, before, after, attribute), loss);
        }
        found.push(operation);
        if matches!(key.kind(), Kind::Table | Kind::ForeignTable) {
            self.move_table(before, after, found);
        }
        self.change_default(before, after, found);
    }

    /// Whether an attribute is changed by an operation of its own.
    fn is_elsewhere(&self, key: &ObjectKey, attribute: Attribute) -> bool {
        use Attribute::{
            ClusteredOn, Collation, Default, Inherits, OwnedBy, PartitionBound, PartitionOf,
        };
        match key.kind() {
            // Another type comes with its own way of storing.
            Kind::Column if self.fates.is_retyped(self.sides, key) => matches!(
                attribute,
                Attribute::Type
                    | Collation
                    | Default
                    | Attribute::Inherited
                    | Attribute::Storage
                    | Attribute::Compression
            ),
            Kind::Column => {
                matches!(attribute, Attribute::Type | Collation | Default | Attribute::Inherited)
            }
            Kind::Domain => attribute == Default && self.fates.redefaulted.contains(key),
            Kind::Sequence => attribute == OwnedBy,
            Kind::Table | Kind::ForeignTable | Kind::MaterializedView => matches!(
                attribute,
                ClusteredOn | Inherits | PartitionBound | PartitionOf | Attribute::ReplicaIdentity
            ),
            _ => false,
        }
    }

    /// Parents and bounds.
    fn move_table(&self, before: &Object, after: &Object, found: &mut Vec<Operation>) {
        let is_moved = [Attribute::PartitionOf, Attribute::PartitionBound, Attribute::Inherits]
            .iter()
            .any(|attribute| before.get(*attribute) != after.get(*attribute));
        if is_moved {
            self.detach(before, found);
            let attach = table::attach(self.sides, after);
            found.push(self.operation(after, Phase::Attach).with(attach, None));
        }
    }

    /// A table that stays leaves its parents; one that goes does so by going.
    fn detach(&self, before: &Object, found: &mut Vec<Operation>) {
        if self.sides.after(before.key()).is_some()
            && matches!(before.key().kind(), Kind::Table | Kind::ForeignTable)
        {
            let detach = table::detach(self.sides, before);
            found.push(self.operation(before, Phase::Detach).with(detach, None));
        }
    }

    /// Defaults of columns that stay, and of domains that need something that goes.
    fn change_default(&self, before: &Object, after: &Object, found: &mut Vec<Operation>) {
        let key = after.key();
        let is_of_table = key.kind() == Kind::Column && !column::is_of_view(self.sides, key);
        if key.kind() == Kind::Column && !is_of_table {
            if self.sides.changes_in(key, Attribute::Default) {
                let statements = column::default(self.sides, after).into_iter().collect();
                found.push(self.operation(after, Phase::SetDefault).with(statements, None));
            }
            return;
        }
        let is_reset = self.fates.redefaulted.contains(key);
        let (old, new) = (before.get(Attribute::Default), after.get(Attribute::Default));
        let has_new_type = is_of_table
            && (self.fates.is_retyped(self.sides, key)
                || after.get(Attribute::Identity).is_some()
                || after.get(Attribute::Generated).is_some());
        let drops = old.is_some() && (new.is_none() || is_reset || has_new_type);
        let sets = new.is_some() && (old != new || is_reset || has_new_type);
        if !is_of_table {
            if key.kind() == Kind::Domain && is_reset {
                let word = format!("ALTER DOMAIN {}", qualified(key));
                found.push(
                    self.operation(after, Phase::DropDefault)
                        .with(vec![format!("{word} DROP DEFAULT")], None),
                );
                if let Some(default) = after.get_text(Attribute::Default) {
                    let sql = format!("{word} SET DEFAULT {default}");
                    found.push(self.operation(after, Phase::SetDefault).with(vec![sql], None));
                }
            }
            return;
        }
        let mut ended = Vec::new();
        if drops {
            ended.push(column::drop_default(self.sides, key));
        }
        // A sequence of its own may take the name of the one inside.
        if before.get(Attribute::Identity).is_some() && after.get(Attribute::Identity).is_none() {
            ended.push(column::drop_identity(self.sides, key));
        }
        found.push(self.operation(after, Phase::DropDefault).with(ended, None));
        if sets {
            let statements = column::default(self.sides, after).into_iter().collect();
            found.push(self.operation(after, Phase::SetDefault).with(statements, None));
        }
    }

    /// The old type gets a name that nobody uses, and goes at the end.
    fn swap(&self, key: &ObjectKey, found: &mut Vec<Operation>) {
        let (Some(before), Some(after)) = (self.sides.before(key), self.sides.after(key)) else {
            return;
        };
        let old = self.aside(key);
        let word = super::names::word(key.kind());
        let rename = format!("ALTER {word} {} RENAME TO {}", qualified(key), id(old.name()));
        found.push(self.operation(before, Phase::Aside).with(vec![rename], None));
        let statements = kinds::create(self.sides, after);
        let created = self.operation(after, Phase::Create).with(statements, None);
        found.push(created.with(self.described(after), None));
        let sweep = format!("DROP {word} {}", qualified(&old));
        found.push(self.operation(before, Phase::Sweep).with(vec![sweep], None));
    }

    /// A name that is free on both sides.
    fn aside(&self, key: &ObjectKey) -> ObjectKey {
        let mut stem = key.name().to_owned();
        while stem.len() > 48 {
            stem.pop();
        }
        let is_taken = |name: &str| {
            [self.sides.from, self.sides.to].iter().any(|side| {
                side.objects().any(|o| o.key().name() == name || o.key().parent() == Some(name))
            })
        };
        let names = (0..1000).map(|number| match number {
            0 => format!("{stem}_old"),
            number => format!("{stem}_old{number}"),
        });
        let name =
            names.into_iter().find(|name| !is_taken(name)).unwrap_or_else(|| format!("{stem}_old"));
        ObjectKey::new(key.kind(), key.schema(), name)
    }

    /// Columns that get their type: another one, or a new one of the same name.
    fn retype(&self, found: &mut Vec<Operation>) {
        let changed = self.sides.changes.keys().copied().filter(|key| key.kind() == Kind::Column);
        let columns: std::collections::BTreeSet<&ObjectKey> =
            changed.chain(self.fates.retyped.keys()).collect();
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
    fn parent_does_it(&self, key: &ObjectKey) -> bool {
        let Some(table) = self.sides.parent(key) else { return false };
        kept_parents(self.sides, &table).iter().any(|parent| {
            let column =
                ObjectKey::within(Kind::Column, parent.schema(), parent.name(), key.name());
            self.fates.is_retyped(self.sides, &column)
        })
    }

    /// Sequences and the columns that own them.
    fn sequences(&self, found: &mut Vec<Operation>) {
        let sequences = self.sides.from.objects().chain(self.sides.goal.objects()).map(Object::key);
        let mut keys: Vec<&ObjectKey> =
            sequences.filter(|key| key.kind() == Kind::Sequence).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let (before, after) = (self.sides.before(key), self.sides.after(key));
            let old_owner = before.and_then(owner);
            let is_lost = old_owner.as_ref().is_some_and(|column| {
                let table = self.sides.parent(column);
                self.fates.is_gone(column) || table.is_some_and(|table| self.fates.is_gone(&table))
            });
            let new = after.and_then(|sequence| sequence.get(Attribute::OwnedBy));
            let is_new = self.fates.is_made(key);
            let is_changed = self.sides.changes_in(key, Attribute::OwnedBy);
            if let (Some(before), Some(_)) = (before, after)
                && is_lost
            {
                found.push(
                    self.operation(before, Phase::Release)
                        .with(vec![sequence::release(before)], None),
                );
            }
            if let Some(after) = after
                && (is_changed && !(is_lost && new.is_none())
                    || new.is_some() && (is_lost || is_new))
            {
                found
                    .push(self.operation(after, Phase::Own).with(vec![sequence::own(after)], None));
            }
        }
    }

    /// Replica identity and order of tables, which need an index.
    fn finish(&self, found: &mut Vec<Operation>) {
        for object in self.sides.goal.objects() {
            let key = object.key();
            if !matches!(key.kind(), Kind::Table | Kind::MaterializedView) {
                continue;
            }
            let is_new = self.fates.is_made(key);
            let mut operation = self.operation(object, Phase::Finish);
            for attribute in [Attribute::ReplicaIdentity, Attribute::ClusteredOn] {
                let value = object.get_text(attribute);
                let index = value.map(|value| value.strip_prefix("index ").unwrap_or(value));
                let is_index_new = index.is_some_and(|index| {
                    [Kind::Index, Kind::Constraint].iter().any(|kind| {
                        let index = ObjectKey::within(*kind, key.schema(), key.name(), index);
                        self.fates.is_made(&index)
                    })
                });
                let is_said = is_new && value.is_some()
                    || is_index_new
                    || self.sides.changes_in(key, attribute);
                if is_said {
                    operation =
                        operation.with(vec![table::finish(self.sides, object, attribute)], None);
                }
            }
            found.push(operation);
        }
    }
}

fn without_loss(step: &crate::schema::script::ScriptStep) -> crate::schema::script::ScriptStep {
    crate::schema::script::ScriptStep::new(step.object().clone(), step.sql())
}
