//! Enumerations.

use super::list;
use crate::schema::script::postgres::names::{literal, qualified};
use crate::schema::script::postgres::way::Way;
use crate::schema::{Attribute, Object};

pub(super) fn create(enumeration: &Object) -> Vec<String> {
    let labels: Vec<String> =
        list(enumeration, Attribute::Labels).iter().map(|label| literal(label)).collect();
    vec![format!("CREATE TYPE {} AS ENUM ({})", qualified(enumeration.key()), labels.join(", "))]
}

/// Values can be added. For everything else the type is made again.
pub(in crate::schema::script::postgres) fn way(before: &Object, after: &Object) -> Way {
    let (old, new) = (list(before, Attribute::Labels), list(after, Attribute::Labels));
    let kept: Vec<&String> = new.iter().filter(|label| old.contains(label)).collect();
    let is_addition = kept.len() == old.len() && kept.into_iter().eq(old);
    if is_addition { Way::InPlace } else { Way::Swap }
}

/// The values that only the other side has.
pub(in crate::schema::script::postgres) fn added<'a>(
    before: &Object,
    after: &'a Object,
) -> Vec<&'a String> {
    let old = list(before, Attribute::Labels);
    list(after, Attribute::Labels).iter().filter(|label| !old.contains(label)).collect()
}

pub(super) fn add_values(before: &Object, after: &Object) -> Vec<String> {
    let old = list(before, Attribute::Labels);
    let new = list(after, Attribute::Labels);
    let mut last: Option<&String> = None;
    let mut statements = Vec::new();
    for (at, label) in new.iter().enumerate() {
        if !old.contains(label) {
            let has_later = new[at..].iter().any(|later| old.contains(later));
            let place = match last {
                _ if !has_later => String::new(),
                Some(last) => format!(" AFTER {}", literal(last)),
                None => match old.first() {
                    Some(first) => format!(" BEFORE {}", literal(first)),
                    None => String::new(),
                },
            };
            statements.push(format!(
                "ALTER TYPE {} ADD VALUE {}{place}",
                qualified(after.key()),
                literal(label)
            ));
        }
        last = Some(label);
    }
    statements
}
