//! Configurations and dictionaries of text search.

use super::{list, text};
use crate::schema::script::postgres::lists;
use crate::schema::script::postgres::names::{id, qualified};
use crate::schema::{Attribute, Object};

/// `WORD = schema.name`, which the reader writes without quotes.
fn named(part: &str) -> String {
    let (word, name) = part.split_once(" = ").unwrap_or(("", part));
    let name = match name.split_once('.') {
        Some((schema, name)) => format!("{}.{}", id(schema), id(name)),
        None => id(name),
    };
    format!("{word} = {name}")
}

pub(super) fn create_configuration(configuration: &Object) -> Vec<String> {
    let name = qualified(configuration.key());
    let parser = named(text(configuration, Attribute::Definition));
    let mut statements = vec![format!("CREATE TEXT SEARCH CONFIGURATION {name} ({parser})")];
    let empty = Object::new(configuration.key().clone());
    statements.extend(alter_configuration(&empty, configuration));
    statements
}

pub(super) fn alter_configuration(before: &Object, after: &Object) -> Vec<String> {
    let (old, new) = (list(before, Attribute::Fields), list(after, Attribute::Fields));
    let name = qualified(after.key());
    let token = |entry: &str| entry.split_once(": ").map_or(entry, |(token, _)| token).to_owned();
    let of =
        |entries: &[String]| -> Vec<String> { entries.iter().map(|entry| token(entry)).collect() };
    let (old_tokens, new_tokens) = (of(old), of(new));
    let gone = old_tokens.iter().filter(|token| !new_tokens.contains(token));
    let mut statements: Vec<String> = gone
        .map(|token| {
            format!("ALTER TEXT SEARCH CONFIGURATION {name} DROP MAPPING FOR {}", id(token))
        })
        .collect();
    for entry in new.iter().filter(|entry| !old.contains(entry)) {
        let (token, dictionaries) = entry.split_once(": ").unwrap_or((entry, ""));
        let verb = if old_tokens.iter().any(|old| old == token) { "ALTER" } else { "ADD" };
        statements.push(format!(
            "ALTER TEXT SEARCH CONFIGURATION {name} {verb} MAPPING FOR {} WITH {dictionaries}",
            id(token)
        ));
    }
    statements
}

/// The options are stored as SQL writes them.
pub(super) fn create_dictionary(dictionary: &Object) -> Vec<String> {
    let definition = text(dictionary, Attribute::Definition);
    let parts = lists::split(definition, ", ");
    let (template, options) =
        parts.split_first().map_or(("", [].as_slice()), |(first, rest)| (*first, rest));
    let mut parts = vec![named(template)];
    parts.extend(options.iter().map(|option| (*option).to_owned()));
    vec![format!(
        "CREATE TEXT SEARCH DICTIONARY {} ({})",
        qualified(dictionary.key()),
        parts.join(", ")
    )]
}
