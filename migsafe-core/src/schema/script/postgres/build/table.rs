//! What tables have to do with other tables, with sequences and with indexes.

use super::builder::Builder;
use crate::schema::script::postgres::kinds::{sequence, table};
use crate::schema::script::postgres::operation::{Operation, Phase};
use crate::schema::script::postgres::order::owner;
use crate::schema::{Attribute, Kind, Object, ObjectKey};

impl Builder<'_> {
    /// Parents and bounds.
    pub(super) fn move_table(&self, before: &Object, after: &Object, found: &mut Vec<Operation>) {
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
    pub(super) fn detach(&self, before: &Object, found: &mut Vec<Operation>) {
        if self.sides.after(before.key()).is_some()
            && matches!(before.key().kind(), Kind::Table | Kind::ForeignTable)
        {
            let detach = table::detach(self.sides, before);
            found.push(self.operation(before, Phase::Detach).with(detach, None));
        }
    }

    /// Sequences and the columns that own them.
    pub(super) fn sequences(&self, found: &mut Vec<Operation>) {
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
                let mut statements = vec![sequence::own(after)];
                if is_new
                    && let Some(column) = owner(after).filter(|column| self.has_numbers(column))
                {
                    statements.push(sequence::count_on(after, &column));
                }
                found.push(self.operation(after, Phase::Own).with(statements, None));
            }
        }
    }

    /// Whether a column stays that may hold numbers already.
    fn has_numbers(&self, column: &ObjectKey) -> bool {
        let is_number = |column: &Object| {
            matches!(column.get_text(Attribute::Type), Some("smallint" | "integer" | "bigint"))
        };
        self.sides.before(column).is_some_and(is_number)
            && self.sides.after(column).is_some_and(is_number)
            && !self.fates.is_made(column)
            && self.sides.parent(column).is_some_and(|table| !self.fates.is_made(&table))
    }

    /// Replica identity and order of tables, which need an index.
    pub(super) fn finish(&self, found: &mut Vec<Operation>) {
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
