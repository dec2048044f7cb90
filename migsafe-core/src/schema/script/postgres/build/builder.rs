//! One operation, or some, for each object.

use std::collections::BTreeMap;

use super::replace::asides;
use crate::schema::script::postgres::fates::{Fate, Fates};
use crate::schema::script::postgres::kinds::{self, constraint};
use crate::schema::script::postgres::operation::{Operation, Phase};
use crate::schema::script::postgres::sides::Sides;
use crate::schema::script::postgres::way::{self, Way};
use crate::schema::{Attribute, Kind, Object, ObjectKey};

/// All operations, in no order.
pub(in crate::schema::script::postgres) fn operations(
    sides: &Sides<'_>,
    fates: &Fates,
) -> Vec<Operation> {
    let mut found = Vec::new();
    let builder = Builder { sides, fates, asides: asides(sides, fates) };
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

/// What the operations are made from.
pub(super) struct Builder<'a> {
    pub(super) sides: &'a Sides<'a>,
    pub(super) fates: &'a Fates,
    /// What replaced types are called until they go.
    pub(super) asides: BTreeMap<ObjectKey, ObjectKey>,
}

impl Builder<'_> {
    pub(super) fn operation(&self, object: &Object, phase: Phase) -> Operation {
        Operation::new(object, phase, constraint::is_foreign_key(object))
    }

    pub(super) fn alter(&self, key: &ObjectKey, found: &mut Vec<Operation>) {
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
    pub(super) fn is_elsewhere(&self, key: &ObjectKey, attribute: Attribute) -> bool {
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
}
