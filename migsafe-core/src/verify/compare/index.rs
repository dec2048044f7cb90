//! What an index is, also one that a constraint brings.

use crate::schema::{Attribute, Kind, Object};

/// Whether no two rows are equal in it.
pub(super) fn is_unique(object: &Object) -> bool {
    match object.key().kind() {
        Kind::Constraint => {
            matches!(object.get_text(Attribute::Type), Some("PRIMARY KEY" | "UNIQUE"))
        }
        _ => object.has(Attribute::Unique),
    }
}

/// What it is ordered by; `None` where a definition does not tell it plainly.
pub(super) fn keys(object: &Object) -> Option<Vec<String>> {
    if object.key().kind() != Kind::Constraint {
        let keys = object.get(Attribute::Keys).and_then(|keys| keys.as_list());
        return Some(keys.unwrap_or_default().to_vec());
    }
    if !is_unique(object) {
        return None;
    }
    constraint_keys(object.get_text(Attribute::Definition)?)
}

/// The columns of `PRIMARY KEY (a, "b c")`.
pub(super) fn constraint_keys(definition: &str) -> Option<Vec<String>> {
    let (_, rest) = definition.split_once('(')?;
    let mut keys = vec![String::new()];
    let mut quoted = false;
    for c in rest.chars() {
        match c {
            '"' => quoted = !quoted,
            ')' if !quoted => {
                return Some(keys.iter().map(|key| key.trim().to_owned()).collect());
            }
            ',' if !quoted => {
                keys.push(String::new());
                continue;
            }
            // A function or a collation in parentheses: not a list of columns.
            '(' if !quoted => return None,
            _ => {}
        }
        keys.last_mut()?.push(c);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_key_are_read() {
        let keys = |text: &str| constraint_keys(text).map(|keys| keys.join("|"));
        assert_eq!(keys("PRIMARY KEY (id)").as_deref(), Some("id"));
        assert_eq!(
            keys("UNIQUE NULLS NOT DISTINCT (a, \"b, (c\"\"\") INCLUDE (d)").as_deref(),
            Some("a|\"b, (c\"\"\"")
        );
        for text in ["", "CHECK ((a > 0))", "UNIQUE (a"] {
            assert_eq!(keys(text), None, "{text}");
        }
    }
}
