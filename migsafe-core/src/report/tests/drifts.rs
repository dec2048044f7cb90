//! Drift, what became of its scripts, and a check of everything.

use super::*;
use crate::engine::{Blind, DriftReport, Rehearsal, Rehearsed};
use crate::migrations::{Migration, MigrationName};
use crate::policy::Location;
use crate::report::{CheckReport, Comparison, ExitCode, Failure, Part, Problem, markdown};
use crate::schema::{Attribute, DiffOptions, Kind, Object, ObjectKey, ServerVersion, Snapshot};
use crate::shadow::SkippedStatement;
use crate::sql::Position;
use crate::store::ScriptFailure;

fn column(name: &str, ty: &str) -> Object {
    Object::new(ObjectKey::within(Kind::Column, Some("app"), "users", name))
        .text(Attribute::Type, ty)
}

fn snapshot(objects: impl IntoIterator<Item = Object>) -> Snapshot {
    let empty = Snapshot::new(Dialect::Postgres, ServerVersion::new(15, "15.20"))
        .with(Object::new(ObjectKey::new(Kind::Schema, None, "app")))
        .with(Object::new(ObjectKey::new(Kind::Table, Some("app"), "users")));
    objects.into_iter().fold(empty, Snapshot::with)
}

fn name(name: &'static str) -> MigrationName {
    MigrationName::new(name)
}

fn report(live: Snapshot, blind: Vec<Blind>) -> DriftReport {
    let expected = snapshot([column("id", "bigint"), column("old|<b>", "text")]);
    let sides = (("migrations", &expected), ("PostgreSQL app@db:5432/shop", &live));
    let comparison = Comparison::of(sides.0, sides.1, &DiffOptions::default())
        .unwrap()
        .with_notes(blind.iter().map(Blind::sentence));
    DriftReport {
        database: "PostgreSQL app@db:5432/shop".to_owned(),
        shadow: "a throw-away database beside PostgreSQL app@db:5432/shop".to_owned(),
        replayed: vec![Migration::new("20250101000000_init", "SELECT 1;")],
        pending: Vec::new(),
        comparison,
        expected,
        live_with_rights: live.clone(),
        live,
        blind,
    }
}

fn drifted() -> DriftReport {
    let statement = SkippedStatement {
        migration: name("20250104000000_role"),
        verb: "CREATE ROLE".to_owned(),
        why: "roles belong to all databases".to_owned(),
        location: Location::at(Position { line: 3, column: 1 }),
    };
    let blind = vec![
        Blind::Edited(name("20250101000000_init")),
        Blind::Orphaned(name("20250102000000_gone")),
        Blind::Unfinished(name("20250103000000_half\u{1b}[31m")),
        Blind::NotRun(statement),
    ];
    let live = snapshot([
        column("id", "integer"),
        column("by \"hand\"", "text").text(Attribute::Comment, "```\n@team <img>"),
    ]);
    report(live, blind)
}

#[test]
fn drift_in_every_form() {
    let report = drifted();
    assert_eq!(report.exit_code(), ExitCode::Drift);
    assert_report(
        "drift",
        &text::drift(&report, Style::plain()),
        &json::drift(&report, None, None),
    );
    assert_rendering("drift_markdown", &markdown::drift(&report));
    assert_rendering("drift_coloured", &text::drift(&report, Style::coloured()));
}

#[test]
fn no_drift() {
    let expected = snapshot([column("id", "bigint"), column("old|<b>", "text")]);
    let report = report(expected, Vec::new());
    assert_eq!(report.exit_code(), ExitCode::Ok);
    assert_rendering(
        "drift_none",
        &format!("{}\n{}", text::drift(&report, Style::plain()), markdown::drift(&report)),
    );
}

#[test]
fn every_end_of_a_rehearsal() {
    let mut failure = ScriptFailure::new("column \"x\" does not exist\u{1b}[2J");
    failure.code = Some("42703".to_owned());
    let failed = Failure::new("rehearsal-failed", &name("adopt"), failure, "by hand");
    let left = drifted().comparison.diff().changes().to_vec();
    let rehearsals = [
        Rehearsal {
            adopt: Rehearsed::Right,
            revert: Rehearsed::Right,
            revert_elsewhere: Rehearsed::Loses(ObjectKey::new(Kind::Table, Some("app"), "users")),
        },
        Rehearsal {
            adopt: Rehearsed::Failed(Box::new(failed)),
            revert: Rehearsed::NotTried,
            revert_elsewhere: Rehearsed::NotTried,
        },
        Rehearsal {
            adopt: Rehearsed::Right,
            revert: Rehearsed::Differs(left),
            revert_elsewhere: Rehearsed::NotTried,
        },
    ];
    let texts: Vec<String> =
        rehearsals.iter().map(|one| text::rehearsal(one, Style::plain())).collect();
    assert_rendering("drift_rehearsals", &texts.join("\n"));
    let report = drifted();
    for rehearsal in &rehearsals {
        let document = json::drift(&report, Some(rehearsal), None);
        let read: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert!(read["rehearsal"]["adopt"]["result"].is_string(), "{document}");
        assert!(!document.contains('\u{1b}'));
    }
}

#[cfg(feature = "render")]
#[test]
fn a_check_with_parts_of_every_kind() {
    let status = status_of(&Scenario::new().file("20250101000000_init").applied());
    let check = CheckReport {
        status: Part::Looked(Box::new(status)),
        lint: Part::Failed {
            problem: Problem::new("timeout", "the server did not answer").with_help("try again"),
            code: ExitCode::Failure,
        },
        drift: Part::Looked(Box::new(drifted())),
        verification: Part::NotLooked("no expectations were given"),
    };
    assert_eq!(check.exit_code(), ExitCode::Failure);
    assert_report("check", &text::check(&check, Style::plain()), &json::check(&check));
    assert_rendering("check_markdown", &markdown::check(&check));
}
