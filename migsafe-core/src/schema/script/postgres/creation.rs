//! What stands in the way of making an object.

use std::borrow::Cow;

use super::kinds::{collation, foreign, list, text};
use super::names;
use super::sides::Sides;
use crate::schema::{Attribute, Kind, ObjectKey};

/// Why an object cannot be made by a script: what has to be done.
pub(super) fn obstacle(sides: &Sides<'_>, key: &ObjectKey) -> Option<Cow<'static, str>> {
    let object = sides.after(key)?;
    let why = match key.kind() {
        Kind::Index if object.has(Attribute::Invalid) => return Some(rebuild_it(sides, key)),
        Kind::BaseType => "make the type with its functions",
        Kind::RangeType if object.get(Attribute::Canonical).is_some() => {
            "make the range with its function for one form, which needs the type before it is there"
        }
        Kind::Collation if !collation::is_known(text(object, Attribute::Definition)) => {
            "make the collation from the one that it is a copy of"
        }
        Kind::OperatorClass if list(object, Attribute::Fields).is_empty() => {
            "make the operator class with its operators and functions"
        }
        Kind::ForeignServer | Kind::ForeignDataWrapper | Kind::ForeignTable
            if foreign::hides_a_secret(object) =>
        {
            "make it with its secret options, which are never read"
        }
        Kind::Constraint if object.has(Attribute::Invalid) => {
            "add the constraint: its index is not made unusable on purpose"
        }
        Kind::VirtualTable => "this is unknown of PostgreSQL",
        _ => return None,
    };
    Some(Cow::Borrowed(why))
}

/// What helps where an index is not valid, of itself or of a constraint.
pub(super) fn rebuild_it(sides: &Sides<'_>, key: &ObjectKey) -> Cow<'static, str> {
    let table = sides.parent(key).and_then(|table| sides.after(&table));
    let name = names::in_schema(key.schema(), key.name());
    // That of the whole table becomes valid when every partition has its own.
    let is_divided = table.is_some_and(|table| table.get(Attribute::PartitionKey).is_some());
    Cow::Owned(match is_divided {
        true => format!(
            "where it is not valid, make an index on every partition and attach it: \
             ALTER INDEX {name} ATTACH PARTITION …"
        ),
        false => format!("rebuild it where it is not valid: REINDEX INDEX CONCURRENTLY {name}"),
    })
}
