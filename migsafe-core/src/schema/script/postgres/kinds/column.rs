//! Columns of tables, and what is said of those of views.

use super::{foreign, list, number, parameters, sequence, table, text};
use crate::schema::diff::attributes;
use crate::schema::script::postgres::conversion;
use crate::schema::script::postgres::names::{id, literal, parent};
use crate::schema::script::postgres::sides::{Sides, ancestors_of, parent_in, parents_of};
use crate::schema::{Attribute, Kind, Object, ObjectKey, Value};

/// Whether an object is a column of a view: there it is only what is said of it.
pub(in crate::schema::script::postgres) fn is_of_view(sides: &Sides<'_>, key: &ObjectKey) -> bool {
    key.kind() == Kind::Column
        && matches!(sides.parent_kind(key), Some(Kind::View | Kind::MaterializedView))
}

/// A column of which nothing but the type is said.
pub(in crate::schema::script::postgres) fn empty(column: &Object) -> Object {
    let mut empty = Object::new(column.key().clone());
    for attribute in
        [Attribute::Type, Attribute::Collation, Attribute::Generated, Attribute::Inherited]
    {
        if let Some(value) = column.get(attribute) {
            empty.set(attribute, value.clone());
        }
    }
    empty
}

/// As it stands in CREATE TABLE.
pub(super) fn definition(sides: &Sides<'_>, column: &Object) -> String {
    let mut parts = vec![id(column.key().name()), text(column, Attribute::Type).to_owned()];
    let is_foreign = sides.parent_kind(column.key()) == Some(Kind::ForeignTable);
    if is_foreign {
        let (_, options) = foreign::column_options(list(column, Attribute::Options));
        parts.extend(foreign::options(&options));
    }
    if let Some(collation) = column.get_text(Attribute::Collation) {
        parts.push(format!("COLLATE {collation}"));
    }
    if let Some(default) =
        column.get_text(Attribute::Default).filter(|_| has_inline_default(sides, column))
    {
        parts.push(format!("DEFAULT {default}"));
    }
    if let Some(generated) = column.get_text(Attribute::Generated) {
        let (form, expression) = generated.split_once(' ').unwrap_or(("stored", generated));
        parts.push(format!("GENERATED ALWAYS AS ({expression}) {}", form.to_uppercase()));
    }
    if let Some(identity) =
        column.get_text(Attribute::Identity).filter(|_| !is_in_partition(sides, column))
    {
        parts.push(format!(
            "GENERATED {} AS IDENTITY ({})",
            identity.to_uppercase(),
            list(column, Attribute::IdentityOptions).join(" ")
        ));
    }
    if column.has(Attribute::NotNull) && !column.has(Attribute::NotNullNotValid) {
        parts.push("NOT NULL".to_owned());
    }
    parts.join(" ")
}

/// A partition gets the identity of the whole table.
fn is_in_partition(sides: &Sides<'_>, column: &Object) -> bool {
    let table = parent_in(&sides.goal, column.key()).and_then(|table| sides.after(&table));
    table.is_some_and(|table| table.get(Attribute::PartitionOf).is_some())
}

/// Whether a default can stand in the definition. In a new table, one that calls a function of the schema is set when
/// the function is there, which may itself need the table. In a table with rows, a new column needs it at once.
pub(in crate::schema::script::postgres) fn has_inline_default(
    sides: &Sides<'_>,
    column: &Object,
) -> bool {
    let key = column.key();
    let is_late = |needed: &ObjectKey| {
        matches!(needed.kind(), Kind::Function | Kind::Operator | Kind::Aggregate | Kind::Cast)
    };
    let is_added = sides.parent_after(key).is_some_and(|table| sides.before(&table).is_some());
    column.get(Attribute::Default).is_some() && (is_added || !sides.goal.needs(key).any(is_late))
}

