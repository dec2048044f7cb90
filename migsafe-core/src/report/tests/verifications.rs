//! What became of expectations.

use super::*;
use crate::report::markdown;
use crate::schema::{
    Attribute, Kind, Object, ObjectKey, Scope, ServerVersion, Snapshot, SnapshotOptions,
};
use crate::verify::{Expectations, Form, RowAnswer, RowAnswers, Verification, verify};

const FILE: &str = r#"{
  "site": {
    "criticalTables": ["User", "job", "Missing", "ActiveUser", "Ord|er<b>"],
    "criticalIndexes": ["Job_status_idx", "Job_pkey", "Job_broken_idx", "Job_statu_idx"],
    "criticalConstraints": ["Job_pkey", "Job_owner_fkey", "Job_check"],
    "criticalEnums": ["JobStatus", "Job"],
    "tables": {
      "Job": {
        "columns": {
          "id": { "type": "int", "nullable": false },
          "status": { "type": "text", "nullable": false, "default": "'NEW'" },
          "owner": { "nullable": true, "default": null },
          "ownr": {}
        },
        "indexes": { "Job_status_idx": { "unique": true, "keys": ["owner"] }, "Job_pkey": { "unique": true, "keys": ["id"] } },
        "constraints": { "Job_pkey": { "type": "UNIQUE" } },
        "triggers": ["touch", "audit"]
      }
    },
    "views": ["ActiveUser", "Totals"],
    "enums": { "JobStatus": ["NEW", "DONE", "LOST"] },
    "functions": ["touch", "slug(text)"],
    "rows": [
      { "name": "an admin", "query": "SELECT 1", "expect": { "rows": { "atLeast": 1 } } },
      { "name": "no orphan", "query": "SELECT 1", "expect": { "rows": 0 } },
      { "name": "currency", "query": "SELECT 1", "expect": { "value": "EUR" } },
      { "name": "slow", "query": "SELECT 1", "expect": { "value": 1 } }
    ]
  },
  "sites": { "criticalTables": ["User"] }
}"#;

fn key(kind: Kind, name: &str) -> ObjectKey {
    ObjectKey::new(kind, Some("site"), name)
}

fn part(kind: Kind, name: &str) -> Object {
    Object::new(ObjectKey::within(kind, Some("site"), "Job", name))
}

fn column(name: &str, ty: &str) -> Object {
    part(Kind::Column, name).text(Attribute::Type, ty)
}

fn constraint(name: &str, ty: &str, definition: &str) -> Object {
    part(Kind::Constraint, name).text(Attribute::Type, ty).text(Attribute::Definition, definition)
}

fn snapshot(scope: Scope) -> Snapshot {
    let objects = [
        Object::new(key(Kind::Table, "User")),
        Object::new(key(Kind::Table, "Job")),
        Object::new(key(Kind::View, "ActiveUser")),
        Object::new(key(Kind::MaterializedView, "Totals")).flag(Attribute::NotPopulated),
        Object::new(key(Kind::Enum, "JobStatus")).list(Attribute::Labels, ["DONE", "NEW", "HELD"]),
        Object::new(key(Kind::Function, "touch()")),
        Object::new(key(Kind::Function, "slug(character varying)")),
        column("id", "integer").flag(Attribute::NotNull),
        column("status", "site.\"JobStatus\"")
            .text(Attribute::Default, "'NEW'::site.\"JobStatus\""),
        column("owner", "integer").flag(Attribute::NotNull).text(Attribute::Default, "0"),
        part(Kind::Index, "Job_status_idx").list(Attribute::Keys, ["status"]),
        part(Kind::Index, "Job_broken_idx")
            .list(Attribute::Keys, ["owner"])
            .flag(Attribute::Invalid),
        constraint("Job_pkey", "PRIMARY KEY", "PRIMARY KEY (id)"),
        constraint(
            "Job_owner_fkey",
            "FOREIGN KEY",
            "FOREIGN KEY (owner) REFERENCES site.\"User\"(id)",
        )
        .flag(Attribute::NotValid),
        constraint("Job_check", "CHECK", "CHECK ((id > 0))").flag(Attribute::NotEnforced),
        part(Kind::Trigger, "touch"),
        part(Kind::Trigger, "audit").text(Attribute::Enabled, "disabled"),
    ];
    let options = SnapshotOptions::default().with_scope(scope);
    Snapshot::of(Dialect::Postgres, ServerVersion::new(18, "18.1"), &options, objects)
}

fn verification() -> Verification {
    let answers = RowAnswers::default()
        .with("site", "an admin", RowAnswer::Rows { count: 1001, more: true })
        .with("site", "no orphan", RowAnswer::Rows { count: 12, more: false })
        .with(
            "site",
            "currency",
            RowAnswer::Value {
                value: Some("US\u{1b}[2JD\n".to_owned() + &"x".repeat(100)),
                cut: false,
            },
        )
        .with("site", "slow", RowAnswer::Unanswered("it took longer than 5 s".to_owned()));
    let expectations = Expectations::from_json(FILE).unwrap();
    verify(&expectations, &snapshot(Scope::schemas(["site"])), &answers)
        .of_database("postgresql://app@db.example:5432/shop")
}

#[test]
fn every_way_to_miss() {
    let verification = verification();
    assert_eq!(verification.exit_code(), crate::report::ExitCode::Failure);
    assert_report(
        "verify",
        &text::verify(&verification, Style::plain()),
        &json::verify(&verification),
    );
    assert_rendering("verify_markdown", &markdown::verify(&verification));
    assert_rendering(
        "verify_all",
        &text::verify(&verification, Style::coloured().showing_all(true)),
    );
}

#[test]
fn all_met() {
    let snapshot = snapshot(Scope::All);
    let made = Expectations::generate(&snapshot, Form::Extended);
    let verification = verify(&made.expectations, &snapshot, &RowAnswers::default());
    assert_eq!(verification.exit_code(), crate::report::ExitCode::Ok);
    assert_rendering("verify_met", &text::verify(&verification, Style::plain()));
    assert_rendering("verify_met_markdown", &markdown::verify(&verification));
    assert_report(
        "verify_generated",
        &text::generated(&made, "migsafe.verify.json", Style::plain()),
        &json::generated(&made, "migsafe.verify.json"),
    );
    assert_rendering("verify_generated_markdown", &markdown::generated(&made, "a|b.json"));
    assert_rendering("verify_generated_file", &made.expectations.to_json());
    let simple = Expectations::generate(&snapshot, Form::Simple).expectations;
    assert_rendering("verify_generated_simple", &simple.to_json());
}
