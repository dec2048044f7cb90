//! From changes to a script.

use std::collections::{BTreeMap, BTreeSet};

use super::fates::{Fate, Fates};
use super::kinds::enumeration;
use super::operation::Operation;
use super::sides::Sides;
use super::{build, order};
use crate::schema::diff::Change;
use crate::schema::script::{ChangeScript, ScriptStep};
use crate::schema::{Attribute, Kind, ObjectKey, Snapshot};

/// Carries out the changes that lead from one snapshot to the other.
pub(in crate::schema::script) fn write(
    from: &Snapshot,
    to: &Snapshot,
    changes: &[Change],
) -> ChangeScript {
    let mut left: BTreeMap<usize, String> = BTreeMap::new();
    let mut swapped: BTreeSet<ObjectKey> = BTreeSet::new();
    loop {
        let carried = changes.iter().enumerate().filter(|(index, _)| !left.contains_key(index));
        let sides = Sides::new(from, to, carried.map(|(_, change)| change));
        let fates = Fates::new(&sides, &swapped);
        if leave(&fates, changes, &mut left) {
            continue;
        }
        let operations = order::sort(&sides, &fates, build::operations(&sides, &fates));
        let used = used_at_once(&sides, &fates, &operations);
        if !used.is_empty() {
            swapped.extend(used);
            continue;
        }
        let mut script = ChangeScript::new(from.dialect());
        if let Some(step) = unchecked_bodies(&operations) {
            script.push(step);
        }
        for step in operations.into_iter().flat_map(|operation| operation.steps) {
            script.push(step);
        }
        for (index, what) in left {
            if let Some(change) = changes.get(index) {
                script.leave(change, what);
            }
        }
        return script;
    }
}

/// Leaves the changes of objects with a problem to a person; whether there were any.
fn leave(fates: &Fates, changes: &[Change], left: &mut BTreeMap<usize, String>) -> bool {
    let mut is_changed = false;
    for (key, attribute, what) in &fates.problems {
        for (index, change) in changes.iter().enumerate() {
            let is_part = change.object().parent() == Some(key.name())
                && change.object().schema() == key.schema()
                && key.parent().is_none()
                && change.attribute().is_none();
            let is_meant = match attribute {
                Some(attribute) => change.object() == key && change.attribute() == Some(*attribute),
                None => change.object() == key || is_part,
            };
            if is_meant && !left.contains_key(&index) {
                left.insert(index, what.clone());
                is_changed = true;
            }
        }
    }
    is_changed
}

/// Enumerations with a new value that the script itself uses: PostgreSQL takes a value that ALTER TYPE added only in the
/// next transaction.
fn used_at_once(sides: &Sides<'_>, fates: &Fates, operations: &[Operation]) -> Vec<ObjectKey> {
    let grown = fates.iter().filter(|(key, fate)| key.kind() == Kind::Enum && *fate == Fate::Alter);
    let is_used = |key: &ObjectKey| {
        let (Some(before), Some(after)) = (sides.before(key), sides.after(key)) else {
            return false;
        };
        if before.get(Attribute::Labels) == after.get(Attribute::Labels) {
            return false;
        }
        let added = enumeration::added(before, after);
        operations.iter().filter(|operation| operation.key != *key).any(|operation| {
            let kind = operation.key.kind();
            let needs = sides.goal.needs(&operation.key).any(|needed| needed == key);
            // The body of a function is not run when it is made.
            let is_kept = !needs && matches!(kind, Kind::Function | Kind::Procedure);
            let names = |sql: &str| {
                added.iter().any(|label| {
                    let label = label.replace('\'', "''");
                    sql.contains(&format!("'{label}'")) || needs && sql.contains(&label)
                })
            };
            let fills = kind == Kind::MaterializedView && needs;
            fills || !is_kept && operation.steps.iter().any(|step| names(step.sql()))
        })
    };
    grown.map(|(key, _)| key).filter(|key| is_used(key)).cloned().collect()
}

/// The body of a function may speak of what is made later.
fn unchecked_bodies(operations: &[Operation]) -> Option<ScriptStep> {
    let routine = operations.iter().find(|operation| {
        matches!(operation.key.kind(), Kind::Function | Kind::Procedure)
            && operation.steps.iter().any(|step| step.sql().starts_with("CREATE "))
    })?;
    Some(ScriptStep::new(routine.key.clone(), "SET LOCAL check_function_bodies = off"))
}
