//! What stands in the way of making an object.

use std::borrow::Cow;

use super::kinds::{collation, foreign, list, text};
use super::sides::Sides;
use crate::schema::{Attribute, Kind, ObjectKey};

/// Why an object cannot be made by a script: what has to be done.
pub(super) fn obstacle(sides: &Sides<'_>, key: &ObjectKey) -> Option<Cow<'static, str>> {
    let object = sides.after(key)?;
    let why = match key.kind() {
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
        Kind::Index if object.has(Attribute::Invalid) => {
            "nothing: an index is not made unusable on purpose"
        }
        Kind::Constraint if object.has(Attribute::Invalid) => {
            "add the constraint: its index is not made unusable on purpose"
        }
        Kind::VirtualTable => "this is unknown of PostgreSQL",
        _ => return None,
    };
    Some(Cow::Borrowed(why))
}
