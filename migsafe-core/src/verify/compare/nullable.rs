//! Whether a column takes NULL.

use super::index::constraint_keys;
use crate::Dialect;
use crate::schema::{Attribute, Kind, Object, ObjectKey};
use crate::verify::lookup::Lookup;
use crate::verify::{CheckOutcome, Miss};

/// Compares what a column takes with what it should take.
pub(super) fn outcome(lookup: &Lookup<'_>, column: &Object, nullable: bool) -> CheckOutcome {
    match (takes_null(lookup, column), nullable) {
        (true, false) => CheckOutcome::Missed {
            miss: Miss::Different,
            found: "takes NULL".to_owned(),
            help: "fill the rows that have none, then SET NOT NULL in a migration".to_owned(),
        },
        (false, true) => CheckOutcome::Missed {
            miss: Miss::Different,
            found: "takes no NULL".to_owned(),
            help: "DROP NOT NULL in a migration".to_owned(),
        },
        (false, false) if column.has(Attribute::NotNullNotValid) => CheckOutcome::Missed {
            miss: Miss::NotValidated,
            found: "NOT NULL that is NOT VALID: rows from before may have none".to_owned(),
            help: "fill the rows that have none, then validate the constraint".to_owned(),
        },
        _ => CheckOutcome::Met,
    }
}

/// Whether it takes NULL.
pub(in crate::verify) fn takes_null(lookup: &Lookup<'_>, column: &Object) -> bool {
    !column.has(Attribute::NotNull) && !is_never_null(lookup, column)
}

/// In SQLite a column of a primary key takes NULL, unlike in any other database, unless it is the row's number (the
/// only column, of the type INTEGER), or the table is WITHOUT ROWID or STRICT (<https://www.sqlite.org/lang_createtable.html>,
/// 3.5).
fn is_never_null(lookup: &Lookup<'_>, column: &Object) -> bool {
    let key = column.key();
    let (Dialect::Sqlite, Some(table)) = (lookup.snapshot.dialect(), key.parent()) else {
        return false;
    };
    let key_of = |object: &Object| match object.get_text(Attribute::Type) {
        Some("PRIMARY KEY") => constraint_keys(object.get_text(Attribute::Definition)?),
        _ => None,
    };
    let table = ObjectKey::new(Kind::Table, None, table);
    let keys = lookup.snapshot.parts_of(&table).find_map(key_of).unwrap_or_default();
    let plain = |text: &str| text.trim_matches('"').replace("\"\"", "\"").to_ascii_lowercase();
    let name = plain(key.name());
    let is_in_key = keys.iter().any(|part| plain(part.trim_end_matches(" DESC")) == name);
    let is_number = matches!(&keys[..], [only] if plain(only) == name)
        && column.get_text(Attribute::Type) == Some("INTEGER");
    let whole = lookup.snapshot.get(&table);
    let is_strict = whole
        .is_some_and(|table| table.has(Attribute::WithoutRowid) || table.has(Attribute::Strict));
    is_number || (is_in_key && is_strict)
}
