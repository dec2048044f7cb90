//! Strategies for snapshots of schemas.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use crate::Dialect;
use crate::schema::diff::{IgnoreRule, IgnoreRules};
use crate::schema::{Attribute, Kind, Object, ObjectKey, ServerVersion, Snapshot, Value};

/// A name: from a small set, so that names meet, or nasty.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(vec!["a", "b", "t", "t_check", "t_check1", "t_a_idx", "t_a_idx2", "public"])
            .prop_map(str::to_owned),
        1 => Just("a.b".to_owned()),
        1 => Just("q\"\u{202e}\u{1b}[31m x".to_owned()),
    ]
}

/// The key of an object of any kind, where it can be.
fn key() -> impl Strategy<Value = ObjectKey> {
    let schema = proptest::option::weighted(0.8, select(vec!["app", "public"]));
    (select(Kind::ALL), schema, select(vec!["t", "u"]), name()).prop_map(
        |(kind, schema, parent, name)| match kind.is_contained() {
            true => ObjectKey::within(kind, schema, parent, name),
            false => ObjectKey::new(kind, schema, name),
        },
    )
}

/// A value of any form. Few of them, so that values meet.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Flag(true)),
        (-2_i64..3).prop_map(Value::Number),
        select(vec![
            "integer",
            "bigint",
            "'x'::text",
            "'x'::character varying",
            "SELECT t.a FROM s.t",
            "SELECT a FROM s.t",
            "two\nlines",
            "",
        ])
        .prop_map(|text| Value::Text(text.to_owned())),
        vec(select(vec!["a", "b", "bob: MAINTAIN, SELECT", "bob: SELECT"]), 0..3)
            .prop_map(|list| Value::List(list.into_iter().map(str::to_owned).collect())),
    ]
}

/// An object of any kind with anything said of it.
pub fn object() -> impl Strategy<Value = Object> {
    (key(), btree_map(select(Attribute::ALL), value(), 0..5)).prop_map(|(key, attributes)| {
        attributes
            .into_iter()
            .fold(Object::new(key), |object, (attribute, value)| object.value(attribute, value))
    })
}

/// A snapshot of a PostgreSQL schema with up to `objects` objects.
pub fn snapshot(objects: usize) -> impl Strategy<Value = Snapshot> {
    (select(vec![14_u32, 15, 16, 17, 18]), vec(object(), 0..=objects)).prop_map(
        |(major, objects)| {
            let server = ServerVersion::new(major, major.to_string());
            objects.into_iter().fold(Snapshot::new(Dialect::Postgres, server), Snapshot::with)
        },
    )
}

/// Two snapshots that have much in common.
pub fn pair(objects: usize) -> impl Strategy<Value = (Snapshot, Snapshot)> {
    (snapshot(objects), vec(object(), 0..=objects), select(vec![14_u32, 15, 17, 18])).prop_map(
        |(from, more, major)| {
            let server = ServerVersion::new(major, major.to_string());
            let kept = from.objects().step_by(2).cloned().chain(more);
            let to = kept.fold(Snapshot::new(Dialect::Postgres, server), Snapshot::with);
            (from, to)
        },
    )
}

/// Rules that hide some of what such snapshots differ in.
pub fn ignore_rules() -> impl Strategy<Value = IgnoreRules> {
    let patterns = select(vec![
        "app.*",
        "table:app.t",
        "*.t.t_*",
        "*#comment",
        "index:app.*.*",
        "column:public.t.a#type",
    ]);
    vec(patterns, 0..3).prop_map(|patterns| {
        IgnoreRules::new(
            patterns
                .into_iter()
                .filter_map(|pattern| IgnoreRule::new(pattern, "team", "generated").ok()),
        )
    })
}
