//! Indexes that no constraint brings.

use super::{change_parameters, list, parameters, text};
use crate::schema::script::postgres::lists;
use crate::schema::script::postgres::names::{id, in_schema, parent};
use crate::schema::{Attribute, Kind, Object, ObjectKey, Snapshot};

pub(super) fn create(index: &Object) -> Vec<String> {
    let key = index.key();
    let unique = if index.has(Attribute::Unique) { "UNIQUE " } else { "" };
    let mut sql = vec![format!(
        "CREATE {unique}INDEX {} ON {} USING {} ({})",
        id(key.name()),
        parent(key),
        id(text(index, Attribute::AccessMethod)),
        list(index, Attribute::Keys).join(", ")
    )];
    let include = list(index, Attribute::Include);
    if !include.is_empty() {
        sql.push(format!("INCLUDE ({})", include.join(", ")));
    }
    if index.has(Attribute::NullsNotDistinct) {
        sql.push("NULLS NOT DISTINCT".to_owned());
    }
    let options = list(index, Attribute::Options);
    if !options.is_empty() {
        sql.push(format!("WITH {}", parameters(options)));
    }
    if let Some(tablespace) = index.get_text(Attribute::Tablespace) {
        sql.push(format!("TABLESPACE {}", id(tablespace)));
    }
    if let Some(predicate) = index.get_text(Attribute::Predicate) {
        sql.push(format!("WHERE {predicate}"));
    }
    let mut statements = vec![sql.join(" ")];
    let empty = Object::new(key.clone());
    statements.extend(alter(&empty, index, Attribute::StatisticsTarget));
    statements
}

pub(super) fn alter(before: &Object, after: &Object, attribute: Attribute) -> Vec<String> {
    let key = after.key();
    let name = in_schema(key.schema(), key.name());
    match attribute {
        Attribute::Options => change_parameters(list(before, attribute), list(after, attribute))
            .into_iter()
            .map(|action| format!("ALTER INDEX {name} {action}"))
            .collect(),
        Attribute::Tablespace => {
            vec![format!("ALTER INDEX {name} SET TABLESPACE {}", id(text(after, attribute)))]
        }
        Attribute::StatisticsTarget => {
            let (old, new) = (list(before, attribute), list(after, attribute));
            let number = |entry: &String| entry.split(": ").next().unwrap_or_default().to_owned();
            let kept: Vec<String> = new.iter().map(number).collect();
            let reset = old.iter().map(number).filter(|column| !kept.contains(column));
            let reset = reset.map(|column| (column, "-1".to_owned()));
            let set = new.iter().filter(|entry| !old.contains(entry)).filter_map(|entry| {
                entry
                    .split_once(": ")
                    .map(|(column, target)| (column.to_owned(), target.to_owned()))
            });
            reset
                .chain(set)
                .map(|(column, target)| {
                    format!("ALTER INDEX {name} ALTER COLUMN {column} SET STATISTICS {target}")
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The name of the index of the whole table that this one belongs to: schema and name.
pub(in crate::schema::script::postgres) fn whole(index: &Object) -> Option<(String, String)> {
    let names = lists::names(index.get_text(Attribute::PartitionOf)?)?;
    let [schema, name] = names.as_slice() else { return None };
    Some((schema.clone(), name.clone()))
}

/// The indexes of partitions that belong to this one.
pub(in crate::schema::script::postgres) fn copies(
    snapshot: &Snapshot,
    key: &ObjectKey,
) -> Vec<ObjectKey> {
    snapshot
        .objects()
        .filter(|object| object.key().kind() == Kind::Index)
        .filter(|object| {
            whole(object).is_some_and(|(schema, name)| {
                Some(schema.as_str()) == key.schema() && name == key.name()
            })
        })
        .map(|object| object.key().clone())
        .collect()
}
