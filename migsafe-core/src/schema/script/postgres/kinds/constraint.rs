//! Constraints of tables and domains.

use super::{change_parameters, list, parameters, table, text};
use crate::schema::script::postgres::creation;
use crate::schema::script::postgres::names::{id, in_schema, parent};
use crate::schema::script::postgres::sides::{Sides, kept_parents, parent_in, parents_of};
use crate::schema::script::postgres::way::Way;
use crate::schema::{Attribute, Kind, Object, ObjectKey, Snapshot};

pub(in crate::schema::script::postgres) fn is_foreign_key(constraint: &Object) -> bool {
    constraint.get_text(Attribute::Type) == Some("FOREIGN KEY")
}

fn alter_word(sides: &Sides<'_>, key: &ObjectKey) -> String {
    match sides.parent_kind(key) {
        Some(Kind::Domain) => format!("ALTER DOMAIN {}", parent(key)),
        _ => table::alter_word(sides, key),
    }
}

pub(super) fn create(sides: &Sides<'_>, constraint: &Object) -> Vec<String> {
    let key = constraint.key();
    let mut sql = vec![
        alter_word(sides, key),
        format!("ADD CONSTRAINT {} {}", id(key.name()), text(constraint, Attribute::Definition)),
    ];
    for (attribute, word) in [
        (Attribute::Deferrable, "DEFERRABLE"),
        (Attribute::InitiallyDeferred, "INITIALLY DEFERRED"),
        (Attribute::NotEnforced, "NOT ENFORCED"),
        (Attribute::NotValid, "NOT VALID"),
    ] {
        if constraint.has(attribute) {
            sql.push(word.to_owned());
        }
    }
    let mut statements = vec![sql.join(" ")];
    let options = list(constraint, Attribute::Options);
    let index = in_schema(key.schema(), key.name());
    if !options.is_empty() {
        statements.push(format!("ALTER INDEX {index} SET {}", parameters(options)));
    }
    if let Some(tablespace) = constraint.get_text(Attribute::Tablespace) {
        statements.push(format!("ALTER INDEX {index} SET TABLESPACE {}", id(tablespace)));
    }
    statements
}

pub(in crate::schema::script::postgres) fn way(
    sides: &Sides<'_>,
    before: &Object,
    after: &Object,
    attribute: Attribute,
) -> Way {
    if is_copy(sides.from, before.key()) && is_covered(sides, before.key()) {
        return Way::Covered;
    }
    match attribute {
        Attribute::NotValid if !after.has(attribute) => Way::InPlace,
        Attribute::Deferrable | Attribute::InitiallyDeferred if is_foreign_key(after) => {
            Way::InPlace
        }
        Attribute::NotEnforced if is_foreign_key(after) && sides.major() >= 18 => Way::InPlace,
        Attribute::Options => Way::InPlace,
        Attribute::Tablespace if after.get(attribute).is_some() => Way::InPlace,
        Attribute::Inherited => inherited(sides, before, after),
        Attribute::Invalid if after.has(attribute) => {
            Way::Manual(creation::rebuild_it(sides, after.key()))
        }
        _ => Way::Rebuild,
    }
}

/// Partitions and children get and lose constraints with their tables.
fn inherited(sides: &Sides<'_>, before: &Object, after: &Object) -> Way {
    let Some(table) = parent_in(sides.from, before.key()) else { return Way::Covered };
    let is_moved = [Attribute::PartitionOf, Attribute::Inherits]
        .iter()
        .any(|attribute| sides.changes_in(&table, *attribute));
    let is_partition =
        sides.after(&table).is_some_and(|table| table.get(Attribute::PartitionOf).is_some());
    match (is_moved, after.has(Attribute::Inherited)) {
        (true, false) => Way::Covered,
        (true, true) if is_partition => Way::Covered,
        _ => Way::Manual(
            "drop the constraint here, and add it to the parent or to this table only: a constraint that \
             a table has by itself stays its own"
                .into(),
        ),
    }
}

