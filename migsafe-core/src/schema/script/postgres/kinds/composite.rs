//! Composite types.

use super::list;
use crate::schema::script::postgres::lists;
use crate::schema::script::postgres::names::qualified;
use crate::schema::script::postgres::sides::Sides;
use crate::schema::script::postgres::way::Way;
use crate::schema::{Attribute, Kind, Object};

pub(super) fn create(composite: &Object) -> Vec<String> {
    let fields = list(composite, Attribute::Fields).join(", ");
    vec![format!("CREATE TYPE {} AS ({fields})", qualified(composite.key()))]
}

/// The name of a field, as SQL writes it, and the rest.
fn parts(field: &str) -> (&str, &str) {
    match lists::find(field, " ") {
        Some(at) => (field.get(..at).unwrap_or_default(), field.get(at + 1..).unwrap_or_default()),
        None => (field, ""),
    }
}

/// Fields can be dropped, and added at the end. A field gets another type only while no column is of the type.
pub(in crate::schema::script::postgres) fn way(
    sides: &Sides<'_>,
    before: &Object,
    after: &Object,
) -> Way {
    let (old, new) = (list(before, Attribute::Fields), list(after, Attribute::Fields));
    let names = |fields: &[String]| -> Vec<String> {
        fields.iter().map(|field| parts(field).0.to_owned()).collect()
    };
    let (old_names, new_names) = (names(old), names(new));
    let kept: Vec<&String> = old_names.iter().filter(|name| new_names.contains(name)).collect();
    let is_in_order = new_names.iter().take(kept.len()).eq(kept.iter().copied());
    let is_used = sides
        .from
        .dependencies()
        .any(|(dependent, needed)| needed == before.key() && dependent.kind() == Kind::Column);
    let is_retyped = new.iter().any(|field| {
        let (name, _) = parts(field);
        old_names.iter().any(|old| old == name) && !old.contains(field)
    });
    match (is_in_order, is_retyped && is_used) {
        (true, false) => Way::InPlace,
        (true, true) if old_names == new_names => Way::Swap,
        _ => Way::Manual("make the type again, with the columns that are of it".into()),
    }
}

pub(super) fn alter(before: &Object, after: &Object) -> Vec<String> {
    let (old, new) = (list(before, Attribute::Fields), list(after, Attribute::Fields));
    let has = |fields: &[String], name: &str| fields.iter().any(|field| parts(field).0 == name);
    let mut actions = Vec::new();
    for field in old.iter().filter(|field| !has(new, parts(field).0)) {
        actions.push(format!("DROP ATTRIBUTE {} CASCADE", parts(field).0));
    }
    for field in new.iter().filter(|field| !old.contains(field)) {
        let (name, kind) = parts(field);
        actions.push(match has(old, name) {
            true => format!("ALTER ATTRIBUTE {name} TYPE {kind} CASCADE"),
            false => format!("ADD ATTRIBUTE {field} CASCADE"),
        });
    }
    vec![format!("ALTER TYPE {} {}", qualified(after.key()), actions.join(", "))]
}
