//! Operator classes and families.

use super::{list, text};
use crate::schema::script::postgres::lists;
use crate::schema::script::postgres::names::{qualified, signature};
use crate::schema::{Attribute, Object};

pub(super) fn create(class: &Object) -> Vec<String> {
    let key = class.key();
    let (name, method) = split_method(&qualified(key));
    let parts = lists::split(text(class, Attribute::Definition), ", ");
    let has = |word: &str| parts.iter().find(|part| part.starts_with(word)).copied();
    let mut sql = vec![format!("CREATE OPERATOR CLASS {name}")];
    sql.extend(has("DEFAULT").map(str::to_owned));
    sql.extend(has("FOR TYPE ").map(str::to_owned));
    sql.push(format!("USING {method}"));
    sql.extend(has("FAMILY ").map(str::to_owned));
    let mut members: Vec<String> = list(class, Attribute::Fields).to_vec();
    members.extend(has("STORAGE ").map(str::to_owned));
    sql.push(format!("AS {}", members.join(", ")));
    vec![sql.join(" ")]
}

/// `schema.name USING method` in two.
fn split_method(name: &str) -> (String, String) {
    let (name, method) = name.rsplit_once(" USING ").unwrap_or((name, "btree"));
    (name.to_owned(), method.to_owned())
}

pub(super) fn create_family(family: &Object) -> Vec<String> {
    let mut statements = vec![format!("CREATE OPERATOR FAMILY {}", qualified(family.key()))];
    let empty = Object::new(family.key().clone());
    if !list(family, Attribute::Fields).is_empty() {
        statements.extend(alter_family(&empty, family));
    }
    statements
}

pub(super) fn alter_family(before: &Object, after: &Object) -> Vec<String> {
    let (old, new) = (list(before, Attribute::Fields), list(after, Attribute::Fields));
    let name = qualified(after.key());
    let mut statements = Vec::new();
    let dropped: Vec<String> =
        old.iter().filter(|entry| !new.contains(entry)).filter_map(|entry| place(entry)).collect();
    if !dropped.is_empty() {
        statements.push(format!("ALTER OPERATOR FAMILY {name} DROP {}", dropped.join(", ")));
    }
    let added: Vec<&str> =
        new.iter().filter(|entry| !old.contains(entry)).map(String::as_str).collect();
    if !added.is_empty() {
        statements.push(format!("ALTER OPERATOR FAMILY {name} ADD {}", added.join(", ")));
    }
    statements
}

/// What DROP calls a member: `OPERATOR 1 (types)`, `FUNCTION 2 (types)`.
fn place(entry: &str) -> Option<String> {
    let (word, rest) = entry.split_once(' ')?;
    let (number, rest) = rest.split_once(' ')?;
    let types = match word {
        "FUNCTION" => {
            let close = closing(rest)?;
            rest.get(..close)?
        }
        _ => {
            let head = match lists::find(rest, " FOR ORDER BY ") {
                Some(at) => rest.get(..at)?,
                None => rest,
            };
            signature(head).1
        }
    };
    Some(format!("{word} {number} {types}"))
}

/// Where the parentheses end that a text begins with.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut is_quoted) = (0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_dropped_by_place() {
        assert_eq!(place("OPERATOR 1 <(integer,integer)").unwrap(), "OPERATOR 1 (integer,integer)");
        assert_eq!(
            place("FUNCTION 2 (integer, integer) btint4sortsupport(internal)").unwrap(),
            "FUNCTION 2 (integer, integer)"
        );
    }
}
