//! Writing expectations: equal ones give equal bytes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    ColumnDefault, ColumnExpectation, ConstraintExpectation, EnumExpectation, Expectations,
    IndexExpectation, RelationExpectation, RowCondition, RowExpectation, Scalar, Section,
};
use crate::report::json::escaped;

impl Expectations {
    /// The file: what [`Expectations::from_json`] reads. Names of which nothing more is expected stand in the short
    /// lists.
    #[must_use]
    pub fn to_json(&self) -> String {
        let sections: Map<String, Value> =
            self.sections.iter().map(|(name, part)| (name.clone(), section(part))).collect();
        // Texts, numbers, lists and maps with text keys always serialise.
        let mut text = serde_json::to_string_pretty(&Value::Object(sections)).unwrap_or_default();
        text.push('\n');
        escaped(text)
    }
}

/// What nothing is said of is left out.
fn section(section: &Section) -> Value {
    let is_bare = |relation: &RelationExpectation| *relation == RelationExpectation::default();
    let (bare, told): (Vec<_>, Vec<_>) =
        section.tables.iter().partition(|(_, table)| is_bare(table));
    let (present, valued): (Vec<_>, Vec<_>) =
        section.enums.iter().partition(|(_, values)| **values == EnumExpectation::Present);
    let mut map = Map::new();
    put(&mut map, "criticalTables", names(bare.into_iter().map(|(name, _)| name)));
    put(&mut map, "criticalIndexes", names(&section.indexes));
    put(&mut map, "criticalConstraints", names(&section.constraints));
    put(&mut map, "criticalEnums", names(present.into_iter().map(|(name, _)| name)));
    let told = told.into_iter().map(|(name, table)| (name.clone(), relation(table)));
    put(&mut map, "tables", Value::Object(told.collect()));
    put(&mut map, "views", named(&section.views, is_bare, relation));
    let valued = valued.into_iter().map(|(name, values)| (name.clone(), enumeration(values)));
    put(&mut map, "enums", Value::Object(valued.collect()));
    put(&mut map, "functions", names(&section.functions));
    let rows = section.rows.iter().map(|(name, row)| self::row(name, row));
    put(&mut map, "rows", rows.collect());
    Value::Object(map)
}

fn relation(relation: &RelationExpectation) -> Value {
    let mut map = Map::new();
    let column_is_bare = |column: &ColumnExpectation| *column == ColumnExpectation::default();
    let index_is_bare = |index: &IndexExpectation| *index == IndexExpectation::default();
    let constraint_is_bare =
        |constraint: &ConstraintExpectation| *constraint == ConstraintExpectation::default();
    put(&mut map, "columns", named(&relation.columns, column_is_bare, column));
    put(&mut map, "indexes", named(&relation.indexes, index_is_bare, index));
    put(&mut map, "constraints", named(&relation.constraints, constraint_is_bare, constraint));
    put(&mut map, "triggers", names(&relation.triggers));
    Value::Object(map)
}

fn column(column: &ColumnExpectation) -> Value {
    let mut map = Map::new();
    put_some(&mut map, "type", column.ty.as_deref());
    put_some(&mut map, "nullable", column.nullable);
    match &column.default {
        None => {}
        Some(ColumnDefault::Absent) => {
            map.insert("default".to_owned(), Value::Null);
        }
        Some(ColumnDefault::Is(expression)) => put_some(&mut map, "default", Some(&**expression)),
    }
    Value::Object(map)
}

fn index(index: &IndexExpectation) -> Value {
    let mut map = Map::new();
    put_some(&mut map, "unique", index.unique);
    put_some(&mut map, "keys", index.keys.clone());
    Value::Object(map)
}

fn constraint(constraint: &ConstraintExpectation) -> Value {
    let mut map = Map::new();
    put_some(&mut map, "type", constraint.ty.as_deref());
    put_some(&mut map, "definition", constraint.definition.as_deref());
    Value::Object(map)
}

fn enumeration(values: &EnumExpectation) -> Value {
    match values {
        EnumExpectation::Present => json!({}),
        EnumExpectation::Exactly(values) => json!(values),
        EnumExpectation::Includes(values) => json!({ "includes": values }),
    }
}

fn row(name: &str, row: &RowExpectation) -> Value {
    let expect = match &row.expect {
        RowCondition::Rows { at_least, at_most: Some(at_most) } if at_least == at_most => {
            json!({ "rows": at_least })
        }
        RowCondition::Rows { at_least, at_most } => {
            let at_least = (*at_least > 0 || at_most.is_none()).then_some(*at_least);
            json!({ "rows": bounds(at_least, *at_most) })
        }
        RowCondition::Value(Scalar::Null) => json!({ "value": null }),
        RowCondition::Value(Scalar::Bool(truth)) => json!({ "value": truth }),
        RowCondition::Value(Scalar::Number(number)) => json!({ "value": number }),
        RowCondition::Value(Scalar::Text(text)) => json!({ "value": text }),
        RowCondition::Within { at_least, at_most } => {
            json!({ "value": bounds(at_least.clone(), at_most.clone()) })
        }
    };
    let mut map = Map::new();
    put_some(&mut map, "name", Some(name));
    put_some(&mut map, "query", Some(&*row.query));
    map.insert("expect".to_owned(), expect);
    if let Some(limit) = row.time_limit {
        put_some(&mut map, "timeoutSeconds", Some(limit.as_secs_f64()));
    }
    Value::Object(map)
}

fn bounds<T: Into<Value>>(at_least: Option<T>, at_most: Option<T>) -> Value {
    let mut map = Map::new();
    put_some(&mut map, "atLeast", at_least);
    put_some(&mut map, "atMost", at_most);
    Value::Object(map)
}

/// An object, or a list of names where nothing is said of any.
fn named<T>(
    all: &BTreeMap<String, T>,
    is_bare: impl Fn(&T) -> bool,
    print: impl Fn(&T) -> Value,
) -> Value {
    if all.values().all(is_bare) {
        return names(all.keys());
    }
    Value::Object(all.iter().map(|(name, one)| (name.clone(), print(one))).collect())
}

fn names<'a>(names: impl IntoIterator<Item = &'a String>) -> Value {
    let names: BTreeSet<&String> = names.into_iter().collect();
    json!(names)
}

/// Lists and objects without entries say nothing.
fn put(map: &mut Map<String, Value>, key: &str, value: Value) {
    let is_empty = match &value {
        Value::Array(list) => list.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    };
    if !is_empty {
        map.insert(key.to_owned(), value);
    }
}

fn put_some<T: Into<Value>>(map: &mut Map<String, Value>, key: &str, value: Option<T>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), value.into());
    }
}
