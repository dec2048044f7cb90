//! Typical scripts, whole.

use crate::Dialect;
use crate::schema::sqlite::{StoredObject, objects};
use crate::schema::{
    ChangeScript, DiffOptions, ServerVersion, Snapshot, SnapshotOptions, diff, script,
};

/// A schema from `type name table` and a statement each.
fn schema(stored: &[(&str, &str)]) -> Snapshot {
    let stored: Vec<StoredObject> = stored
        .iter()
        .map(|(what, sql)| {
            let mut words = what.split(' ');
            let mut word = || words.next().unwrap_or_default();
            let (kind, name, table) = (word(), word(), word());
            StoredObject::new(kind, name, if table.is_empty() { name } else { table }, Some(sql))
        })
        .collect();
    let server = ServerVersion::new(3, "3.51.3");
    Snapshot::of(Dialect::Sqlite, server, &SnapshotOptions::default(), objects(&stored))
}

const USER: &str =
    "CREATE TABLE User (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL, age INT)";
const POST: &str = "CREATE TABLE Post (id TEXT PRIMARY KEY, author INTEGER NOT NULL REFERENCES User ON DELETE CASCADE)";
const NAMES: &str = "CREATE VIEW Names AS SELECT email FROM User";
const TELL: &str = "CREATE TRIGGER tell AFTER INSERT ON Post BEGIN UPDATE User SET age = 1 WHERE id = new.author; END";

fn between(from: &Snapshot, to: &Snapshot) -> ChangeScript {
    script(from, to, &diff(from, to, &DiffOptions::default()).unwrap())
}

/// Both ways.
fn shown(from: &[(&str, &str)], to: &[(&str, &str)]) -> String {
    let (from, to) = (schema(from), schema(to));
    let sql = |from, to| {
        let script = between(from, to);
        assert!(script.is_complete());
        script.to_sql()
    };
    format!("{}\n-- ======== back\n\n{}", sql(&from, &to), sql(&to, &from))
}

#[test]
fn columns_tables_and_indexes() {
    let from = [("table User", USER), ("view Names", NAMES)];
    let more = USER.replace(
        "age INT",
        "age INT, org TEXT CONSTRAINT in_org REFERENCES Org (id), level INT NOT NULL DEFAULT 1",
    );
    let to = [
        ("table User", more.as_str()),
        ("view Names", NAMES),
        (
            "table Org",
            "CREATE TABLE Org (id TEXT PRIMARY KEY, \"group\" VARCHAR(20) COLLATE NOCASE) STRICT, WITHOUT ROWID",
        ),
        (
            "index User_org User",
            "CREATE UNIQUE INDEX User_org ON User (org, lower(email) DESC) WHERE org IS NOT NULL",
        ),
        ("view Grown", "CREATE VIEW Grown AS SELECT * FROM Names"),
    ];
    insta::assert_snapshot!(shown(&from, &to));
}

#[test]
fn a_table_is_built_anew() {
    let from = [("table User", USER), ("table Post", POST)];
    let other =
        USER.replace("age INT", "age INT NOT NULL DEFAULT 0 CHECK (age >= 0), UNIQUE (email)");
    let to = [("table User", other.as_str()), ("table Post", POST)];
    insta::assert_snapshot!(shown(&from, &to));
}

#[test]
fn a_table_is_built_anew_under_views_and_triggers() {
    let index = ("index by_author Post", "CREATE INDEX by_author ON Post (author)");
    let from = [
        ("table User", USER),
        ("table Post", POST),
        index,
        ("view Names", NAMES),
        ("trigger tell Post", TELL),
    ];
    let other = POST.replace("CASCADE", "SET NULL");
    let told = TELL.replace("age = 1", "age = 2");
    let to = [
        ("table User", USER),
        ("table Post", other.as_str()),
        index,
        ("view Names", NAMES),
        ("trigger tell Post", told.as_str()),
    ];
    insta::assert_snapshot!(shown(&from, &to));
}

#[test]
fn a_table_that_others_refer_to_goes_without_their_rows() {
    let alone = "CREATE TABLE Post (id TEXT PRIMARY KEY, author INTEGER NOT NULL)";
    insta::assert_snapshot!(shown(
        &[("table User", USER), ("table Post", POST)],
        &[("table Post", alone)]
    ));
}

#[test]
fn nothing_is_nothing() {
    let same = schema(&[("table User", USER)]);
    assert!(between(&same, &same).is_empty());
    assert_eq!(between(&same, &same).to_sql(), "");
}
