//! Copying the rows of a table into the one that takes its place.

use super::column::{Affinity, affinity, default_value, is_null};
use super::name::{literal, quoted};
use super::table::{Table, is_generated};
use crate::schema::{Attribute, Object};

/// The statement that copies the rows, and what is lost by it.
pub(super) struct Copy {
    pub(super) sql: String,
    pub(super) losses: Vec<String>,
}

/// The statement that copies the rows of one table into another, which has the other name still.
pub(super) fn copy(before: &Table<'_>, after: &Table<'_>, new_name: &str) -> Copy {
    let mut columns = Vec::new();
    let mut values = Vec::new();
    let mut losses = lost(before, after);
    if let Some(name) = row_number(before, after) {
        columns.push(name.to_owned());
        values.push(name.to_owned());
    }
    for column in after.columns.iter().filter(|column| !is_generated(column)) {
        let name = column.key().name();
        let Some(old) = before.column(name) else {
            if !after.takes_null(column) && !has_default(column) {
                losses.push(format!(
                    "the copy fails if there are rows: the new column {name} takes no NULL and has no default"
                ));
            }
            continue;
        };
        columns.push(quoted(name));
        values.push(value(before, after, old, column));
        losses.extend(loss(before, after, old, column));
    }
    if columns.is_empty() {
        // Every row is kept, whatever is left of it.
        let plain = after.columns.iter().find(|column| !is_generated(column));
        if let Some(column) = plain {
            columns.push(quoted(column.key().name()));
            let default = column.get_text(Attribute::Default);
            values.push(default.map_or_else(|| "NULL".to_owned(), default_value));
        }
    }
    // A row that a constraint does not take fails the copy: it is not left out.
    let or = match after.constraints.iter().any(|constraint| constraint.on_conflict().is_some())
        || after.columns.iter().any(|column| column.get(Attribute::Options).is_some())
    {
        true => " OR ABORT",
        false => "",
    };
    let sql = format!(
        "INSERT{or} INTO {} ({}) SELECT {} FROM {}",
        quoted(new_name),
        columns.join(", "),
        values.join(", "),
        quoted(before.name())
    );
    Copy { sql, losses }
}

/// Hands the counter of AUTOINCREMENT on, if there is one.
pub(super) fn hand_counter_on(before: &Table<'_>, new_name: &str) -> String {
    format!(
        "UPDATE sqlite_sequence SET name = {} WHERE name = {}",
        literal(new_name),
        literal(before.name())
    )
}

/// A name of the number of the row, where it is kept although no column is it: other tables may know rows by it.
fn row_number(before: &Table<'_>, after: &Table<'_>) -> Option<&'static str> {
    let has_number = |table: &Table<'_>| !table.object.has(Attribute::WithoutRowid);
    let is_kept = has_number(before) && has_number(after) && after.row_number().is_none();
    let is_free = |name: &&str| before.column(name).is_none() && after.column(name).is_none();
    ["rowid", "_rowid_", "oid"].into_iter().find(is_free).filter(|_| is_kept)
}

fn value(before: &Table<'_>, after: &Table<'_>, old: &Object, new: &Object) -> String {
    let name = quoted(old.key().name());
    let default = new.get_text(Attribute::Default).filter(|default| !is_null(default));
    match default.filter(|_| refuses_null_now(before, after, old, new)) {
        Some(default) => format!("coalesce({name}, {})", default_value(default)),
        None => name,
    }
}

/// Whether a column takes no NULL any more. What is the number of the row is never NULL.
fn refuses_null_now(before: &Table<'_>, after: &Table<'_>, old: &Object, new: &Object) -> bool {
    !after.takes_null(new) && before.takes_null(old) && before.row_number() != Some(old)
}

fn has_default(column: &Object) -> bool {
    column.get_text(Attribute::Default).is_some_and(|default| !is_null(default))
}

/// What a column of both tables loses.
fn loss(before: &Table<'_>, after: &Table<'_>, old: &Object, new: &Object) -> Vec<String> {
    let name = new.key().name();
    let mut losses = Vec::new();
    let strict = |table: &Table<'_>| table.object.has(Attribute::Strict);
    let (from, to) = (affinity(old, strict(before)), affinity(new, strict(after)));
    if from != to && to != Affinity::None {
        let ty = new.get_text(Attribute::Type).unwrap_or_default();
        let fails = if strict(after) { ", or the copy fails" } else { "" };
        losses.push(format!(
            "values of the column {name} that are not {ty} are converted as far as they can be{fails}"
        ));
    }
    if refuses_null_now(before, after, old, new) {
        losses.push(match has_default(new) {
            true => format!("NULL in the column {name} becomes the default"),
            false => format!("the copy fails where the column {name} is NULL"),
        });
    }
    losses
}

/// What is not copied.
fn lost(before: &Table<'_>, after: &Table<'_>) -> Vec<String> {
    let stored = before.columns.iter().filter(|column| !is_generated(column));
    stored
        .filter_map(|column| {
            let name = column.key().name();
            match after.column(name) {
                None => Some(format!("the values of the column {name} are lost")),
                Some(new) if is_generated(new) => {
                    Some(format!("the values of the column {name} are replaced by computed ones"))
                }
                Some(_) => None,
            }
        })
        .collect()
}
