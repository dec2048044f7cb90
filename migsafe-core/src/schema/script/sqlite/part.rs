//! The statements of indexes, triggers, views and virtual tables.

use super::name::quoted;
use super::words::words;
use crate::schema::{Attribute, Kind, Object, Value};

/// The statement that makes an object, unless it is a table or its definition says no such thing.
pub(super) fn create(object: &Object) -> Option<String> {
    let key = object.key();
    let name = quoted(key.name());
    let definition = object.get_text(Attribute::Definition);
    if object.has(Attribute::Unparsed) {
        return definition.filter(|text| is_create(text, key.kind())).map(str::to_owned);
    }
    match key.kind() {
        Kind::Index => {
            let unique = if object.has(Attribute::Unique) { "UNIQUE " } else { "" };
            let keys = object.get(Attribute::Keys).and_then(Value::as_list)?.join(", ");
            let predicate = object
                .get_text(Attribute::Predicate)
                .map_or(String::new(), |predicate| format!(" WHERE {predicate}"));
            let table = quoted(key.parent()?);
            Some(format!("CREATE {unique}INDEX {name} ON {table} ({keys}){predicate}"))
        }
        Kind::Trigger => {
            let (event, rest) = split_trigger(definition?)?;
            let table = quoted(key.parent()?);
            Some(format!("CREATE TRIGGER {name} {event} ON {table}{rest}"))
        }
        Kind::View => Some(format!("CREATE VIEW {name} {}", definition?)),
        Kind::VirtualTable => {
            // The name of the module is all up to the first parenthesis.
            let (module, arguments) = definition?.split_once('(')?;
            let arguments = match arguments {
                ")" => String::new(),
                arguments => format!("({arguments}"),
            };
            Some(format!("CREATE VIRTUAL TABLE {name} USING {}{arguments}", quoted(module)))
        }
        _ => None,
    }
}

/// The statement that drops an object.
pub(super) fn drop(object: &Object) -> Option<String> {
    let what = match object.key().kind() {
        Kind::Index => "INDEX",
        Kind::Trigger => "TRIGGER",
        Kind::View => "VIEW",
        Kind::Table | Kind::VirtualTable => "TABLE",
        _ => return None,
    };
    Some(format!("DROP {what} {}", quoted(object.key().name())))
}

/// When a trigger fires, and the rest.
fn split_trigger(definition: &str) -> Option<(&str, &str)> {
    let words = words(definition);
    let rest = words.iter().find(|word| word.is("WHEN") || word.is("BEGIN"))?;
    // The blank or the line break before it.
    let at = definition.get(..rest.start)?.trim_end().len();
    Some(definition.split_at(at))
}

/// Whether words that could not be parsed make such an object.
fn is_create(text: &str, kind: Kind) -> bool {
    let words = words(text);
    let is = |at: usize, key_word: &str| words.get(at).is_some_and(|word| word.is(key_word));
    is(0, "CREATE")
        && match kind {
            Kind::Index => is(1, "INDEX") || (is(1, "UNIQUE") && is(2, "INDEX")),
            Kind::Trigger => is(1, "TRIGGER"),
            Kind::View => is(1, "VIEW"),
            Kind::Table => is(1, "TABLE") || (is(1, "VIRTUAL") && is(2, "TABLE")),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ObjectKey;

    fn within(kind: Kind) -> Object {
        Object::new(ObjectKey::within(kind, None, "my table", "x"))
    }

    #[test]
    fn a_trigger_says_when_before_it_says_on_what() {
        for (definition, expected) in [
            ("BEFORE INSERT\nBEGIN\nSELECT 1;\nEND", "BEFORE INSERT ON \"my table\"\nBEGIN\n"),
            (
                "AFTER UPDATE OF \"when\", b WHEN new.b\nBEGIN\nSELECT 1;\nEND",
                "AFTER UPDATE OF \"when\", b ON \"my table\" WHEN new.b\nBEGIN\n",
            ),
        ] {
            let trigger = within(Kind::Trigger).text(Attribute::Definition, definition);
            assert_eq!(
                create(&trigger),
                Some(format!("CREATE TRIGGER x {expected}SELECT 1;\nEND"))
            );
        }
    }

    #[test]
    fn words_that_are_something_else_are_not_run() {
        let index = |text| {
            let index = within(Kind::Index).flag(Attribute::Unparsed);
            create(&index.text(Attribute::Definition, text))
        };
        assert!(index("create unique INDEX x ON t ( a )").is_some());
        assert!(index("CREATE TABLE x ( a )").is_none());
        assert!(index("").is_none());
    }

    #[test]
    fn an_index_with_everything() {
        let index = within(Kind::Index)
            .flag(Attribute::Unique)
            .list(Attribute::Keys, ["lower(a) DESC", "b"])
            .text(Attribute::Predicate, "a > 0");
        assert_eq!(
            create(&index).as_deref(),
            Some("CREATE UNIQUE INDEX x ON \"my table\" (lower(a) DESC, b) WHERE a > 0")
        );
    }
}