pub(super) fn alter(
    sides: &Sides<'_>,
    before: &Object,
    after: &Object,
    attribute: Attribute,
) -> Vec<String> {
    let key = after.key();
    let name = id(key.name());
    let index = in_schema(key.schema(), key.name());
    let has = |attribute| after.has(attribute);
    match attribute {
        Attribute::NotValid => {
            vec![format!("{} VALIDATE CONSTRAINT {name}", alter_word(sides, key))]
        }
        Attribute::Deferrable | Attribute::InitiallyDeferred => {
            let when = match (has(Attribute::Deferrable), has(Attribute::InitiallyDeferred)) {
                (false, _) => "NOT DEFERRABLE",
                (true, false) => "DEFERRABLE INITIALLY IMMEDIATE",
                (true, true) => "DEFERRABLE INITIALLY DEFERRED",
            };
            vec![format!("ALTER TABLE {} ALTER CONSTRAINT {name} {when}", parent(key))]
        }
        Attribute::NotEnforced => {
            let enforced = if has(attribute) { "NOT ENFORCED" } else { "ENFORCED" };
            vec![format!("ALTER TABLE {} ALTER CONSTRAINT {name} {enforced}", parent(key))]
        }
        Attribute::Options => change_parameters(list(before, attribute), list(after, attribute))
            .into_iter()
            .map(|action| format!("ALTER INDEX {index} {action}"))
            .collect(),
        Attribute::Tablespace => {
            vec![format!("ALTER INDEX {index} SET TABLESPACE {}", id(text(after, attribute)))]
        }
        _ => Vec::new(),
    }
}

/// Whether a constraint is there because a parent of its table has it.
pub(in crate::schema::script::postgres) fn is_copy(snapshot: &Snapshot, key: &ObjectKey) -> bool {
    snapshot.get(key).is_some_and(|constraint| constraint.has(Attribute::Inherited))
}

/// The constraints of the parents of a table that this one comes from.
pub(in crate::schema::script::postgres) fn originals(
    snapshot: &Snapshot,
    key: &ObjectKey,
) -> Vec<ObjectKey> {
    let (Some(copy), Some(table)) = (snapshot.get(key), parent_in(snapshot, key)) else {
        return Vec::new();
    };
    if !copy.has(Attribute::Inherited) {
        return Vec::new();
    }
    let parents = parents_of(snapshot, &table);
    let of = |attribute| copy.get_text(attribute);
    snapshot
        .objects()
        .filter(|object| {
            object.key().kind() == Kind::Constraint
                && object.get_text(Attribute::Type) == of(Attribute::Type)
                && object.get_text(Attribute::Definition) == of(Attribute::Definition)
                && parents.iter().any(|parent| {
                    object.key().parent() == Some(parent.name())
                        && object.key().schema() == parent.schema()
                })
        })
        .map(|object| object.key().clone())
        .collect()
}

/// The constraints of partitions and children that come from this one.
pub(in crate::schema::script::postgres) fn copies(
    snapshot: &Snapshot,
    key: &ObjectKey,
) -> Vec<ObjectKey> {
    let candidates = snapshot.objects().filter(|object| {
        object.key().kind() == Kind::Constraint && object.has(Attribute::Inherited)
    });
    candidates
        .map(Object::key)
        .filter(|copy| originals(snapshot, copy).contains(key))
        .cloned()
        .collect()
}

/// Whether the server takes care of a copy, because its table stays with a parent that has the original.
pub(in crate::schema::script::postgres) fn is_covered(sides: &Sides<'_>, key: &ObjectKey) -> bool {
    let Some(table) = sides.parent(key) else { return false };
    let kept = kept_parents(sides, &table);
    let is_of_kept = |snapshot: &Snapshot| {
        originals(snapshot, key).iter().any(|original| {
            kept.iter().any(|parent| {
                original.parent() == Some(parent.name()) && original.schema() == parent.schema()
            })
        })
    };
    is_of_kept(sides.from) || is_of_kept(&sides.goal)
}
