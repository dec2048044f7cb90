//! Sequences.

use super::{number, text};
use crate::schema::script::postgres::names::{id, literal, parent, qualified};
use crate::schema::{Attribute, Object, ObjectKey};

/// What the server takes when nothing is said: smallest, largest, first value of an ascending or descending sequence.
fn defaults(kind: &str, increment: i64) -> (i64, i64, i64) {
    let (least, largest) = match kind {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    if increment < 0 { (least, -1, -1) } else { (1, largest, 1) }
}

/// What a sequence counts through.
pub(super) struct Range {
    pub(super) start: i64,
    pub(super) increment: i64,
    pub(super) least: i64,
    pub(super) largest: i64,
}

impl Range {
    fn of(sequence: &Object) -> Self {
        let value = |attribute, default| number(sequence, attribute).unwrap_or(default);
        let increment = value(Attribute::Increment, 1);
        let (minimum, maximum, _) = defaults(text(sequence, Attribute::Type), increment);
        let (least, largest) =
            (value(Attribute::Minimum, minimum), value(Attribute::Maximum, maximum));
        let first = if increment < 0 { largest } else { least };
        Self { start: value(Attribute::Start, first), increment, least, largest }
    }

    /// Lets a new sequence go on after the last number that a column has. Without rows, and with rows that it would
    /// not have counted, it begins where it was told to.
    pub(super) fn count_on(&self, sequence: &str, column: &ObjectKey) -> String {
        let name = id(column.name());
        let (last, from, to) = match self.increment < 0 {
            true => (format!("min({name})"), self.least, self.start),
            false => (format!("max({name})"), self.start, self.largest),
        };
        let table = parent(column);
        format!(
            "SELECT setval({sequence}, {last}) FROM {table} HAVING {last} BETWEEN {from} AND {to}"
        )
    }
}

/// The same for a sequence that a column has its numbers from.
pub(in crate::schema::script::postgres) fn count_on(
    sequence: &Object,
    column: &ObjectKey,
) -> String {
    Range::of(sequence).count_on(&literal(&qualified(sequence.key())), column)
}

pub(super) fn create(sequence: &Object) -> Vec<String> {
    let kind = text(sequence, Attribute::Type);
    let value = |attribute, default| number(sequence, attribute).unwrap_or(default);
    let (minimum, maximum, _) = defaults(kind, value(Attribute::Increment, 1));
    let Range { start, increment, least, largest } = Range::of(sequence);
    let first = if increment < 0 { largest } else { least };
    let unlogged = if sequence.get(Attribute::Persistence).is_some() { "UNLOGGED " } else { "" };
    let mut sql = vec![format!("CREATE {unlogged}SEQUENCE {}", qualified(sequence.key()))];
    if !matches!(kind, "" | "bigint") {
        sql.push(format!("AS {kind}"));
    }
    for (word, value, default) in [
        ("INCREMENT BY", increment, 1),
        ("MINVALUE", least, minimum),
        ("MAXVALUE", largest, maximum),
        ("START WITH", start, first),
        ("CACHE", value(Attribute::Cache, 1), 1),
    ] {
        if value != default {
            sql.push(format!("{word} {value}"));
        }
    }
    if sequence.has(Attribute::Cycle) {
        sql.push("CYCLE".to_owned());
    }
    vec![sql.join(" ")]
}

/// One statement for all that can be in one; who owns it is a step of its own.
pub(super) fn alter(before: &Object, after: &Object, attribute: Attribute) -> Vec<String> {
    let name = qualified(after.key());
    match attribute {
        Attribute::Persistence => {
            let persistence = if after.get(attribute).is_some() { "UNLOGGED" } else { "LOGGED" };
            return vec![format!("ALTER SEQUENCE {name} SET {persistence}")];
        }
        Attribute::OwnedBy => return Vec::new(),
        _ => {}
    }
    let mut sql = vec![format!("ALTER SEQUENCE {name}")];
    let is_retyped = before.get(Attribute::Type) != after.get(Attribute::Type);
    if is_retyped {
        sql.push(format!("AS {}", text(after, Attribute::Type)));
    }
    for (word, attribute) in [
        ("INCREMENT BY", Attribute::Increment),
        ("MINVALUE", Attribute::Minimum),
        ("MAXVALUE", Attribute::Maximum),
        ("START WITH", Attribute::Start),
        ("CACHE", Attribute::Cache),
    ] {
        // Another type brings other limits with it.
        let is_limit = matches!(attribute, Attribute::Minimum | Attribute::Maximum);
        let is_said = before.get(attribute) != after.get(attribute) || is_retyped && is_limit;
        if let Some(value) = number(after, attribute).filter(|_| is_said) {
            sql.push(format!("{word} {value}"));
        }
    }
    if before.has(Attribute::Cycle) != after.has(Attribute::Cycle) {
        sql.push(if after.has(Attribute::Cycle) { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    vec![sql.join(" ")]
}

/// Makes a column own it, or none.
pub(in crate::schema::script::postgres) fn own(sequence: &Object) -> String {
    let owner = sequence.get_text(Attribute::OwnedBy).unwrap_or("NONE");
    format!("ALTER SEQUENCE {} OWNED BY {owner}", qualified(sequence.key()))
}

/// Takes it from the column that owns it.
pub(in crate::schema::script::postgres) fn release(sequence: &Object) -> String {
    format!("ALTER SEQUENCE {} OWNED BY NONE", qualified(sequence.key()))
}
