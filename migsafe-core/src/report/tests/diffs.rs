//! The difference of two schemas.

use super::*;
use crate::report::Comparison;
use crate::schema::diff::{IgnoreRule, IgnoreRules};
use crate::schema::{Attribute, DiffOptions, Kind, Object, ObjectKey, ServerVersion, Snapshot};

fn table(name: &str) -> Object {
    Object::new(ObjectKey::new(Kind::Table, Some("app"), name))
}

fn column(table: &str, name: &str, ty: &str) -> Object {
    Object::new(ObjectKey::within(Kind::Column, Some("app"), table, name)).text(Attribute::Type, ty)
}

fn view(text: &str) -> Object {
    Object::new(ObjectKey::new(Kind::View, Some("app"), "active")).text(Attribute::Definition, text)
}

fn snapshot(major: u32, objects: impl IntoIterator<Item = Object>) -> Snapshot {
    let server = ServerVersion::new(major, format!("{major}.1"));
    objects.into_iter().fold(Snapshot::new(Dialect::Postgres, server), Snapshot::with)
}

fn mood(labels: &[&str]) -> Object {
    Object::new(ObjectKey::new(Kind::Enum, Some("app"), "mood"))
        .list(Attribute::Labels, labels.iter().copied())
}

#[test]
fn a_difference_of_every_form() {
    let from = snapshot(
        15,
        [
            table("users").list(Attribute::ColumnOrder, ["id", "email", "nick"]),
            column("users", "id", "integer").flag(Attribute::NotNull),
            column("users", "email", "text").text(Attribute::Default, "''::text"),
            column("users", "nick", "text"),
            table("old"),
            column("old", "id", "integer"),
            column("old", "a\u{1b}[31mb", "integer"),
            mood(&["sad", "ok", "happy"]),
            view(" SELECT users.id,\n    users.email,\n    users.nick\n   FROM app.users;"),
        ],
    );
    let to = snapshot(
        18,
        [
            table("users").list(Attribute::ColumnOrder, ["email", "id"]),
            column("users", "id", "bigint").flag(Attribute::NotNull),
            column("users", "email", "character varying(20)")
                .flag(Attribute::NotNull)
                .text(Attribute::Default, "''::character varying"),
            table("posts"),
            column("posts", "id", "integer"),
            Object::new(ObjectKey::within(Kind::Index, Some("app"), "posts", "posts_id_idx"))
                .list(Attribute::Keys, ["id"]),
            table("tmp_1"),
            column("tmp_1", "x", "integer"),
            mood(&["sad", "happy"]),
            view(" SELECT id,\n    email,\n    upper(email) AS loud\n   FROM app.users;"),
        ],
    );
    let rule = |pattern: &str| IgnoreRule::new(pattern, "data team", "nightly import").unwrap();
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
    let rules = [rule("table:app.tmp_*"), rule("app.never"), rule("enum:app.mood").until(day)];
    let options = DiffOptions::default()
        .with_ignore(IgnoreRules::new(rules))
        .on(chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap());
    let found = Comparison::of(("production", &from), ("migrations", &to), &options).unwrap();
    assert_report(
        "diff",
        &text::diff(&found, Style::plain().showing_all(true)),
        &json::diff(&found),
    );
    assert_rendering("diff_folded", &text::diff(&found, Style::plain()));
}

#[test]
fn no_difference() {
    let one = snapshot(15, [table("users")]);
    let found = Comparison::of(("a", &one), ("b", &one), &DiffOptions::default()).unwrap();
    let shown = text::diff(&found, Style::plain());
    assert_eq!(shown, "from  a\nto    b\n\nNo difference.\n");
}
