//! Triggers and rewrite rules.

use super::text;
use crate::schema::script::postgres::names::{id, parent};
use crate::schema::script::postgres::sides::{Sides, parent_in, parents_of};
use crate::schema::{Attribute, Kind, Object, ObjectKey, Snapshot};

/// A trigger that a partition has from its parent is there already; only that it is switched off is said of it.
pub(super) fn create(sides: &Sides<'_>, trigger: &Object) -> Vec<String> {
    if is_copy(&sides.goal, trigger.key()) {
        return enable(trigger);
    }
    let mut statements = vec![text(trigger, Attribute::Definition).to_owned()];
    if trigger.get(Attribute::Enabled).is_some() {
        statements.extend(enable(trigger));
    }
    statements
}

pub(super) fn drop(sides: &Sides<'_>, trigger: &Object) -> Vec<String> {
    if let Some(parent) = original(sides.from, trigger.key()) {
        // It goes with the trigger of the parent.
        let state = sides.after(&parent);
        return state.map(|state| enable_as(trigger.key(), state)).into_iter().collect();
    }
    vec![format!("DROP {}", sides.named(trigger.key()))]
}

/// Whether the parent of a partition has the trigger.
pub(in crate::schema::script::postgres) fn is_copy(snapshot: &Snapshot, key: &ObjectKey) -> bool {
    original(snapshot, key).is_some()
}

fn original(snapshot: &Snapshot, key: &ObjectKey) -> Option<ObjectKey> {
    let mut table = parent_in(snapshot, key)?;
    // A partition of a partition has it from further up.
    for _ in 0..64 {
        let is_partition = snapshot.get(&table)?.get(Attribute::PartitionOf).is_some();
        table = parents_of(snapshot, &table).into_iter().next().filter(|_| is_partition)?;
        let candidate = ObjectKey::within(Kind::Trigger, table.schema(), table.name(), key.name());
        if snapshot.get(&candidate).is_some() {
            return Some(candidate);
        }
    }
    None
}

pub(super) fn create_rule(rule: &Object) -> Vec<String> {
    let mut statements = vec![text(rule, Attribute::Definition).trim_end_matches(';').to_owned()];
    if rule.get(Attribute::Enabled).is_some() {
        statements.extend(enable(rule));
    }
    statements
}

/// Switches a trigger or a rule on or off.
pub(super) fn enable(object: &Object) -> Vec<String> {
    vec![enable_as(object.key(), object)]
}

fn enable_as(key: &ObjectKey, state: &Object) -> String {
    let word = if key.kind() == Kind::Rule { "RULE" } else { "TRIGGER" };
    let state = self::state(state);
    let (verb, kind) = state.split_once(' ').unwrap_or((state, ""));
    let kind = if kind.is_empty() { String::new() } else { format!("{kind} ") };
    format!("ALTER TABLE {} {verb} {kind}{word} {}", parent(key), id(key.name()))
}

/// What is said of it after ALTER.
pub(super) fn state(object: &Object) -> &'static str {
    match text(object, Attribute::Enabled) {
        "disabled" => "DISABLE",
        "replica" => "ENABLE REPLICA",
        "always" => "ENABLE ALWAYS",
        _ => "ENABLE",
    }
}
