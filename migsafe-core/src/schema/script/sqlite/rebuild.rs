//! A table that is built anew.

use super::copy::copy;
use super::definition::create_table;
use super::name::quoted;
use super::table::Table;
use crate::schema::script::ScriptStep;

/// The statements that put a new table in the place of an old one. Its indexes and triggers go with the old one.
/// `counter` hands on the counter of AUTOINCREMENT, before the copy, which raises it where that is needed.
pub(super) fn rebuild(
    before: &Table<'_>,
    after: &Table<'_>,
    new_name: &str,
    counter: Option<String>,
) -> Vec<ScriptStep> {
    let step = |sql: String| ScriptStep::new(after.key().clone(), sql);
    let copy = copy(before, after, new_name);
    let copying = match copy.losses.is_empty() {
        true => step(copy.sql),
        false => step(copy.sql).losing(copy.losses.join("; ")),
    };
    let (old, new) = (quoted(before.name()), quoted(new_name));
    let mut steps = vec![step(create_table(after, new_name))];
    steps.extend(counter.map(step));
    steps.extend([
        copying,
        step(format!("DROP TABLE {old}")),
        step(format!("ALTER TABLE {new} RENAME TO {}", quoted(after.name()))),
    ]);
    steps
}
