//! Publications of logical replication.

use std::collections::BTreeSet;

use super::{list, text};
use crate::schema::script::postgres::lists;
use crate::schema::script::postgres::names::{id, literal};
use crate::schema::script::postgres::sides::Sides;
use crate::schema::{Attribute, Object};

pub(super) fn create(sides: &Sides<'_>, publication: &Object) -> Vec<String> {
    let mut sql = vec![format!("CREATE PUBLICATION {}", id(publication.key().name()))];
    if words(publication).any(|word| word == "all tables") {
        sql.push("FOR ALL TABLES".to_owned());
    } else {
        sql.extend(what(sides, publication).map(|what| format!("FOR {what}")));
    }
    sql.push(format!("WITH ({})", settings(sides, publication)));
    vec![sql.join(" ")]
}

pub(super) fn alter(sides: &Sides<'_>, publication: &Object, attribute: Attribute) -> Vec<String> {
    let name = format!("ALTER PUBLICATION {}", id(publication.key().name()));
    match attribute {
        Attribute::Publishes => vec![format!("{name} SET ({})", settings(sides, publication))],
        _ => {
            what(sides, publication).map(|what| format!("{name} SET {what}")).into_iter().collect()
        }
    }
}

fn words(publication: &Object) -> impl Iterator<Item = &str> {
    text(publication, Attribute::Publishes).split(", ")
}

fn settings(sides: &Sides<'_>, publication: &Object) -> String {
    const ACTIONS: [&str; 4] = ["insert", "update", "delete", "truncate"];
    let actions: Vec<&str> = words(publication).filter(|word| ACTIONS.contains(word)).collect();
    let has = |wanted: &str| words(publication).any(|word| word == wanted);
    let mut settings = vec![
        format!("publish = {}", literal(&actions.join(", "))),
        format!("publish_via_partition_root = {}", has("via root")),
    ];
    if sides.major() >= 18 {
        let generated = if has("generated columns: stored") { "stored" } else { "none" };
        settings.push(format!("publish_generated_columns = {generated}"));
    }
    settings.join(", ")
}

/// The tables and schemas that are published. A table with children is published without those that are not named.
fn what(sides: &Sides<'_>, publication: &Object) -> Option<String> {
    let parents: BTreeSet<&str> = sides
        .goal
        .objects()
        .flat_map(|table| list(table, Attribute::Inherits))
        .map(String::as_str)
        .collect();
    let tables: Vec<String> = list(publication, Attribute::Tables)
        .iter()
        .map(|entry| match parents.iter().any(|parent| begins_with(entry, parent)) {
            true => format!("ONLY {}", table(entry)),
            false => table(entry),
        })
        .collect();
    let schemas = list(publication, Attribute::Schemas);
    let mut parts = Vec::new();
    if !tables.is_empty() {
        parts.push(format!("TABLE {}", tables.join(", ")));
    }
    if !schemas.is_empty() {
        // As `regnamespace` writes them: in quotes where they need them.
        parts.push(format!("TABLES IN SCHEMA {}", schemas.join(", ")));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Whether an entry is about a table.
fn begins_with(entry: &str, table: &str) -> bool {
    entry.strip_prefix(table).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// `name (columns) WHERE (condition)`.
fn table(entry: &str) -> String {
    match lists::find(entry, " WHERE ") {
        Some(at) => {
            let (name, condition) = entry.split_at(at);
            let condition = condition.strip_prefix(" WHERE ").unwrap_or(condition);
            format!("{name} WHERE ({condition})")
        }
        None => entry.to_owned(),
    }
}
