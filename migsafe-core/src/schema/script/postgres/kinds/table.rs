//! Tables and foreign tables.

use super::{change_parameters, column, foreign, list, parameters, text};
use crate::schema::script::postgres::names::{id, parent, qualified};
use crate::schema::script::postgres::sides::{Sides, parents_of, parts};
use crate::schema::{Attribute, Kind, Object, ObjectKey};

/// A table with its columns. A partition gets all columns and is attached later: so its indexes keep their names.
pub(super) fn create(sides: &Sides<'_>, table: &Object) -> Vec<String> {
    let key = table.key();
    let columns = ordered_columns(sides, table);
    let is_typed = table.get(Attribute::OfType).is_some();
    let is_partition = table.get(Attribute::PartitionOf).is_some();
    let is_own = |column: &&Object| is_partition || !column.has(Attribute::Inherited);
    let lines: Vec<String> = columns
        .iter()
        .copied()
        .filter(|column| !is_typed && is_own(column))
        .map(|column| format!("    {}", column::definition(sides, column)))
        .collect();
    let unlogged = if table.get(Attribute::Persistence).is_some() { "UNLOGGED " } else { "" };
    let is_foreign = key.kind() == Kind::ForeignTable;
    let word = if is_foreign { "FOREIGN TABLE" } else { "TABLE" };
    let mut sql = vec![format!("CREATE {unlogged}{word} {}", qualified(key))];
    match table.get_text(Attribute::OfType) {
        Some(kind) => sql.push(format!("OF {kind}")),
        None if lines.is_empty() => sql.push("()".to_owned()),
        None => sql.push(format!("(\n{}\n)", lines.join(",\n"))),
    }
    let parents = list(table, Attribute::Inherits);
    if !parents.is_empty() {
        sql.push(format!("INHERITS ({})", parents.join(", ")));
    }
    if let Some(division) = table.get_text(Attribute::PartitionKey) {
        sql.push(format!("PARTITION BY {division}"));
    }
    if let Some(method) = table.get_text(Attribute::AccessMethod) {
        sql.push(format!("USING {}", id(method)));
    }
    let options = list(table, Attribute::Options);
    match table.get_text(Attribute::Server) {
        Some(server) => {
            sql.push(format!("SERVER {}", id(server)));
            sql.extend(foreign::options(options));
        }
        None if !options.is_empty() => sql.push(format!("WITH {}", parameters(options))),
        None => {}
    }
    if let Some(tablespace) = table.get_text(Attribute::Tablespace) {
        sql.push(format!("TABLESPACE {}", id(tablespace)));
    }
    let mut statements = vec![sql.join(" ")];
    for attribute in [Attribute::RowSecurity, Attribute::ForceRowSecurity] {
        if table.has(attribute) {
            statements.extend(alter(sides, table, table, attribute));
        }
    }
    for column in columns {
        // What the column of the parent, or of the type, does not bring with it.
        let given = match (is_typed, is_own(&column)) {
            (true, _) => Some(column::empty(column)),
            (false, false) => inherited_column(sides, column).cloned(),
            (false, true) => None,
        };
        statements.extend(match given {
            Some(given) => column::adapt(sides, &given, column),
            None => column::settings(sides, column),
        });
    }
    statements
}

/// The column of the same name in a parent of the table.
pub(in crate::schema::script::postgres) fn inherited_column<'a>(
    sides: &'a Sides<'_>,
    column: &Object,
) -> Option<&'a Object> {
    let key = column.key();
    let table = sides.parent(key)?;
    parents_of(&sides.goal, &table).iter().find_map(|parent| {
        sides.goal.get(&ObjectKey::within(Kind::Column, parent.schema(), parent.name(), key.name()))
    })
}

fn ordered_columns<'a>(sides: &'a Sides<'_>, table: &Object) -> Vec<&'a Object> {
    let order = list(table, Attribute::ColumnOrder);
    let place = |column: &&Object| {
        order.iter().position(|name| name == column.key().name()).unwrap_or(order.len())
    };
    let mut columns: Vec<&Object> = parts(&sides.goal, table.key())
        .into_iter()
        .filter(|part| part.key().kind() == Kind::Column)
        .collect();
    columns.sort_by_key(place);
    columns
}

