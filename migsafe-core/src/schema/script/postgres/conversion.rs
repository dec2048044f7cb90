//! How values of one type become values of another.

use super::lists;
use crate::schema::{Attribute, Kind, ObjectKey, Snapshot};

/// The expression for USING; `None` where the server converts by itself and without loss.
pub(super) fn using(column: &str, before: &str, after: &str) -> Option<String> {
    if crate::schema::diff::widens(before, after) && before != after {
        return None;
    }
    let (old, new) = (family(before), family(after));
    let is_direct = old == new && old != Family::Other
        || old == Family::Text
        || new == Family::Text
        || matches!(
            (old, new),
            (Family::Boolean, Family::Number) | (Family::Number, Family::Boolean)
        ) && (element(before) == "integer" || element(after) == "integer");
    let is_array = |name: &str| name.ends_with("[]");
    // Arrays are converted element by element; through text, from one and to one.
    let middle = if is_array(before) && is_array(after) { "text[]" } else { "text" };
    let is_same_shape = is_array(before) == is_array(after) || middle == "text" && is_direct;
    Some(match is_direct && is_same_shape && before != after {
        true => format!("{column}::{after}"),
        false => format!("{column}::{middle}::{after}"),
    })
}

/// Types between which the server has casts (`pg_cast`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Text,
    Number,
    Moment,
    Time,
    Boolean,
    Json,
    Bits,
    Network,
    Other,
}

/// The type without array brackets, limits and what is said of time zones.
fn element(name: &str) -> &str {
    let name = name.trim_end_matches("[]");
    name.split('(').next().unwrap_or(name)
}

fn family(name: &str) -> Family {
    match element(name) {
        "text" | "character varying" | "character" | "name" | "bpchar" => Family::Text,
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => {
            Family::Number
        }
        "date" | "timestamp" | "timestamp without time zone" | "timestamp with time zone" => {
            Family::Moment
        }
        "time" | "time without time zone" | "time with time zone" => Family::Time,
        "boolean" => Family::Boolean,
        "json" | "jsonb" => Family::Json,
        "bit" | "bit varying" => Family::Bits,
        "inet" | "cidr" => Family::Network,
        _ => Family::Other,
    }
}

/// How a type is stored if nobody says otherwise; `None` for a type that is not known.
pub(super) fn storage(snapshot: &Snapshot, name: &str) -> Option<&'static str> {
    const PLAIN: [&str; 12] = [
        "smallint",
        "integer",
        "bigint",
        "real",
        "double precision",
        "boolean",
        "date",
        "time",
        "timestamp",
        "interval",
        "uuid",
        "oid",
    ];
    const EXTENDED: [&str; 10] = [
        "text",
        "character varying",
        "character",
        "bytea",
        "json",
        "jsonb",
        "xml",
        "bit",
        "bit varying",
        "tsvector",
    ];
    let plain = element(name).split(" with").next().unwrap_or(name).trim();
    if name.ends_with("[]") || EXTENDED.contains(&plain) {
        return Some("EXTENDED");
    }
    if PLAIN.contains(&plain) {
        return Some("PLAIN");
    }
    if matches!(plain, "numeric" | "inet" | "cidr") {
        return Some("MAIN");
    }
    let names = lists::names(name)?;
    let [schema, own] = names.as_slice() else { return None };
    let key = |kind| ObjectKey::new(kind, Some(schema), own.as_str());
    if let Some(domain) = snapshot.get(&key(Kind::Domain)) {
        // A domain over itself cannot be.
        return storage(snapshot, domain.get_text(Attribute::Type)?);
    }
    [Kind::CompositeType, Kind::RangeType]
        .iter()
        .any(|kind| snapshot.get(&key(*kind)).is_some())
        .then_some("EXTENDED")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cast_that_the_server_has_is_used_directly() {
        let of = |before, after| using("c", before, after).unwrap_or_default();
        assert_eq!(of("integer", "bigint"), "");
        assert_eq!(of("bigint", "integer"), "c::integer");
        assert_eq!(of("text", "integer"), "c::integer");
        assert_eq!(of("integer", "text"), "c::text");
        assert_eq!(of("text", "text[]"), "c::text[]");
        assert_eq!(of("app.mood", "app.mood"), "c::text::app.mood");
        assert_eq!(of("app.mood[]", "app.tone[]"), "c::text[]::app.tone[]");
        assert_eq!(of("boolean", "integer"), "c::integer");
        assert_eq!(of("boolean", "bigint"), "c::text::bigint");
        assert_eq!(of("timestamp(3) without time zone", "date"), "c::date");
        assert_eq!(of("integer", "uuid"), "c::text::uuid");
    }
}