/// What CREATE TABLE does not say.
pub(super) fn settings(sides: &Sides<'_>, column: &Object) -> Vec<String> {
    let mut before = empty(column);
    for attribute in [Attribute::Default, Attribute::Identity, Attribute::IdentityOptions] {
        if let Some(value) = column.get(attribute) {
            before.set(attribute, value.clone());
        }
    }
    if !column.has(Attribute::NotNullNotValid)
        && let Some(value) = column.get(Attribute::NotNull)
    {
        before.set(Attribute::NotNull, value.clone());
    }
    if sides.parent_kind(column.key()) == Some(Kind::ForeignTable) {
        let (_, options) = foreign::column_options(list(column, Attribute::Options));
        before.set(Attribute::Options, Value::List(options));
    }
    adapt(sides, &before, column)
}

/// The statements that make one column like another, but for its default if that has to wait.
pub(in crate::schema::script::postgres) fn adapt(
    sides: &Sides<'_>,
    before: &Object,
    after: &Object,
) -> Vec<String> {
    attributes(before, after)
        .into_iter()
        .filter(|attribute| before.get(*attribute) != after.get(*attribute))
        .filter(|attribute| !attribute.is_privilege() || sides.knows_privileges(after.key()))
        .filter(|attribute| {
            !matches!(attribute, Attribute::Type | Attribute::Generated | Attribute::Inherited)
        })
        .flat_map(|attribute| match attribute {
            Attribute::Default => default(sides, after).into_iter().collect(),
            Attribute::Collation => Vec::new(),
            _ => super::alter(sides, before, after, attribute),
        })
        .collect()
}

pub(super) fn add(sides: &Sides<'_>, column: &Object) -> Vec<String> {
    if is_of_view(sides, column.key()) {
        return adapt(sides, &empty(column), column);
    }
    let word = table::alter_word(sides, column.key());
    let mut statements = vec![format!("{word} ADD COLUMN {}", definition(sides, column))];
    statements.extend(settings(sides, column));
    statements
}

pub(super) fn drop(sides: &Sides<'_>, column: &Object) -> Vec<String> {
    if is_of_view(sides, column.key()) {
        return adapt(sides, column, &empty(column));
    }
    vec![format!(
        "{} DROP COLUMN {}",
        table::alter_word(sides, column.key()),
        id(column.key().name())
    )]
}

/// `ALTER TABLE … ALTER COLUMN name`, of this table only.
fn alter_word(sides: &Sides<'_>, key: &ObjectKey) -> String {
    let word = table::alter_word(sides, key);
    let parent = sides.parent(key);
    let has_children = sides.goal.objects().any(|table| {
        let is_child =
            table.get(Attribute::PartitionOf).is_some() || table.get(Attribute::Inherits).is_some();
        is_child
            && parent
                .as_ref()
                .is_some_and(|parent| parents_of(&sides.goal, table.key()).contains(parent))
    });
    let word =
        if has_children { word.replacen("ALTER TABLE ", "ALTER TABLE ONLY ", 1) } else { word };
    format!("{word} ALTER COLUMN {}", id(key.name()))
}

/// Sets or drops the default.
pub(in crate::schema::script::postgres) fn default(
    sides: &Sides<'_>,
    column: &Object,
) -> Option<String> {
    let word = alter_word(sides, column.key());
    Some(match column.get_text(Attribute::Default) {
        Some(default) => format!("{word} SET DEFAULT {default}"),
        None => format!("{word} DROP DEFAULT"),
    })
}

/// Drops the default.
pub(in crate::schema::script::postgres) fn drop_default(
    sides: &Sides<'_>,
    key: &ObjectKey,
) -> String {
    format!("{} DROP DEFAULT", alter_word(sides, key))
}

/// Ends the identity.
pub(in crate::schema::script::postgres) fn drop_identity(
    sides: &Sides<'_>,
    key: &ObjectKey,
) -> String {
    format!("{} ALTER COLUMN {} DROP IDENTITY", table::alter_word(sides, key), id(key.name()))
}

