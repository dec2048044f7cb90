//! What becomes of a table that is there before and after.

use std::collections::BTreeSet;

use super::column::{definition, generated, is_constant, is_null};
use super::constraint::Constraint;
use super::name::quoted;
use super::table::{Table, is_generated};
use super::words::mentions;
use crate::schema::{Attribute, Object, Value};

/// How a table becomes what it should.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Alteration<'a> {
    /// It stays, but for columns that are added and dropped in place.
    InPlace { added: Vec<(&'a Object, String)>, dropped: Vec<(&'a Object, String)> },
    /// A new table takes its place.
    Anew,
}

/// What else is known of the schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    /// Views or triggers are there while tables change. `DROP COLUMN` reads all of them and fails at any that is
    /// broken, even one that has nothing to do with the table.
    pub(super) has_users: bool,
    /// The script also runs where a column that is dropped is not there.
    pub(super) everywhere: bool,
    /// Tables, in lower case, whose primary key changes or that come or go. A foreign key may refer to it without
    /// naming columns, and then means others afterwards.
    pub(super) rekeyed: &'a BTreeSet<String>,
    /// Tables whose order of columns is a change. Otherwise it is none.
    pub(super) reordered: &'a BTreeSet<&'a str>,
}

/// How the table becomes the other one.
pub(super) fn alteration<'a>(
    before: &Table<'a>,
    after: &Table<'a>,
    around: Surroundings<'_>,
) -> Alteration<'a> {
    in_place(before, after, around).unwrap_or(Alteration::Anew)
}

fn in_place<'a>(
    before: &Table<'a>,
    after: &Table<'a>,
    around: Surroundings<'_>,
) -> Option<Alteration<'a>> {
    let is_same = before.name() == after.name()
        && attributes(before.object).eq(attributes(after.object))
        && !around.reordered.contains(after.name())
        && !before.constraints.iter().any(|constraint| may_mean_others(constraint, around))
        // A constraint that goes away or changes is a part of the definition.
        && before.constraints.iter().all(|one| after.constraints.iter().any(|o| o.object == one.object));
    if !is_same {
        return None;
    }
    let new = |column: &&&Object| before.column(column.key().name()).is_none();
    let added: Vec<&Object> = after.columns.iter().filter(new).copied().collect();
    let mut dropped = Vec::new();
    for column in &before.columns {
        match after.column(column.key().name()) {
            Some(same) if same == *column => {}
            Some(_) => return None,
            None => dropped.push(*column),
        }
    }
    let is_new = |one: &&Constraint<'_>| !before.constraints.iter().any(|o| o.object == one.object);
    let constraints: Vec<&Constraint<'_>> = after.constraints.iter().filter(is_new).collect();
    let at: Option<Vec<usize>> =
        constraints.iter().map(|constraint| place(constraint, &added)).collect();
    let at = at?;
    let mut additions = Vec::new();
    for (index, column) in added.into_iter().enumerate() {
        let own: Vec<&Constraint<'_>> =
            constraints.iter().zip(&at).filter(|(_, at)| **at == index).map(|(c, _)| *c).collect();
        if !can_be_added(column, &own) {
            return None;
        }
        let constraints: String =
            own.iter().map(|constraint| format!(" {}", constraint.sql_at_column())).collect();
        additions.push((
            column,
            format!(
                "ALTER TABLE {} ADD COLUMN {}{constraints}",
                quoted(after.name()),
                definition(column)
            ),
        ));
    }
    let mut drops = Vec::new();
    for column in &dropped {
        if around.everywhere || around.has_users || !can_be_dropped(column, before, after, &dropped)
        {
            return None;
        }
        let (table, name) = (quoted(after.name()), quoted(column.key().name()));
        drops.push((*column, format!("ALTER TABLE {table} DROP COLUMN {name}")));
    }
    Some(Alteration::InPlace { added: additions, dropped: drops })
}

/// What is said of the table itself, but for the order of its columns.
fn attributes(table: &Object) -> impl Iterator<Item = (&Attribute, &Value)> {
    table.attributes().iter().filter(|(attribute, _)| **attribute != Attribute::ColumnOrder)
}

/// Whether a foreign key may name no columns, and the primary key that it means then changes.
fn may_mean_others(constraint: &Constraint<'_>, around: Surroundings<'_>) -> bool {
    let target = constraint.target.as_ref();
    target.is_some_and(|(table, _)| around.rekeyed.contains(&table.to_lowercase()))
}

/// The new column at which a new constraint can stand.
fn place(constraint: &Constraint<'_>, added: &[&Object]) -> Option<usize> {
    if constraint.rank().0 > 1 {
        return None;
    }
    match &constraint.target {
        Some(_) => {
            let [column] = constraint.columns.as_slice() else { return None };
            added.iter().position(|object| object.key().name() == column)
        }
        // The last of its columns: the others are there then.
        None if constraint.is_check() => {
            added.iter().rposition(|object| constraint.mentions(object.key().name()))
        }
        None => None,
    }
}

fn can_be_added(column: &Object, constraints: &[&Constraint<'_>]) -> bool {
    if let Some((how, _)) = generated(column) {
        return how == "virtual";
    }
    let default = column.get_text(Attribute::Default);
    let has_value = default.is_some_and(|default| !is_null(default));
    let is_reference = constraints.iter().any(|constraint| constraint.target.is_some());
    default.is_none_or(is_constant)
        && (has_value || !column.has(Attribute::NotNull))
        && !(has_value && is_reference)
}

/// Whether nothing that stays until then uses the column.
fn can_be_dropped(
    column: &Object,
    before: &Table<'_>,
    after: &Table<'_>,
    dropped: &[&Object],
) -> bool {
    let name = column.key().name();
    let uses = |object: &Object| {
        let texts = object.attributes().values().flat_map(|value| match value {
            Value::Text(text) => std::slice::from_ref(text),
            Value::List(list) => list,
            _ => &[],
        });
        texts.into_iter().any(|text| mentions(text, name))
    };
    let stays = |index: &&&Object| after.indexes.contains(index);
    let computed = before.columns.iter().filter(|other| is_generated(other) && *other != &column);
    let plain = before.columns.iter().filter(|other| !is_generated(other));
    !before.constraints.iter().any(|constraint| constraint.mentions(name))
        && !before.indexes.iter().filter(stays).any(|index| uses(index))
        && !computed.into_iter().any(|other| uses(other))
        && plain.into_iter().any(|other| !dropped.contains(other))
}
