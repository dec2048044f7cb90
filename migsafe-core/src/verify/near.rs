//! Did you mean …?

use super::lookup::{Class, Lookup};
use crate::schema::{Kind, Object, ObjectKey};
use crate::text;

/// What to say of an object that is not there.
pub(super) fn advice(lookup: &Lookup<'_>, class: Class, key: &ObjectKey) -> String {
    if let Some(near) = nearest(lookup, class, key) {
        let near = near.key().qualified();
        return format!("did you mean {near}? Correct the file, or rename what is there");
    }
    let has_schema = |schema: &str| {
        let objects = || lookup.snapshot.objects().map(Object::key);
        objects().any(|key| {
            key.schema() == Some(schema) || (key.kind() == Kind::Schema && key.name() == schema)
        })
    };
    match key.schema() {
        Some(schema) if !has_schema(schema) => {
            format!("there is no schema {}, or nothing is in it", text::name(schema))
        }
        _ => "see with `migsafe status` whether the migration that makes it is applied".to_owned(),
    }
}

/// The object that is most likely meant: the same name in other letters, on another table, in another schema; with
/// other arguments; then one with few letters that differ.
fn nearest<'a>(lookup: &Lookup<'a>, class: Class, key: &ObjectKey) -> Option<&'a Object> {
    let fitting = || {
        lookup
            .snapshot
            .objects()
            .filter(|object| class.fits(object))
            // A column of another table is hardly ever the one that is meant.
            .filter(|object| class != Class::Column || same_parent(object, key))
    };
    let base = |name: &str| name.split('(').next().unwrap_or_default().to_lowercase();
    let is_alike = |object: &Object| {
        let name = object.key().name();
        match class {
            Class::Function => base(name) == base(key.name()),
            _ => name.to_lowercase() == key.name().to_lowercase(),
        }
    };
    let rank = |object: &Object| {
        let other_schema = object.key().schema() != key.schema();
        (other_schema, !same_parent(object, key), object.key().name() != key.name())
    };
    let alike = fitting().filter(|object| is_alike(object)).min_by_key(|object| rank(object));
    if alike.is_some() {
        return alike;
    }
    let own: Vec<&Object> =
        fitting().filter(|object| object.key().schema() == key.schema()).collect();
    let left = lookup.budget.get().checked_sub(own.len())?;
    lookup.budget.set(left);
    let near = text::similar(key.name(), own.iter().map(|object| object.key().name()))?;
    own.into_iter().find(|object| object.key().name() == near)
}

fn same_parent(object: &Object, key: &ObjectKey) -> bool {
    key.parent().is_none() || object.key().parent() == key.parent()
}
