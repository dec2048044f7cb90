//! Comments.

use crate::schema::script::postgres::names::literal;
use crate::schema::script::postgres::sides::Sides;
use crate::schema::{Attribute, Object};

/// Sets the comment, or takes it away.
pub(in crate::schema::script::postgres) fn set(sides: &Sides<'_>, object: &Object) -> String {
    let text = object.get_text(Attribute::Comment).map_or_else(|| "NULL".to_owned(), literal);
    format!("COMMENT ON {} IS {text}", sides.named(object.key()))
}
