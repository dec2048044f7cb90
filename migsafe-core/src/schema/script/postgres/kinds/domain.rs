//! Domains, without their checks, which are constraints.

use super::text;
use crate::schema::script::postgres::names::qualified;
use crate::schema::{Attribute, Object};

pub(super) fn create(domain: &Object) -> Vec<String> {
    let mut sql = vec![format!(
        "CREATE DOMAIN {} AS {}",
        qualified(domain.key()),
        text(domain, Attribute::Type)
    )];
    for (word, attribute) in [("COLLATE", Attribute::Collation), ("DEFAULT", Attribute::Default)] {
        if let Some(value) = domain.get_text(attribute) {
            sql.push(format!("{word} {value}"));
        }
    }
    if domain.has(Attribute::NotNull) {
        sql.push("NOT NULL".to_owned());
    }
    vec![sql.join(" ")]
}

pub(super) fn alter(domain: &Object, attribute: Attribute) -> Vec<String> {
    let action = match attribute {
        Attribute::Default => match domain.get_text(Attribute::Default) {
            Some(default) => format!("SET DEFAULT {default}"),
            None => "DROP DEFAULT".to_owned(),
        },
        Attribute::NotNull if domain.has(Attribute::NotNull) => "SET NOT NULL".to_owned(),
        Attribute::NotNull => "DROP NOT NULL".to_owned(),
        _ => return Vec::new(),
    };
    vec![format!("ALTER DOMAIN {} {action}", qualified(domain.key()))]
}
