//! Functions and procedures.

use super::{list, text};
use crate::schema::script::postgres::lists;
use crate::schema::script::postgres::names::{id, in_schema, literal, signature, word};
use crate::schema::script::postgres::way::Way;
use crate::schema::{Attribute, Kind, Object};

/// Whether a routine is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    New,
    Replace,
}

pub(super) fn create(routine: &Object, form: Form) -> String {
    let key = routine.key();
    let verb = if form == Form::Replace { "CREATE OR REPLACE" } else { "CREATE" };
    let (name, _) = signature(key.name());
    let mut sql = vec![format!(
        "{verb} {} {}({})",
        word(key.kind()),
        in_schema(key.schema(), name),
        text(routine, Attribute::Arguments)
    )];
    if let Some(returns) =
        routine.get_text(Attribute::Returns).filter(|_| key.kind() == Kind::Function)
    {
        sql.push(format!("RETURNS {returns}"));
    }
    let language = text(routine, Attribute::Language);
    sql.push(format!("LANGUAGE {}", id(language)));
    for (attribute, word) in [
        (Attribute::Window, "WINDOW"),
        (Attribute::StrictFunction, "STRICT"),
        (Attribute::SecurityDefiner, "SECURITY DEFINER"),
        (Attribute::Leakproof, "LEAKPROOF"),
    ] {
        if routine.has(attribute) {
            sql.push(word.to_owned());
        }
    }
    for (attribute, word) in [
        (Attribute::Volatility, ""),
        (Attribute::Parallel, "PARALLEL "),
        (Attribute::Cost, "COST "),
        (Attribute::Rows, "ROWS "),
        (Attribute::Support, "SUPPORT "),
    ] {
        if let Some(value) = routine.get_text(attribute) {
            let is_word = matches!(attribute, Attribute::Volatility | Attribute::Parallel);
            sql.push(format!(
                "{word}{}",
                if is_word { value.to_uppercase() } else { value.to_owned() }
            ));
        }
    }
    sql.extend(list(routine, Attribute::Settings).iter().map(|setting| self::setting(setting)));
    sql.push(body(language, text(routine, Attribute::Body)));
    sql.join(" ")
}

/// `SET name TO value`. Some settings are lists of names, which are stored as SQL writes them.
fn setting(entry: &str) -> String {
    const LISTS: [&str; 6] = [
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    ];
    let (name, value) = lists::option(entry);
    // A setting of an extension has two names.
    let shown = name.split('.').map(id).collect::<Vec<_>>().join(".");
    let is_list = LISTS.contains(&name.to_ascii_lowercase().as_str());
    let values: Option<Vec<String>> = lists::split(value, ",")
        .into_iter()
        .map(|part| lists::names(part.trim()).and_then(|names| names.into_iter().next()))
        .collect();
    match values.filter(|_| is_list) {
        Some(values) => {
            let values: Vec<String> = values.iter().map(|value| literal(value)).collect();
            format!("SET {shown} TO {}", values.join(", "))
        }
        None => format!("SET {shown} TO {}", literal(value)),
    }
}

/// The text of a function in quotes that it does not hold; an SQL body as it is.
fn body(language: &str, body: &str) -> String {
    match language {
        "sql" if body.starts_with("BEGIN ATOMIC") || body.starts_with("RETURN ") => {
            format!("\n{body}")
        }
        "c" => match body.rsplit_once(", ") {
            Some((library, symbol)) => format!("AS {}, {}", literal(library), literal(symbol)),
            None => format!("AS {}", literal(body)),
        },
        _ => format!("AS {}", quoted(body)),
    }
}

fn quoted(body: &str) -> String {
    let tags = std::iter::once(String::new()).chain((0..).map(|number| match number {
        0 => "body".to_owned(),
        number => format!("body{number}"),
    }));
    let fits = |tag: &String| {
        !body.contains(&format!("${tag}")) && (!tag.is_empty() || !body.ends_with('$'))
    };
    // A body of any length lacks one of so many tags.
    let tag = tags.take(body.len() + 2).find(fits).unwrap_or_default();
    format!("${tag}${body}${tag}$")
}

/// CREATE OR REPLACE changes all but what callers know a function by.
pub(in crate::schema::script::postgres) fn way(
    before: &Object,
    after: &Object,
    attribute: Attribute,
) -> Way {
    match attribute {
        Attribute::Returns | Attribute::Window => Way::Rebuild,
        Attribute::Arguments
            if !is_replaceable(text(before, attribute), text(after, attribute)) =>
        {
            Way::Rebuild
        }
        _ => Way::InPlace,
    }
}

/// Whether only defaults of arguments differ, and none of them goes away.
fn is_replaceable(before: &str, after: &str) -> bool {
    let arguments = |text: &str| -> Vec<(String, bool)> {
        lists::split(text, ", ")
            .into_iter()
            .map(|argument| match lists::find(argument, " DEFAULT ") {
                Some(at) => (argument.get(..at).unwrap_or_default().to_owned(), true),
                None => (argument.to_owned(), false),
            })
            .collect()
    };
    let (before, after) = (arguments(before), arguments(after));
    before.len() == after.len()
        && before.iter().zip(&after).all(|((old, had_default), (new, has_default))| {
            old == new && (*has_default || !had_default)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_cannot_end_its_quotes() {
        assert_eq!(quoted("SELECT 1"), "$$SELECT 1$$");
        assert_eq!(quoted("a $$ b"), "$body$a $$ b$body$");
        assert_eq!(quoted("a $body$ $$ $body1$"), "$body2$a $body$ $$ $body1$$body2$");
        assert_eq!(quoted("a$"), "$body$a$$body$");
    }

    #[test]
    fn lists_of_names_and_texts_are_set_as_they_are_stored() {
        assert_eq!(
            setting("search_path=app, \"Odd, \"\"\""),
            "SET search_path TO 'app', 'Odd, \"'"
        );
        assert_eq!(setting("search_path=\"\""), "SET search_path TO ''");
        assert_eq!(setting("work_mem=4MB"), "SET work_mem TO '4MB'");
        assert_eq!(setting("a.b=it's; x"), "SET a.b TO 'it''s; x'");
    }

    #[test]
    fn only_defaults_are_replaced() {
        assert!(is_replaceable(
            "a integer, b integer DEFAULT 1",
            "a integer, b integer DEFAULT f(1, 2)"
        ));
        assert!(is_replaceable("a integer", "a integer DEFAULT 1"));
        assert!(!is_replaceable("a integer DEFAULT 1", "a integer"));
        assert!(!is_replaceable("a integer", "b integer"));
        assert!(!is_replaceable("a integer", "a integer, OUT b integer"));
    }
}
