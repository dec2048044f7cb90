//! Casts.

use super::text;
use crate::schema::{Attribute, Object};

pub(super) fn create(cast: &Object) -> Vec<String> {
    let definition = text(cast, Attribute::Definition);
    let (method, context) = match definition.rsplit_once(", AS ") {
        Some((method, context)) => (method, format!(" AS {context}")),
        None => (definition, String::new()),
    };
    let method = match method {
        "WITHOUT FUNCTION" => method.to_owned(),
        _ => format!("WITH {method}"),
    };
    vec![format!("CREATE CAST {} {method}{context}", cast.key().name())]
}
