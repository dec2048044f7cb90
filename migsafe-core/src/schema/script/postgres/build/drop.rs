//! What is dropped.

use super::builder::Builder;
use crate::schema::script::ScriptStep;
use crate::schema::script::postgres::kinds::{self, column, constraint, index};
use crate::schema::script::postgres::operation::{Operation, Phase};
use crate::schema::script::postgres::order::owner;
use crate::schema::script::postgres::sides::kept_parents;
use crate::schema::{Attribute, Kind, Object, ObjectKey};

impl Builder<'_> {
    pub(super) fn drop(&self, key: &ObjectKey, found: &mut Vec<Operation>) {
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

    /// Whether a part goes with the whole.
    pub(super) fn goes_with_whole(&self, object: &Object) -> bool {
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
    pub(super) fn goes_with_original(&self, object: &Object, table: &ObjectKey) -> bool {
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

    /// Whether the column that owns a sequence goes away with it.
    pub(super) fn goes_with_column(&self, sequence: &Object) -> bool {
        owner(sequence).is_some_and(|column| {
            let table = self.sides.parent(&column);
            self.fates.is_gone(&column) || table.is_some_and(|table| self.fates.is_gone(&table))
        }) && self.sides.after(sequence.key()).is_none()
    }

    /// A column of a table that is of a type: it comes and goes with the field of the type.
    pub(super) fn is_typed_column(&self, key: &ObjectKey) -> bool {
        if key.kind() != Kind::Column {
            return false;
        }
        let Some(table) = self.sides.parent(key) else { return false };
        let of_type =
            |object: Option<&Object>| object.is_some_and(|o| o.get(Attribute::OfType).is_some());
        of_type(self.sides.before(&table)) && of_type(self.sides.after(&table))
    }
}

fn without_loss(step: &ScriptStep) -> ScriptStep {
    ScriptStep::new(step.object().clone(), step.sql())
}
