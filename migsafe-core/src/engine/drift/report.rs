//! What a look for drift has found.

use crate::migrations::{Migration, MigrationName};
use crate::report::{Comparison, ExitCode};
use crate::schema::script::script_for_all;
use crate::schema::{ChangeScript, Snapshot};
use crate::shadow::SkippedStatement;
use crate::text;

/// Why a difference may not be drift, or drift may not be seen: something that the comparison does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blind {
    /// The file was changed after it ran: the replay ran the file as it is now.
    Edited(MigrationName),
    /// The migration ran and its file is gone: what it made is a difference.
    Orphaned(MigrationName),
    /// The migration ended half way, or is running: what it made is a difference.
    Unfinished(MigrationName),
    /// A statement was not run on the throw-away database.
    NotRun(SkippedStatement),
}

impl Blind {
    /// The same as a sentence for people, without its full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Edited(name) => format!(
                "the file of {} was changed after it ran, and was replayed as it is now",
                text::name(name.as_str())
            ),
            Self::Orphaned(name) => format!(
                "the file of {} is gone: what it made is a difference",
                text::name(name.as_str())
            ),
            Self::Unfinished(name) => format!(
                "{} is not finished: what it made so far is a difference",
                text::name(name.as_str())
            ),
            Self::NotRun(statement) => {
                let line = statement.location.line.unwrap_or_default();
                format!(
                    "{} in {}, line {line}, was not run on the throw-away database: {}",
                    text::printable(&statement.verb),
                    text::name(statement.migration.as_str()),
                    text::printable(&statement.why)
                )
            }
        }
    }
}

/// What a look for drift has found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriftReport {
    /// The database, for people.
    pub database: String,
    /// Where the migrations were replayed, for people.
    pub shadow: String,
    /// The migrations that were replayed: those that the history says are applied.
    pub replayed: Vec<Migration>,
    /// The migrations that were not: they run before a new one, and nothing here knows what they change.
    pub pending: Vec<MigrationName>,
    /// From what the migrations give to what the database holds.
    pub comparison: Comparison,
    /// What the migrations give.
    pub expected: Snapshot,
    /// What the database holds, read as the options said.
    pub live: Snapshot,
    /// The same with owners and grants in any case: SQL that makes something of it again gives them back.
    pub live_with_rights: Snapshot,
    /// What the comparison does not know.
    pub blind: Vec<Blind>,
}

impl DriftReport {
    /// Whether the database holds something else than its migrations give.
    #[must_use]
    pub fn has_drift(&self) -> bool {
        !self.comparison.diff().is_empty()
    }

    /// The script that makes the migrations give what the database holds: what was done by hand, as a migration.
    #[must_use]
    pub fn adopt(&self) -> &ChangeScript {
        self.comparison.forward()
    }

    /// The script that makes the database hold what the migrations give: what was done by hand is undone.
    #[must_use]
    pub fn revert(&self) -> &ChangeScript {
        self.comparison.backward()
    }

    /// The same for a migration, which runs in every database: it asks whether each object is there.
    ///
    /// The roles of this database need not be there elsewhere: unless rights are compared, what is made again is made
    /// without owner and grants, and [`ChangeScript::left_out`] says which.
    #[must_use]
    pub fn revert_for_all(&self) -> ChangeScript {
        let inverted = self.comparison.diff().inverted();
        let of = |live: &Snapshot| script_for_all(live, &self.expected, &inverted);
        let script = of(&self.live);
        let with_rights = of(&self.live_with_rights);
        script.leaving_out(with_rights.steps())
    }

    /// The exit code that says it.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        if self.has_drift() { ExitCode::Drift } else { ExitCode::Ok }
    }
}
