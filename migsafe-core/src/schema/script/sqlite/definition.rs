//! `CREATE TABLE`.

use super::column;
use super::name::quoted;
use super::table::Table;
use crate::schema::Attribute;

/// The statement that makes a table, under a name that may not be its own yet.
pub(super) fn create_table(table: &Table<'_>, name: &str) -> String {
    let key = table.primary_key();
    let mut lines = Vec::new();
    let mut key_is_said = false;
    for object in &table.columns {
        let mut line = column::definition(object);
        if let Some(text) = key.and_then(|key| key.sql_of_key_at(object.key().name())) {
            line.push(' ');
            line.push_str(&text);
            key_is_said = true;
        }
        lines.push(line);
    }
    for constraint in &table.constraints {
        if !(constraint.is_primary_key() && key_is_said) {
            lines.push(constraint.sql());
        }
    }
    let options: Vec<&str> =
        [(Attribute::WithoutRowid, "WITHOUT ROWID"), (Attribute::Strict, "STRICT")]
            .into_iter()
            .filter_map(|(attribute, text)| table.object.has(attribute).then_some(text))
            .collect();
    let options = match options.is_empty() {
        true => String::new(),
        false => format!(" {}", options.join(", ")),
    };
    format!("CREATE TABLE {} (\n    {}\n){options}", quoted(name), lines.join(",\n    "))
}
