//! From rows to objects.

use migsafe_core::schema::{Attribute, Kind, Object, ObjectKey, Value};
use migsafe_core::store::{StoreError, StoreErrorCode};
use sqlx::postgres::PgRow;

use super::index_keys;
use super::query::{Form, Query};
use crate::connection::text;

/// The object of a row.
pub(super) fn object(query: &Query, row: &PgRow) -> Result<Object, StoreError> {
    let cell = |column: usize| text(row, column);
    let mut object = Object::new(key(row, 0)?);
    for (index, (attribute, form)) in query.columns().enumerate() {
        if let Some(cell) = cell(4 + index) {
            set(&mut object, attribute, form, &cell)?;
        }
    }
    Ok(object)
}

/// The key that four columns hold.
pub(super) fn key(row: &PgRow, first: usize) -> Result<ObjectKey, StoreError> {
    let cell = |column: usize| text(row, first + column);
    let kind = cell(0).as_deref().and_then(Kind::from_name);
    let (Some(kind), Some(name)) = (kind, cell(3)) else {
        return Err(unreadable("an object without a kind or a name"));
    };
    let schema = cell(1);
    Ok(match cell(2) {
        Some(parent) => ObjectKey::within(kind, schema.as_deref(), parent, name),
        None => ObjectKey::new(kind, schema.as_deref(), name),
    })
}

fn set(
    object: &mut Object,
    attribute: Attribute,
    form: Form,
    cell: &str,
) -> Result<(), StoreError> {
    let wrong = || unreadable(&format!("{attribute} of {}", object.key()));
    let value = match form {
        Form::Text => Value::Text(cell.to_owned()),
        Form::Flag => Value::Flag(cell == "t"),
        Form::Number => Value::Number(cell.parse().map_err(|_| wrong())?),
        Form::List => Value::List(serde_json::from_str(cell).map_err(|_| wrong())?),
        Form::Index => {
            let keys = index_keys::read(cell).ok_or_else(wrong)?;
            object.set(Attribute::Include, Value::List(keys.include));
            object.set(Attribute::NullsNotDistinct, Value::Flag(keys.nulls_not_distinct));
            Value::List(keys.keys)
        }
    };
    object.set(attribute, value);
    Ok(())
}

fn unreadable(what: &str) -> StoreError {
    StoreError::new(StoreErrorCode::Sql, format!("the catalog gave something unexpected: {what}"))
        .with_help("please report this with the version of the server")
}
