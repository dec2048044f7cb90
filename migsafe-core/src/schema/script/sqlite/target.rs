//! The schema that a script leads to: the first side with the changes that are carried out.
//!
//! It is not the second side: what is tolerated or ignored stays, and so does what is left to a person.

use std::collections::BTreeSet;

use crate::schema::diff::{Change, ChangeKind};
use crate::schema::{Attribute, Kind, Object, ObjectKey, Snapshot, Value};

/// The schema that the changes lead to.
pub(super) fn target<'a>(
    from: &Snapshot,
    to: &Snapshot,
    changes: impl IntoIterator<Item = &'a Change>,
) -> Snapshot {
    let mut target = from.clone();
    let mut ordered: BTreeSet<&ObjectKey> = BTreeSet::new();
    for change in changes {
        let key = change.object();
        match change.kind() {
            ChangeKind::Added(object) => target.insert(object.clone()),
            ChangeKind::Removed(_) => drop(target.remove(key)),
            ChangeKind::Changed { attribute, after, .. } => {
                if let Some(mut object) = target.remove(key) {
                    // A no takes back what is said.
                    object.set(*attribute, after.clone().unwrap_or(Value::Flag(false)));
                    target.insert(object);
                }
                if *attribute == Attribute::ColumnOrder {
                    ordered.insert(key);
                }
            }
        }
    }
    let tables: Vec<Object> = target
        .objects()
        .filter(|object| object.key().kind() == Kind::Table && !ordered.contains(object.key()))
        .filter_map(|table| with_order(&target, to, table))
        .collect();
    for table in tables {
        target.insert(table);
    }
    target
}

/// The table with its columns as the second side orders them, and those that only the first has behind them.
fn with_order(target: &Snapshot, to: &Snapshot, table: &Object) -> Option<Object> {
    let columns: Vec<&str> = target
        .parts_of(table.key())
        .map(Object::key)
        .filter(|key| key.kind() == Kind::Column)
        .map(ObjectKey::name)
        .collect();
    let order = |table: Option<&Object>| -> Vec<String> {
        let list = table.and_then(|table| table.get(Attribute::ColumnOrder)?.as_list());
        list.unwrap_or_default().to_vec()
    };
    let mut ordered: Vec<String> = Vec::new();
    let all = order(to.get(table.key())).into_iter().chain(order(Some(table)));
    for name in all.chain(columns.iter().map(|name| (*name).to_owned())) {
        if columns.contains(&name.as_str()) && !ordered.contains(&name) {
            ordered.push(name);
        }
    }
    (!columns.is_empty()).then(|| table.clone().list(Attribute::ColumnOrder, ordered))
}
