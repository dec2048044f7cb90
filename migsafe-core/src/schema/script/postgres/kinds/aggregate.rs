//! Aggregate functions.

use super::{operator, text};
use crate::schema::script::postgres::lists;
use crate::schema::script::postgres::names::{in_schema, signature};
use crate::schema::{Attribute, Object};

pub(super) fn create(aggregate: &Object) -> Vec<String> {
    let key = aggregate.key();
    let (name, _) = signature(key.name());
    let arguments = aggregate.get_text(Attribute::Arguments).unwrap_or("*");
    let mut parts: Vec<String> = lists::split(text(aggregate, Attribute::Definition), ", ")
        .into_iter()
        // That it has ordered arguments is said by the arguments.
        .filter(|part| *part != "ORDERED SET")
        .map(|part| match part.strip_prefix("SORTOP = ") {
            Some(name) => format!("SORTOP = {}", operator::reference(name)),
            None => part.to_owned(),
        })
        .collect();
    if let Some(parallel) = aggregate.get_text(Attribute::Parallel) {
        parts.push(format!("PARALLEL = {}", parallel.to_uppercase()));
    }
    vec![format!(
        "CREATE AGGREGATE {}({arguments}) ({})",
        in_schema(key.schema(), name),
        parts.join(", ")
    )]
}
