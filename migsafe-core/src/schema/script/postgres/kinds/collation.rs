//! Collations.

use super::text;
use crate::schema::script::postgres::names::{literal, qualified};
use crate::schema::{Attribute, Object};

/// The parts of a definition, in the order in which the reader writes them.
const PARTS: [&str; 6] = ["PROVIDER", "LOCALE", "LC_COLLATE", "LC_CTYPE", "DETERMINISTIC", "RULES"];

pub(super) fn create(collation: &Object) -> Vec<String> {
    let parts: Vec<String> = parts(text(collation, Attribute::Definition))
        .into_iter()
        .map(|(name, value)| match name {
            "PROVIDER" | "DETERMINISTIC" => format!("{name} = {value}"),
            _ => format!("{name} = {}", literal(value)),
        })
        .collect();
    vec![format!("CREATE COLLATION {} ({})", qualified(collation.key()), parts.join(", "))]
}

/// Whether a definition is one that CREATE COLLATION takes.
pub(in crate::schema::script::postgres) fn is_known(definition: &str) -> bool {
    parts(definition)
        .first()
        .is_some_and(|part| matches!(*part, ("PROVIDER", "icu" | "libc" | "builtin")))
}

/// Names and values; the rules at the end may hold anything.
fn parts(definition: &str) -> Vec<(&'static str, &str)> {
    let mut found = Vec::new();
    let mut rest = definition;
    for (index, name) in PARTS.iter().enumerate() {
        let Some(value) = rest.strip_prefix(name).and_then(|rest| rest.strip_prefix(" = ")) else {
            continue;
        };
        let end = PARTS[index + 1..]
            .iter()
            .filter_map(|next| value.find(&format!(", {next} = ")))
            .min()
            .unwrap_or(value.len());
        found.push((*name, value.get(..end).unwrap_or_default()));
        rest = value.get(end + 2..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_taken_apart() {
        let definition =
            "PROVIDER = icu, LOCALE = de, DETERMINISTIC = false, RULES = &a < b, c = d";
        let expected = [
            ("PROVIDER", "icu"),
            ("LOCALE", "de"),
            ("DETERMINISTIC", "false"),
            ("RULES", "&a < b, c = d"),
        ];
        assert_eq!(parts(definition), expected);
        assert!(is_known(definition));
        for odd in ["", "PROVIDER = default", "LOCALE = x"] {
            assert!(!is_known(odd), "{odd}");
        }
    }
}
