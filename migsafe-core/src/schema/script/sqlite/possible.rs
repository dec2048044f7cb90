//! Which changes SQL can be written for, and what has to be done about the others.

use super::part;
use super::table::{Table, is_generated};
use super::target::target;
use super::words::words;
use crate::Dialect;
use crate::schema::diff::{Change, ChangeKind};
use crate::schema::snapshot::is_bookkeeping;
use crate::schema::{Attribute, Kind, Object, ObjectKey, Snapshot, Value};

/// The changes that are carried out and what they lead to.
pub(super) struct Possible<'a> {
    pub(super) changes: Vec<&'a Change>,
    pub(super) target: Snapshot,
    /// The others, each with what has to be done.
    pub(super) manual: Vec<(&'a Change, String)>,
}

impl<'a> Possible<'a> {
    /// Sorts the changes.
    pub(super) fn of(from: &Snapshot, to: &Snapshot, changes: &'a [Change]) -> Self {
        let mut manual: Vec<(usize, String)> = changes
            .iter()
            .enumerate()
            .filter_map(|(index, change)| Some((index, alone(change, from, to)?)))
            .collect();
        loop {
            let left = |index: &usize| !manual.iter().any(|(other, _)| other == index);
            let kept: Vec<(usize, &Change)> =
                changes.iter().enumerate().filter(|(index, _)| left(index)).collect();
            let target = target(from, to, kept.iter().map(|(_, change)| *change));
            let more = together(&kept, &target);
            if more.is_empty() {
                manual.sort_by_key(|(index, _)| *index);
                let manual = manual
                    .into_iter()
                    .filter_map(|(index, what)| Some((changes.get(index)?, what)))
                    .collect();
                let changes = kept.into_iter().map(|(_, change)| change).collect();
                return Self { changes, target, manual };
            }
            // Each turn leaves fewer.
            manual.extend(more);
        }
    }
}

/// What has to be done about a change, whatever else changes.
fn alone(change: &Change, from: &Snapshot, to: &Snapshot) -> Option<String> {
    let key = change.object();
    if is_bookkeeping(Dialect::Sqlite, key) {
        return Some("leave it to migsafe and Prisma, whose table it is".to_owned());
    }
    if holds_nul(change) {
        return Some("make it with another program: no script can hold a NUL character".to_owned());
    }
    if !is_known(key.kind(), change.attribute()) {
        return Some("nothing: SQLite has no such thing".to_owned());
    }
    let root = ObjectKey::new(Kind::Table, None, key.parent().unwrap_or(key.name()));
    if let (Some(before), Some(after)) = (from.get(&root), to.get(&root))
        && (before.has(Attribute::Unparsed) || after.has(Attribute::Unparsed))
    {
        return Some(format!(
            "build the table {} anew by hand, since its definition cannot be parsed",
            root.qualified()
        ));
    }
    match change.kind() {
        ChangeKind::Changed { .. } if key.kind() == Kind::VirtualTable => Some(
            "drop the virtual table, make it with the new definition and fill it again: what it holds can be read \
             back only where its module allows it"
                .to_owned(),
        ),
        ChangeKind::Added(object) if cannot_be_made(object) => Some(unprintable()),
        ChangeKind::Changed { .. } if to.get(key).is_some_and(cannot_be_made) => Some(unprintable()),
        _ => None,
    }
}

/// What has to be done about changes because of what they would lead to.
fn together(changes: &[(usize, &Change)], target: &Snapshot) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let tables = Table::all(target);
    for (index, change) in changes {
        let key = change.object();
        let relation = key.parent().unwrap_or(key.name());
        let is_there = tables.iter().any(|table| table.name() == relation)
            || target.get(&ObjectKey::new(Kind::View, None, relation)).is_some()
            || target.get(&ObjectKey::new(Kind::VirtualTable, None, relation)).is_some();
        if key.parent().is_some() && !is_there && target.get(key).is_some() {
            found.push((*index, format!("make {relation} first, which is not there")));
            continue;
        }
        if !(key.kind() == Kind::Table || key.parent().is_some()) {
            continue;
        }
        if let Some(problem) =
            tables.iter().find(|table| table.name() == relation).and_then(problem)
        {
            found.push((*index, problem));
        }
    }
    found
}

/// Why a table cannot be as it should.
fn problem(table: &Table<'_>) -> Option<String> {
    if table.object.has(Attribute::Unparsed) {
        return None;
    }
    let name = table.key().qualified();
    if table.columns.iter().all(|column| is_generated(column)) {
        return Some(format!("give {name} a column that is not computed, which every table needs"));
    }
    let missing = |column: &String| table.column(column).is_none();
    let of_constraints = table.constraints.iter().flat_map(|constraint| &constraint.columns);
    if let Some(column) = of_constraints.into_iter().find(|column| missing(column)) {
        return Some(format!(
            "a constraint of {name} needs the column {column}, which is not there"
        ));
    }
    let of_indexes = table.indexes.iter().flat_map(|index| plain_keys(index));
    if let Some(column) = of_indexes.into_iter().find(missing) {
        return Some(format!("an index of {name} needs the column {column}, which is not there"));
    }
    let parts = table.indexes.iter().chain(&table.triggers);
    parts.into_iter().any(|part| part::create(part).is_none()).then(unprintable)
}

