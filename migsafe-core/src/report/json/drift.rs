//! The database beside what its migrations give.

use serde::Serialize;

use super::diff::{DiffBody, ScriptBody};
use super::document::document;
use crate::engine::{Blind, DriftReport, Rehearsal, Rehearsed};
use crate::migrations::{Created, Migration, MigrationName};
use crate::report::Failure;
use crate::schema::Scope;
use crate::shadow::SkippedStatement;

/// The document of `drift`. Both scripts were tried if there is a rehearsal; `written` is the migration that one of
/// them became.
#[must_use]
pub fn drift(
    report: &DriftReport,
    rehearsal: Option<&Rehearsal>,
    written: Option<&Created>,
) -> String {
    document("drift", DriftBody::of(report, rehearsal, written))
}

#[derive(Serialize)]
pub(super) struct DriftBody<'a> {
    database: &'a str,
    /// The schemas that were compared; `null` for all.
    schemas: Option<&'a [String]>,
    shadow: &'a str,
    drift: bool,
    #[serde(flatten)]
    found: DiffBody<'a>,
    replayed: Vec<&'a MigrationName>,
    blind: Vec<BlindBody<'a>>,
    adopt: ScriptBody<'a>,
    revert: ScriptBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rehearsal: Option<RehearsalBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<WrittenBody<'a>>,
}

impl<'a> DriftBody<'a> {
    pub(super) fn of(
        report: &'a DriftReport,
        rehearsal: Option<&'a Rehearsal>,
        written: Option<&'a Created>,
    ) -> Self {
        Self {
            database: &report.database,
            schemas: match report.live.scope() {
                Scope::Schemas(names) => Some(names),
                Scope::All => None,
            },
            shadow: &report.shadow,
            drift: report.has_drift(),
            found: DiffBody::of(&report.comparison),
            replayed: report.replayed.iter().map(Migration::name).collect(),
            blind: report.blind.iter().map(BlindBody::of).collect(),
            adopt: ScriptBody::of(report.adopt()),
            revert: ScriptBody::of(report.revert()),
            rehearsal: rehearsal.map(|rehearsal| RehearsalBody {
                adopt: RehearsedBody::of(&rehearsal.adopt),
                revert: RehearsedBody::of(&rehearsal.revert),
                revert_elsewhere: RehearsedBody::of(&rehearsal.revert_elsewhere),
            }),
            written: written.map(|created| WrittenBody {
                migration: created.name(),
                script: created.script().display().to_string(),
            }),
        }
    }
}

#[derive(Serialize)]
struct BlindBody<'a> {
    reason: &'static str,
    migration: &'a MigrationName,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'a SkippedStatement>,
}

impl<'a> BlindBody<'a> {
    fn of(blind: &'a Blind) -> Self {
        let (reason, migration, statement) = match blind {
            Blind::Edited(name) => ("edited", name, None),
            Blind::Orphaned(name) => ("orphaned", name, None),
            Blind::Unfinished(name) => ("unfinished", name, None),
            Blind::NotRun(statement) => ("not_run", &statement.migration, Some(statement)),
        };
        Self { reason, migration, statement }
    }
}

#[derive(Serialize)]
struct RehearsalBody<'a> {
    adopt: RehearsedBody<'a>,
    revert: RehearsedBody<'a>,
    revert_elsewhere: RehearsedBody<'a>,
}

#[derive(Serialize)]
struct RehearsedBody<'a> {
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a Failure>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<String>,
}

impl<'a> RehearsedBody<'a> {
    fn of(rehearsed: &'a Rehearsed) -> Self {
        let (result, failure, left) = match rehearsed {
            Rehearsed::Right => ("right", None, Vec::new()),
            Rehearsed::Failed(failure) => ("failed", Some(&**failure), Vec::new()),
            Rehearsed::Differs(left) => {
                ("differs", None, left.iter().map(ToString::to_string).collect())
            }
            Rehearsed::Loses(key) => ("loses", None, vec![key.to_string()]),
            Rehearsed::NotTried => ("not_tried", None, Vec::new()),
        };
        Self { result, failure, left }
    }
}

#[derive(Serialize)]
struct WrittenBody<'a> {
    migration: &'a MigrationName,
    script: String,
}
