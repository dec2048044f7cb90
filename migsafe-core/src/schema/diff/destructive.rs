//! What is lost when a change is carried out.

use crate::schema::{Attribute, Kind, Object, Value};

/// Of an object that goes away.
pub(super) fn of_removal(object: &Object) -> Option<&'static str> {
    match object.key().kind() {
        Kind::Table | Kind::VirtualTable => Some("the rows of the table are lost"),
        // What is computed can be computed again.
        Kind::Column if object.get(Attribute::Generated).is_none() => {
            Some("the values of the column are lost")
        }
        Kind::Sequence => Some("the position of the sequence is lost"),
        Kind::Extension => Some("what is of the extension's types is lost with it"),
        _ => None,
    }
}

/// Of an attribute that changes.
pub(super) fn of_change(
    kind: Kind,
    attribute: Attribute,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Option<&'static str> {
    let text = |value: Option<&Value>| value.and_then(Value::as_text).map(str::to_owned);
    match (kind, attribute) {
        (Kind::Column, Attribute::Type) => match (text(before), text(after)) {
            (Some(before), Some(after)) if widens(&before, &after) => None,
            _ => Some("values that the new type cannot hold are lost, or the change fails"),
        },
        (Kind::Column, Attribute::Generated) if after.is_some() => {
            Some("the values of the column are replaced by computed ones")
        }
        (Kind::Enum, Attribute::Labels) => {
            let list = |value: Option<&Value>| {
                value.and_then(Value::as_list).map(<[String]>::to_vec).unwrap_or_default()
            };
            let after = list(after);
            let all_stay = list(before).iter().all(|label| after.contains(label));
            (!all_stay).then_some("rows with a value that goes away have to get another one")
        }
        (Kind::CompositeType, Attribute::Fields) => Some("the values of changed fields are lost"),
        _ => None,
    }
}

/// Whether every value of one type is a value of the other (PostgreSQL's names, as `format_type` writes
/// them). Only what is certain.
pub(in crate::schema) fn widens(before: &str, after: &str) -> bool {
    const INTEGERS: [&str; 3] = ["smallint", "integer", "bigint"];
    const TEXTS: [&str; 2] = ["text", "character varying"];
    let integer = |name: &str| INTEGERS.iter().position(|known| *known == name);
    if let (Some(before), Some(after)) = (integer(before), integer(after)) {
        return before <= after;
    }
    let (before_name, before_limits) = limits(before);
    let (after_name, after_limits) = limits(after);
    if before_name == "character varying" && TEXTS.contains(&after_name) {
        return match (before_limits.as_slice(), after_limits.as_slice()) {
            (_, []) => true,
            ([before], [after]) => before <= after,
            _ => false,
        };
    }
    match (before_name, after_name) {
        ("text", "character varying") => after_limits.is_empty(),
        ("real", "double precision") => true,
        ("smallint" | "integer" | "bigint", "numeric") => after_limits.is_empty(),
        ("numeric", "numeric") => match (before_limits.as_slice(), after_limits.as_slice()) {
            (_, []) => true,
            // As many digits before the point, and as many after it.
            ([b, bs], [a, a_s]) => bs <= a_s && b - bs <= a - a_s,
            _ => false,
        },
        (before, after) => before == after && after_limits.is_empty(),
    }
}

/// The name of a type and the numbers in its parentheses.
fn limits(name: &str) -> (&str, Vec<i64>) {
    let Some((head, rest)) = name.split_once('(') else {
        return (name, Vec::new());
    };
    let Some((inside, tail)) = rest.split_once(')') else {
        return (name, Vec::new());
    };
    let numbers: Result<Vec<i64>, _> = inside.split(',').map(|n| n.trim().parse()).collect();
    match numbers {
        Ok(numbers) if tail.is_empty() => (head, numbers),
        _ => (name, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_certain_widenings_are_harmless() {
        for (before, after) in [
            ("integer", "bigint"),
            ("smallint", "integer"),
            ("character varying(10)", "character varying(20)"),
            ("character varying(10)", "text"),
            ("character varying", "text"),
            ("text", "character varying"),
            ("numeric(10,2)", "numeric(12,3)"),
            ("numeric(10,2)", "numeric"),
            ("integer", "numeric"),
            ("real", "double precision"),
        ] {
            assert!(widens(before, after), "{before} → {after}");
            if !(before == "character varying" || before == "text") {
                assert!(!widens(after, before), "{after} → {before}");
            }
        }
        for (before, after) in [
            ("text", "integer"),
            ("text", "character varying(10)"),
            ("numeric(10,2)", "numeric(10,4)"),
            ("bigint", "numeric(5,0)"),
            ("app.mood", "text"),
            ("integer[]", "bigint[]"),
            ("timestamp without time zone", "timestamp with time zone"),
        ] {
            assert!(!widens(before, after), "{before} → {after}");
        }
    }

    #[test]
    fn a_label_that_goes_away_is_a_loss() {
        let list =
            |labels: &[&str]| Value::List(labels.iter().map(|label| (*label).to_owned()).collect());
        let (small, large) = (list(&["a", "b"]), list(&["a", "x", "b"]));
        let of =
            |before, after| of_change(Kind::Enum, Attribute::Labels, Some(before), Some(after));
        assert_eq!(of(&small, &large), None);
        assert!(of(&large, &small).is_some());
    }
}
