//! Operators.

use super::text;
use crate::schema::script::postgres::lists;
use crate::schema::script::postgres::names::{id, qualified, signature};
use crate::schema::script::postgres::way::Way;
use crate::schema::{Attribute, Object};

pub(super) fn create(operator: &Object) -> Vec<String> {
    let key = operator.key();
    let (name, arguments) = signature(key.name());
    let inside = arguments.trim_start_matches('(');
    let inside = inside.strip_suffix(')').unwrap_or(inside);
    let mut parts = Vec::new();
    for (word, kind) in ["LEFTARG", "RIGHTARG"].iter().zip(lists::split(inside, ", ")) {
        if kind != "NONE" {
            parts.push(format!("{word} = {kind}"));
        }
    }
    for part in lists::split(text(operator, Attribute::Definition), ", ") {
        parts.push(match part.split_once(" = ") {
            Some((word @ ("COMMUTATOR" | "NEGATOR"), name)) => {
                format!("{word} = {}", reference(name))
            }
            _ => part.to_owned(),
        });
    }
    let schema = key.schema().map(|schema| format!("{}.", id(schema))).unwrap_or_default();
    vec![format!("CREATE OPERATOR {schema}{name} ({})", parts.join(", "))]
}

/// `app.===(integer,integer)` as `OPERATOR(app.===)`.
pub(super) fn reference(name: &str) -> String {
    format!("OPERATOR({})", signature(name).0)
}

/// How selective an operator is can be changed; nothing else can.
pub(in crate::schema::script::postgres) fn way(before: &Object, after: &Object) -> Way {
    let fixed = |operator: &Object| -> Vec<String> {
        lists::split(text(operator, Attribute::Definition), ", ")
            .into_iter()
            .filter(|part| !is_estimate(part))
            .map(str::to_owned)
            .collect()
    };
    if fixed(before) == fixed(after) { Way::InPlace } else { Way::Rebuild }
}

fn is_estimate(part: &str) -> bool {
    part.starts_with("RESTRICT = ") || part.starts_with("JOIN = ")
}

pub(super) fn alter(after: &Object) -> Vec<String> {
    let parts = lists::split(text(after, Attribute::Definition), ", ");
    let value = |word: &str| {
        let found = parts.iter().find_map(|part| part.strip_prefix(word)?.strip_prefix(" = "));
        format!("{word} = {}", found.unwrap_or("NONE"))
    };
    vec![format!(
        "ALTER OPERATOR {} SET ({}, {})",
        qualified(after.key()),
        value("RESTRICT"),
        value("JOIN")
    )]
}
