//! The comparison.

use std::collections::{BTreeMap, BTreeSet};

use super::tolerance::Context;
use super::{Change, Diff, DiffError, DiffOptions, Tolerance, Tolerated, generated_name};
use crate::schema::{Attribute, Kind, Object, ObjectKey, Scope, Snapshot, Value};
use crate::text;

/// Compares two snapshots: the changes that lead from the first to the second.
///
/// `diff(a, a)` is empty, and `diff(b, a)` is `diff(a, b).inverted()`.
///
/// # Errors
///
/// The snapshots are of different kinds of databases.
pub fn diff(from: &Snapshot, to: &Snapshot, options: &DiffOptions) -> Result<Diff, DiffError> {
    if from.dialect() != to.dialect() {
        return Err(DiffError::Dialects(from.dialect(), to.dialect()));
    }
    let context = Context::of(from, to);
    let (left, right) = (covered(from, to.scope()), covered(to, from.scope()));
    let mut found = Found::default();
    let pairs = match options.tolerates(Tolerance::GeneratedName) {
        true => generated_name::pairs(&left, &right),
        false => Vec::new(),
    };
    let taken_left: BTreeSet<&ObjectKey> = pairs.iter().map(|(key, _)| *key).collect();
    let taken_right: BTreeSet<&ObjectKey> = pairs.iter().map(|(_, key)| *key).collect();
    let keys: BTreeSet<&ObjectKey> = left.keys().chain(right.keys()).copied().collect();
    for key in keys {
        let before = left.get(key).filter(|_| !taken_left.contains(key));
        let after = right.get(key).filter(|_| !taken_right.contains(key));
        match (before, after) {
            (Some(before), Some(after)) => {
                compare(&context, options, before, after, &mut found);
            }
            (Some(before), None) => found.changes.push(Change::removed(before)),
            (None, Some(after)) => found.changes.push(Change::added(after)),
            (None, None) => {}
        }
    }
    found.tolerated.extend(pairs.iter().map(|(object, counterpart)| Tolerated {
        object: (*object).clone(),
        counterpart: (*counterpart).clone(),
        attribute: None,
        before: None,
        after: None,
        tolerance: Tolerance::GeneratedName,
    }));
    found.tolerated.sort_by(|a, b| a.rank().cmp(&b.rank()));
    let sorted = options.ignore().sort_out(found.changes, options.today());
    Ok(Diff {
        dialect: from.dialect(),
        from: from.server().clone(),
        to: to.server().clone(),
        changes: sorted.changes,
        tolerated: found.tolerated,
        ignored: sorted.ignored,
        expired: sorted.expired,
        unused: sorted.unused,
        limits: limits(from, to),
    })
}

#[derive(Default)]
struct Found {
    changes: Vec<Change>,
    tolerated: Vec<Tolerated>,
}

/// The attributes of an object that both snapshots have.
fn compare(
    context: &Context,
    options: &DiffOptions,
    before: &Object,
    after: &Object,
    found: &mut Found,
) {
    let key = before.key();
    for attribute in attributes(before, after) {
        let (left, right) = (before.get(attribute), after.get(attribute));
        if left == right || !context.compares(attribute) {
            continue;
        }
        // A column that is there or not is a change of its own.
        if attribute == Attribute::ColumnOrder && is_same_order(left, right) {
            continue;
        }
        match context.tolerance(options, before, attribute, left, right) {
            Some(tolerance) => found.tolerated.push(Tolerated {
                object: key.clone(),
                counterpart: key.clone(),
                attribute: Some(attribute),
                before: left.cloned(),
                after: right.cloned(),
                tolerance,
            }),
            None => found.changes.push(Change::changed(key, attribute, left, right)),
        }
    }
}

/// Whether the columns that both sides have stand in the same order.
pub(super) fn is_same_order(left: Option<&Value>, right: Option<&Value>) -> bool {
    let list = |value: Option<&Value>| {
        value.and_then(Value::as_list).map(<[String]>::to_vec).unwrap_or_default()
    };
    let (left, right) = (list(left), list(right));
    let of_both: BTreeSet<&String> = left.iter().filter(|column| right.contains(column)).collect();
    let left = left.iter().filter(|column| of_both.contains(column));
    left.eq(right.iter().filter(|column| of_both.contains(column)))
}

/// What is said of either, in order.
pub(in crate::schema) fn attributes(before: &Object, after: &Object) -> BTreeSet<Attribute> {
    before.attributes().keys().chain(after.attributes().keys()).copied().collect()
}

/// The objects that the other snapshot would have, were they there.
fn covered<'a>(snapshot: &'a Snapshot, other: &Scope) -> BTreeMap<&'a ObjectKey, &'a Object> {
    let is_covered = |object: &&Object| {
        let key = object.key();
        match (other, key.schema()) {
            (Scope::All, _) => true,
            (scope, Some(schema)) => scope.covers(schema),
            (scope, None) if key.kind() == Kind::Schema => scope.covers(key.name()),
            (scope, None) if key.kind() == Kind::Extension => {
                object.get_text(Attribute::InSchema).is_some_and(|schema| scope.covers(schema))
            }
            (_, None) => false,
        }
    };
    snapshot.objects().filter(is_covered).map(|object| (object.key(), object)).collect()
}

fn limits(from: &Snapshot, to: &Snapshot) -> Vec<String> {
    let mut limits = Vec::new();
    if from.scope() != to.scope() {
        limits.push(
            "the two sides cover different schemas; only what both cover is compared".to_owned(),
        );
    }
    if let (Scope::Schemas(left), Scope::Schemas(right)) = (from.scope(), to.scope()) {
        let is_missing =
            |name: &&String| right.contains(name) && !from.has_schema(name) && !to.has_schema(name);
        limits.extend(left.iter().filter(is_missing).map(|name| {
            format!(
                "neither side has a schema {}, so that nothing of it is compared",
                text::name(name)
            )
        }));
    }
    if from.has_privileges() != to.has_privileges() {
        limits.push(
            "only one side was read with owners and grants; they are not compared".to_owned(),
        );
    }
    if from.server().major() != to.server().major() {
        limits.push(format!(
            "the servers are of different major versions ({} and {}): the same definition may be shown \
             in two ways",
            from.server().major().min(to.server().major()),
            from.server().major().max(to.server().major()),
        ));
    }
    limits
}