/// Gives a column its type: another one, or one that took the place of the old one and its name.
pub(in crate::schema::script::postgres) fn set_type(
    sides: &Sides<'_>,
    before: &Object,
    after: &Object,
    replaced: Option<&ObjectKey>,
) -> String {
    let key = after.key();
    let name = id(key.name());
    let (old_type, new_type) = (text(before, Attribute::Type), text(after, Attribute::Type));
    let collation = after.get_text(Attribute::Collation);
    let collation = collation.map(|name| format!(" COLLATE {name}")).unwrap_or_default();
    let is_other =
        old_type != new_type || replaced.is_some_and(|key| key.kind() != Kind::Collation);
    let using = if is_other { conversion::using(&name, old_type, new_type) } else { None };
    let using = using.map(|expression| format!(" USING {expression}")).unwrap_or_default();
    format!(
        "{} ALTER COLUMN {name} TYPE {new_type}{collation}{using}",
        table::alter_word(sides, key)
    )
}

pub(super) fn alter(
    sides: &Sides<'_>,
    before: &Object,
    after: &Object,
    attribute: Attribute,
) -> Vec<String> {
    let key = after.key();
    let word = alter_word(sides, key);
    let whole = format!("{} ALTER COLUMN {}", table::alter_word(sides, key), id(key.name()));
    let is_foreign = sides.parent_kind(key) == Some(Kind::ForeignTable);
    match attribute {
        // NOT NULL holds for children too.
        Attribute::NotNull | Attribute::NotNullNotValid => not_null(sides, before, after, &whole),
        Attribute::Generated => match after.get_text(attribute) {
            None => vec![format!("{whole} DROP EXPRESSION")],
            Some(generated) => {
                let (_, expression) = generated.split_once(' ').unwrap_or(("", generated));
                vec![format!("{whole} SET EXPRESSION AS ({expression})")]
            }
        },
        Attribute::Identity => identity(before, after, &whole),
        Attribute::IdentityOptions => identity_options(before, after, &whole),
        Attribute::Storage => {
            set_storage(sides, after).map(|action| format!("{word} {action}")).into_iter().collect()
        }
        Attribute::Compression => {
            vec![format!(
                "{word} SET COMPRESSION {}",
                after.get_text(attribute).unwrap_or("default")
            )]
        }
        Attribute::StatisticsTarget => {
            vec![format!("{word} SET STATISTICS {}", number(after, attribute).unwrap_or(-1))]
        }
        Attribute::Options if is_foreign => {
            let (old, old_foreign) = foreign::column_options(list(before, attribute));
            let (new, new_foreign) = foreign::column_options(list(after, attribute));
            let mut actions = super::change_parameters(&old, &new);
            actions.extend(foreign::change_options(&old_foreign, &new_foreign));
            actions.into_iter().map(|action| format!("{word} {action}")).collect()
        }
        Attribute::Options if list(before, attribute).is_empty() => {
            vec![format!("{word} SET {}", parameters(list(after, attribute)))]
        }
        Attribute::Options => {
            super::change_parameters(list(before, attribute), list(after, attribute))
                .into_iter()
                .map(|action| format!("{word} {action}"))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// `None` where that is not known.
pub(in crate::schema::script::postgres) fn set_storage(
    sides: &Sides<'_>,
    column: &Object,
) -> Option<String> {
    match column.get_text(Attribute::Storage) {
        Some(storage) => Some(format!("SET STORAGE {}", storage.to_uppercase())),
        None if sides.major() >= 16 => Some("SET STORAGE DEFAULT".to_owned()),
        None => conversion::storage(&sides.goal, text(column, Attribute::Type))
            .map(|storage| format!("SET STORAGE {storage}")),
    }
}

/// What another type takes away although it stays: how values are stored.
pub(in crate::schema::script::postgres) fn settings_after_type(
    sides: &Sides<'_>,
    column: &Object,
) -> Vec<String> {
    let empty = empty(column);
    [Attribute::Storage, Attribute::Compression]
        .into_iter()
        .filter(|attribute| column.get(*attribute).is_some())
        .flat_map(|attribute| alter(sides, &empty, column, attribute))
        .collect()
}

fn not_null(sides: &Sides<'_>, before: &Object, after: &Object, word: &str) -> Vec<String> {
    let key = after.key();
    let is_unproven = after.has(Attribute::NotNullNotValid);
    if !after.has(Attribute::NotNull) {
        let mut statements = vec![format!("{word} DROP NOT NULL")];
        // It goes from partitions and children too, and there is no ONLY for a table with partitions.
        statements.extend(kept_in_children(sides, key));
        return statements;
    }
    if !is_unproven {
        return vec![format!("{word} SET NOT NULL")];
    }
    let mut statements = Vec::new();
    if before.has(Attribute::NotNull) {
        statements.push(format!("{word} DROP NOT NULL"));
    }
    statements.push(format!(
        "{} ADD NOT NULL {} NOT VALID",
        table::alter_word(sides, key),
        id(key.name())
    ));
    statements
}

/// Sets NOT NULL again where children have it and their parent has it no more.
fn kept_in_children(sides: &Sides<'_>, key: &ObjectKey) -> Vec<String> {
    let parent = sides.parent(key);
    let descendants = sides.goal.objects().filter(|table| {
        matches!(table.key().kind(), Kind::Table | Kind::ForeignTable)
            && ancestors_of(&sides.goal, table.key())
                .iter()
                .any(|table| Some(table) == parent.as_ref())
    });
    descendants
        .filter_map(|table| {
            let table = table.key();
            let column = ObjectKey::within(Kind::Column, table.schema(), table.name(), key.name());
            let column = sides.goal.get(&column)?;
            let is_kept = column.has(Attribute::NotNull)
                && !column.has(Attribute::NotNullNotValid)
                && sides.before(table).is_some();
            let word = table::alter_word(sides, column.key());
            is_kept.then(|| format!("{word} ALTER COLUMN {} SET NOT NULL", id(key.name())))
        })
        .collect()
}

fn identity(before: &Object, after: &Object, word: &str) -> Vec<String> {
    match (before.get_text(Attribute::Identity), after.get_text(Attribute::Identity)) {
        (None, Some(identity)) => {
            let options = list(after, Attribute::IdentityOptions).join(" ");
            let add =
                format!("{word} ADD GENERATED {} AS IDENTITY ({options})", identity.to_uppercase());
            let mut statements = vec![add];
            statements.extend(count_on_from_rows(after));
            statements
        }
        (Some(_), Some(identity)) => {
            vec![format!("{word} SET GENERATED {}", identity.to_uppercase())]
        }
        // That ends before anything else changes.
        (_, None) => Vec::new(),
    }
}

/// The numbers of the rows that are there are not given again.
fn count_on_from_rows(column: &Object) -> Option<String> {
    let key = column.key();
    let options = list(column, Attribute::IdentityOptions);
    let value = |word: &str| -> Option<i64> {
        let mut values = options.iter().filter_map(|option| option.strip_prefix(word));
        values.find_map(|value| value.trim().parse().ok())
    };
    let range = sequence::Range {
        start: value("START ")?,
        increment: value("INCREMENT ")?,
        least: value("MINVALUE ")?,
        largest: value("MAXVALUE ")?,
    };
    let table = literal(&parent(key));
    let sequence = format!("pg_get_serial_sequence({table}, {})", literal(key.name()));
    Some(range.count_on(&sequence, key))
}

/// Options of an identity that stays; a new one is made with them.
fn identity_options(before: &Object, after: &Object, word: &str) -> Vec<String> {
    let stays =
        before.get(Attribute::Identity).is_some() && after.get(Attribute::Identity).is_some();
    let old = list(before, Attribute::IdentityOptions);
    let changed: Vec<String> = list(after, Attribute::IdentityOptions)
        .iter()
        .filter(|option| !old.contains(option))
        .map(|option| format!("SET {option}"))
        .collect();
    if !stays || changed.is_empty() {
        Vec::new()
    } else {
        vec![format!("{word} {}", changed.join(" "))]
    }
}
