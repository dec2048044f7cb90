//! The SQL between two schemas, as text.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use migsafe_core::Dialect;
use migsafe_core::schema::{
    Attribute, ChangeScript, DiffOptions, Kind, Object, ObjectKey, ServerVersion, Snapshot, Value,
    diff, script,
};
use migsafe_core::testkit::schemas;
use proptest::prelude::*;

fn key(kind: Kind, name: &str) -> ObjectKey {
    ObjectKey::new(kind, Some("app"), name)
}

fn part(kind: Kind, table: &str, name: &str) -> ObjectKey {
    ObjectKey::within(kind, Some("app"), table, name)
}

fn column(table: &str, name: &str, ty: &str) -> Object {
    Object::new(part(Kind::Column, table, name)).text(Attribute::Type, ty)
}

fn constraint(table: &str, name: &str, ty: &str, definition: &str) -> Object {
    Object::new(part(Kind::Constraint, table, name))
        .text(Attribute::Type, ty)
        .text(Attribute::Definition, definition)
}

/// What the migrations say.
fn declared() -> Snapshot {
    let users = key(Kind::Table, "users");
    let mood = key(Kind::Enum, "mood");
    let view = key(Kind::View, "grown_ups");
    let (age, feeling) =
        (part(Kind::Column, "users", "age"), part(Kind::Column, "users", "feeling"));
    let primary = part(Kind::Constraint, "users", "users_pkey");
    let owner = part(Kind::Constraint, "posts", "posts_owner_fkey");
    Snapshot::new(Dialect::Postgres, ServerVersion::new(15, "15.20"))
        .with(Object::new(ObjectKey::new(Kind::Schema, None, "app")))
        .with(Object::new(mood.clone()).list(Attribute::Labels, ["sad", "ok"]))
        .with(
            Object::new(users.clone())
                .list(Attribute::ColumnOrder, ["id", "age", "feeling"])
                .text(Attribute::Comment, "it's people"),
        )
        .with(column("users", "id", "integer").flag(Attribute::NotNull))
        .with(column("users", "age", "integer"))
        .with(column("users", "feeling", "app.mood").text(Attribute::Default, "'ok'::app.mood"))
        .with(constraint("users", "users_pkey", "PRIMARY KEY", "PRIMARY KEY (id)"))
        .with(Object::new(key(Kind::Table, "posts")).list(Attribute::ColumnOrder, ["owner"]))
        .with(column("posts", "owner", "integer"))
        .with(constraint(
            "posts",
            "posts_owner_fkey",
            "FOREIGN KEY",
            "FOREIGN KEY (owner) REFERENCES app.users(id)",
        ))
        .with(Object::new(view.clone()).text(
            Attribute::Definition,
            " SELECT users.id,\n    users.age\n   FROM app.users\n  WHERE (users.age > 17);",
        ))
        .with_dependency(view.clone(), age)
        .with_dependency(view, users)
        .with_dependency(feeling, mood)
        .with_dependency(owner.clone(), primary.clone())
        .with_dependency(owner, part(Kind::Column, "users", "id"))
        .with_dependency(primary, part(Kind::Column, "users", "id"))
}

/// What somebody made of it.
fn live() -> Snapshot {
    let mut live = declared();
    let mut mood = live.remove(&key(Kind::Enum, "mood")).unwrap();
    mood.set(Attribute::Labels, Value::List(vec!["ok".to_owned(), "great".to_owned()]));
    live.insert(mood);
    let mut age = live.remove(&part(Kind::Column, "users", "age")).unwrap();
    age.set(Attribute::Type, Value::Text("text".to_owned()));
    live.insert(age);
    live.remove(&part(Kind::Constraint, "posts", "posts_owner_fkey"));
    live.with(column("users", "nick", "character varying(20)").flag(Attribute::NotNull)).with(
        Object::new(part(Kind::Index, "users", "users_nick_idx"))
            .text(Attribute::AccessMethod, "btree")
            .list(Attribute::Keys, ["nick"]),
    )
}

fn between(from: &Snapshot, to: &Snapshot) -> ChangeScript {
    script(from, to, &diff(from, to, &DiffOptions::default()).unwrap())
}

#[test]
fn a_drift_is_adopted() {
    insta::assert_snapshot!(between(&declared(), &live()).to_sql());
}

#[test]
fn a_drift_is_reverted() {
    insta::assert_snapshot!(between(&live(), &declared()).to_sql());
}

#[test]
fn a_schema_is_made_from_nothing_and_dropped() {
    let empty = Snapshot::new(Dialect::Postgres, ServerVersion::new(15, "15.20"));
    let script = between(&empty, &declared());
    assert_eq!(script.destructive(), 0);
    insta::assert_snapshot!(script.to_sql());
    insta::assert_snapshot!(between(&declared(), &empty).to_sql());
}

#[test]
fn what_cannot_be_made_takes_with_it_what_needs_it() {
    let empty = Snapshot::new(Dialect::Postgres, ServerVersion::new(15, "15.20"))
        .with(Object::new(ObjectKey::new(Kind::Schema, None, "app")));
    let base = key(Kind::BaseType, "point3");
    let full = empty
        .clone()
        .with(Object::new(base.clone()))
        .with(Object::new(key(Kind::Table, "t")))
        .with(column("t", "at", "app.point3"))
        .with(Object::new(key(Kind::Table, "u")))
        .with_dependency(part(Kind::Column, "t", "at"), base);
    let script = between(&empty, &full);
    insta::assert_snapshot!(script.to_sql());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever two snapshots hold, there is a script; equal ones need none; and nothing is left without a word of
    /// what has to be done.
    #[test]
    fn there_is_a_script_between_any_two((from, to) in schemas::pair(30), edges in prop::collection::vec((0..30_usize, 0..30_usize), 0..20)) {
        let connect = |mut snapshot: Snapshot| {
            let keys: Vec<ObjectKey> = snapshot.objects().map(|o| o.key().clone()).collect();
            for (one, other) in &edges {
                if let (Some(one), Some(other)) = (keys.get(*one), keys.get(*other)) {
                    snapshot.depends(one.clone(), other.clone());
                }
            }
            snapshot
        };
        let (from, to) = (connect(from), connect(to));
        prop_assert!(between(&from, &from).is_empty());
        let script = between(&from, &to);
        prop_assert_eq!(&script, &between(&from, &to));
        for manual in script.manual() {
            prop_assert!(!manual.what_to_do().is_empty());
        }
    }
}