/// `ALTER TABLE name`, for the relation that an object is or is a part of.
pub(in crate::schema::script::postgres) fn alter_word(
    sides: &Sides<'_>,
    key: &ObjectKey,
) -> String {
    let (kind, name) = match key.parent() {
        Some(_) => (sides.parent_kind(key), parent(key)),
        None => (Some(key.kind()), qualified(key)),
    };
    let word = match kind {
        Some(Kind::ForeignTable) => "FOREIGN TABLE",
        Some(Kind::View) => "VIEW",
        Some(Kind::MaterializedView) => "MATERIALIZED VIEW",
        _ => "TABLE",
    };
    format!("ALTER {word} {name}")
}

pub(super) fn alter(
    sides: &Sides<'_>,
    before: &Object,
    after: &Object,
    attribute: Attribute,
) -> Vec<String> {
    let options = || list(after, Attribute::Options);
    let on =
        |word: &str, off: &str| if after.has(attribute) { word.to_owned() } else { off.to_owned() };
    let actions = match attribute {
        Attribute::Persistence if after.get(attribute).is_some() => vec!["SET UNLOGGED".to_owned()],
        Attribute::Persistence => vec!["SET LOGGED".to_owned()],
        Attribute::OfType => match after.get_text(attribute) {
            Some(kind) => vec![format!("OF {kind}")],
            None => vec!["NOT OF".to_owned()],
        },
        Attribute::RowSecurity => {
            vec![on("ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY")]
        }
        Attribute::ForceRowSecurity => {
            vec![on("FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY")]
        }
        Attribute::Options if after.key().kind() == Kind::ForeignTable => {
            foreign::change_options(list(before, Attribute::Options), options())
                .into_iter()
                .collect()
        }
        Attribute::Options => change_parameters(list(before, Attribute::Options), options()),
        Attribute::AccessMethod => {
            vec![format!("SET ACCESS METHOD {}", id(after.get_text(attribute).unwrap_or("heap")))]
        }
        Attribute::Tablespace => vec![format!("SET TABLESPACE {}", id(text(after, attribute)))],
        _ => Vec::new(),
    };
    let word = alter_word(sides, after.key());
    actions.into_iter().map(|action| format!("{word} {action}")).collect()
}

/// What can be said once the indexes are there.
pub(in crate::schema::script::postgres) fn finish(
    sides: &Sides<'_>,
    table: &Object,
    attribute: Attribute,
) -> String {
    let word = alter_word(sides, table.key());
    let value = table.get_text(attribute);
    match (attribute, value) {
        (Attribute::ClusteredOn, Some(index)) => format!("{word} CLUSTER ON {}", id(index)),
        (Attribute::ClusteredOn, None) => format!("{word} SET WITHOUT CLUSTER"),
        (_, Some("full")) => format!("{word} REPLICA IDENTITY FULL"),
        (_, Some("nothing")) => format!("{word} REPLICA IDENTITY NOTHING"),
        (_, Some(value)) => {
            let index = id(value.strip_prefix("index ").unwrap_or(value));
            format!("{word} REPLICA IDENTITY USING INDEX {index}")
        }
        (_, None) => format!("{word} REPLICA IDENTITY DEFAULT"),
    }
}

/// Takes a table from its parents.
pub(in crate::schema::script::postgres) fn detach(
    sides: &Sides<'_>,
    table: &Object,
) -> Vec<String> {
    let name = qualified(table.key());
    match table.get_text(Attribute::PartitionOf) {
        Some(parent) => vec![format!("ALTER TABLE {parent} DETACH PARTITION {name}")],
        None => list(table, Attribute::Inherits)
            .iter()
            .map(|parent| format!("{} NO INHERIT {parent}", alter_word(sides, table.key())))
            .collect(),
    }
}

/// Gives a table to its parents.
pub(in crate::schema::script::postgres) fn attach(
    sides: &Sides<'_>,
    table: &Object,
) -> Vec<String> {
    let name = qualified(table.key());
    match table.get_text(Attribute::PartitionOf) {
        Some(parent) => {
            let bound = text(table, Attribute::PartitionBound);
            vec![format!("ALTER TABLE {parent} ATTACH PARTITION {name} {bound}")]
        }
        None => list(table, Attribute::Inherits)
            .iter()
            .map(|parent| format!("{} INHERIT {parent}", alter_word(sides, table.key())))
            .collect(),
    }
}