/// The keys of an index that can only be columns.
fn plain_keys(index: &Object) -> Vec<String> {
    let keys = index.get(Attribute::Keys).and_then(Value::as_list).unwrap_or_default();
    keys.iter()
        .filter_map(|key| match words(key).as_slice() {
            [one] if !one.text.starts_with(['\'', '"']) => one.name(),
            [one, order] if order.is("DESC") && !one.text.starts_with(['\'', '"']) => one.name(),
            _ => None,
        })
        .collect()
}

fn cannot_be_made(object: &Object) -> bool {
    match object.key().kind() {
        Kind::Column | Kind::Constraint => false,
        Kind::Table if !object.has(Attribute::Unparsed) => false,
        _ => part::create(object).is_none(),
    }
}

fn unprintable() -> String {
    "write the statement by hand, since the definition cannot be parsed".to_owned()
}

fn holds_nul(change: &Change) -> bool {
    let in_value = |value: &Value| match value {
        Value::Text(text) => text.contains('\0'),
        Value::List(list) => list.iter().any(|entry| entry.contains('\0')),
        _ => false,
    };
    let in_object = |object: &Object| object.attributes().values().any(in_value);
    change.object().parts().any(|part| part.contains('\0'))
        || match change.kind() {
            ChangeKind::Added(object) => in_object(object),
            ChangeKind::Removed(_) => false,
            ChangeKind::Changed { after, .. } => after.as_ref().is_some_and(in_value),
        }
}

/// Whether SQLite has such objects, and such an attribute of them.
fn is_known(kind: Kind, attribute: Option<Attribute>) -> bool {
    use Attribute::{
        Autoincrement, Collation, ColumnOrder, Default, Deferrable, Definition, Generated,
        InitiallyDeferred, Keys, NotNull, Options, Predicate, Strict, Type, Unique, Unparsed,
        WithoutRowid,
    };
    let known: &[Attribute] = match kind {
        Kind::Table => &[ColumnOrder, Strict, WithoutRowid, Definition, Unparsed],
        Kind::Column => &[Type, NotNull, Options, Default, Collation, Generated],
        Kind::Constraint => &[Type, Definition, Autoincrement, Deferrable, InitiallyDeferred],
        Kind::Index => &[Keys, Unique, Predicate, Definition, Unparsed],
        Kind::Trigger | Kind::View | Kind::VirtualTable => &[Definition, Unparsed],
        _ => return false,
    };
    attribute.is_none_or(|attribute| known.contains(&attribute))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{DiffOptions, ServerVersion, diff};

    fn manual(from: &Snapshot, to: &Snapshot) -> Vec<String> {
        let found = diff(from, to, &DiffOptions::default()).unwrap();
        let possible = Possible::of(from, to, found.changes());
        possible.manual.iter().map(|(change, what)| format!("{change}: {what}")).collect()
    }

    fn empty() -> Snapshot {
        Snapshot::new(Dialect::Sqlite, ServerVersion::new(3, "3"))
    }

    fn table(name: &str) -> Object {
        Object::new(ObjectKey::new(Kind::Table, None, name))
    }

    fn within(kind: Kind, name: &str) -> Object {
        Object::new(ObjectKey::within(kind, None, "t", name))
    }

    #[test]
    fn what_has_no_sql_is_left_with_what_to_do() {
        let base = || empty().with(table("t")).with(within(Kind::Column, "a"));
        let index = within(Kind::Index, "i").list(Attribute::Keys, ["b"]);
        let broken =
            within(Kind::Index, "i").text(Attribute::Definition, "x").flag(Attribute::Unparsed);
        let virtual_table = |definition: &str| {
            let key = ObjectKey::new(Kind::VirtualTable, None, "v");
            Object::new(key).text(Attribute::Definition, definition)
        };
        for (from, to, expected) in [
            (base(), base().with(index.clone()), "needs the column b, which is not there"),
            (empty(), empty().with(index), "make t first"),
            (base(), base().with(broken), "cannot be parsed"),
            (empty(), empty().with(table("t\0").text(Attribute::Definition, "x")), "NUL"),
            (
                empty(),
                empty().with(Object::new(ObjectKey::new(Kind::Enum, None, "mood"))),
                "SQLite has no such thing",
            ),
            (
                base(),
                base().with(within(Kind::Column, "a").text(Attribute::Comment, "x")),
                "SQLite has no such thing",
            ),
            (
                empty().with(virtual_table("fts5(a)")),
                empty().with(virtual_table("fts5(b)")),
                "fill it again",
            ),
            (
                base().with(table("t").text(Attribute::Definition, "x").flag(Attribute::Unparsed)),
                base(),
                "build the table t anew by hand",
            ),
            (empty(), empty().with(table("_Migsafe_audit")), "whose table it is"),
            (empty(), empty().with(table("t")), "give t a column"),
        ] {
            let found = manual(&from, &to);
            assert!(!found.is_empty(), "{expected}");
            assert!(found.iter().all(|line| line.contains(expected)), "{found:?}");
        }
    }
}
