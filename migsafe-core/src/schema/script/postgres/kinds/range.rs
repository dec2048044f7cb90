//! Range types.

use super::text;
use crate::schema::script::postgres::names::{id, qualified};
use crate::schema::{Attribute, Object};

pub(super) fn create(range: &Object) -> Vec<String> {
    let mut parts = vec![format!("subtype = {}", text(range, Attribute::Subtype))];
    if let Some(class) = range.get_text(Attribute::OperatorClass) {
        // The reader writes the names without quotes.
        let class = match class.split_once('.') {
            Some((schema, name)) => format!("{}.{}", id(schema), id(name)),
            None => id(class),
        };
        parts.push(format!("subtype_opclass = {class}"));
    }
    for (word, attribute) in [
        ("collation", Attribute::Collation),
        ("subtype_diff", Attribute::SubtypeDifference),
        ("multirange_type_name", Attribute::Multirange),
    ] {
        if let Some(value) = range.get_text(attribute) {
            parts.push(format!("{word} = {value}"));
        }
    }
    vec![format!("CREATE TYPE {} AS RANGE ({})", qualified(range.key()), parts.join(", "))]
}
