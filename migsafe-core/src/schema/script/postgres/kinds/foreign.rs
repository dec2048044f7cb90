//! Foreign-data wrappers and servers, and the options of foreign objects.

use super::{list, text};
use crate::schema::script::postgres::lists;
use crate::schema::script::postgres::names::{id, literal};
use crate::schema::script::postgres::sides::Sides;
use crate::schema::{Attribute, Kind, Object};

/// `OPTIONS (name 'value', …)`, if there are any.
pub(super) fn options(options: &[String]) -> Option<String> {
    let options: Vec<String> = options.iter().map(|entry| named(entry)).collect();
    (!options.is_empty()).then(|| format!("OPTIONS ({})", options.join(", ")))
}

fn named(entry: &str) -> String {
    let (name, value) = lists::option(entry);
    format!("{} {}", id(name), literal(value))
}

/// `OPTIONS (ADD …, SET …, DROP …)`, if they differ.
pub(super) fn change_options(before: &[String], after: &[String]) -> Option<String> {
    let name = |entry: &String| lists::option(entry).0.to_owned();
    let (old, new): (Vec<String>, Vec<String>) =
        (before.iter().map(name).collect(), after.iter().map(name).collect());
    let gone =
        old.iter().filter(|name| !new.contains(name)).map(|name| format!("DROP {}", id(name)));
    let changed = after.iter().filter(|entry| !before.contains(entry)).map(|entry| {
        let verb = if old.contains(&name(entry)) { "SET" } else { "ADD" };
        format!("{verb} {}", named(entry))
    });
    let actions: Vec<String> = gone.chain(changed).collect();
    (!actions.is_empty()).then(|| format!("OPTIONS ({})", actions.join(", ")))
}

/// The options of a column of a foreign table: for the planner, and for the wrapper.
pub(super) fn column_options(options: &[String]) -> (Vec<String>, Vec<String>) {
    let is_ours =
        |entry: &&String| matches!(lists::option(entry).0, "n_distinct" | "n_distinct_inherited");
    (
        options.iter().filter(is_ours).cloned().collect(),
        options.iter().filter(|entry| !is_ours(entry)).cloned().collect(),
    )
}

/// Whether an option is there whose value may be a secret, which is not read.
pub(in crate::schema::script::postgres) fn hides_a_secret(object: &Object) -> bool {
    list(object, Attribute::Options).iter().any(|entry| lists::option(entry).1 == "…")
}

pub(super) fn create_wrapper(wrapper: &Object) -> Vec<String> {
    let mut sql = vec![format!("CREATE FOREIGN DATA WRAPPER {}", id(wrapper.key().name()))];
    sql.extend(functions(wrapper));
    sql.extend(options(list(wrapper, Attribute::Options)));
    vec![sql.join(" ")]
}

/// `HANDLER f`, `VALIDATOR g`, as far as there are any.
fn functions(wrapper: &Object) -> Vec<String> {
    let definition = text(wrapper, Attribute::Definition);
    lists::split(definition, ", ")
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(super) fn create_server(server: &Object) -> Vec<String> {
    let mut sql = vec![format!("CREATE SERVER {}", id(server.key().name()))];
    for (word, attribute) in [("TYPE", Attribute::Type), ("VERSION", Attribute::Version)] {
        sql.extend(server.get_text(attribute).map(|value| format!("{word} {}", literal(value))));
    }
    sql.push(format!("FOREIGN DATA WRAPPER {}", id(text(server, Attribute::Server))));
    sql.extend(options(list(server, Attribute::Options)));
    vec![sql.join(" ")]
}

pub(super) fn alter(
    sides: &Sides<'_>,
    before: &Object,
    after: &Object,
    attribute: Attribute,
) -> Vec<String> {
    let name = sides.named(after.key());
    let action = match attribute {
        Attribute::Options => change_options(list(before, attribute), list(after, attribute)),
        Attribute::Version => Some(format!("VERSION {}", literal(text(after, attribute)))),
        Attribute::Definition if after.key().kind() == Kind::ForeignDataWrapper => {
            let parts = functions(after);
            let value = |word: &str| {
                let found = parts.iter().find(|part| part.starts_with(word));
                found.cloned().unwrap_or_else(|| format!("NO {word}"))
            };
            Some(format!("{} {}", value("HANDLER"), value("VALIDATOR")))
        }
        _ => None,
    };
    action.map(|action| format!("ALTER {name} {action}")).into_iter().collect()
}
