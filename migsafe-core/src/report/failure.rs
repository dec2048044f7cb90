//! Why a deploy stopped.

use serde::Serialize;

use crate::migrations::MigrationName;
use crate::policy::Location;
use crate::store::ScriptFailure;

/// The failure of one step, in the form of the JSON report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// Stable code of the error.
    pub code: &'static str,
    /// What the database said, without terminal codes.
    pub message: String,
    /// The migration.
    pub migration: MigrationName,
    /// SQLSTATE, or SQLite's extended result code.
    pub sql_code: Option<String>,
    /// PostgreSQL's DETAIL.
    pub detail: Option<String>,
    /// PostgreSQL's HINT.
    pub hint: Option<String>,
    /// What to do next.
    pub help: String,
    /// Where in the script.
    #[serde(flatten)]
    pub location: Location,
}

impl Failure {
    pub(crate) fn new(
        code: &'static str,
        migration: &MigrationName,
        failure: ScriptFailure,
        help: impl Into<String>,
    ) -> Self {
        let printable = |text: String| crate::text::printable(&text);
        Self {
            code,
            message: printable(failure.message),
            migration: migration.clone(),
            sql_code: failure.code,
            detail: failure.detail.map(printable),
            hint: failure.hint.map(printable),
            help: help.into(),
            location: failure.location,
        }
    }
}
