//! The error of the engine: a code, what to do next, and the report of what was done.

use std::fmt;
use std::time::Duration;

use crate::lock::LockHolder;
use crate::migrations::{MigrationName, MigrationsError};
use crate::policy::Refusal;
use crate::report::{ExitCode, Failure, Report};
use crate::schema::DiffError;
use crate::shadow::{ReplayError, SkippedStatement};
use crate::store::{ScriptFailure, StoreError, StoreErrorCode};
use crate::text;
use crate::verify::ExpectationsError;

/// Why a call did not do what it was asked to do.
///
/// One word in size. The code is stable, the text of `Display` is not.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    report: Option<Report>,
}

#[derive(Debug)]
pub(super) enum ErrorKind {
    Store(StoreError),
    Migrations(MigrationsError),
    Refused(Refusal),
    NotUpToDate { pending: usize, running: usize, waited: Option<Duration> },
    Locked { waited: Duration, holder: Option<Box<LockHolder>> },
    LockUnknown,
    MigrationFailed(Failure),
    StepAborted(Failure),
    OutcomeUnknown { migration: MigrationName, cause: StoreError },
    ReadReplica,
    Stopped,
    UnknownMigration(MigrationName),
    Expectations(ExpectationsError),
    NotVerified { missed: usize, unknown: usize },
    Resolution { code: &'static str, message: String, help: String },
    ReplayFailed(Failure),
    ReplayRefused(Vec<SkippedStatement>),
    NoShadow(String),
    Diff(DiffError),
    Internal(&'static str),
}

impl Error {
    pub(super) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, report: None }))
    }

    pub(super) fn with_report(mut self, report: Report) -> Self {
        self.0.report = Some(report);
        self
    }

    pub(super) fn of_diff(error: DiffError) -> Self {
        Self::new(ErrorKind::Diff(error))
    }

    /// For tests of renderings.
    #[cfg(test)]
    pub(crate) fn of_failure(failure: Failure, report: Report) -> Self {
        Self::new(ErrorKind::MigrationFailed(failure)).with_report(report)
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.0.kind {
            ErrorKind::Store(error) => error.code().name(),
            ErrorKind::Migrations(error) => error.code(),
            ErrorKind::Refused(_) => "refused",
            ErrorKind::NotUpToDate { .. } => "not-up-to-date",
            ErrorKind::Locked { .. } => "lock-not-obtained",
            ErrorKind::LockUnknown => "lock-unknown",
            ErrorKind::MigrationFailed(failure) | ErrorKind::StepAborted(failure) => failure.code,
            ErrorKind::OutcomeUnknown { .. } => "outcome-unknown",
            ErrorKind::ReadReplica => "read-replica",
            ErrorKind::Stopped => "stopped",
            ErrorKind::UnknownMigration(_) => "unknown-migration",
            ErrorKind::Expectations(error) => error.code(),
            ErrorKind::NotVerified { .. } => "not-verified",
            ErrorKind::Resolution { code, .. } => code,
            ErrorKind::ReplayFailed(failure) => failure.code,
            ErrorKind::ReplayRefused(_) => "replay-refused",
            ErrorKind::NoShadow(_) => "no-shadow-database",
            ErrorKind::Diff(error) => error.code(),
            ErrorKind::Internal(_) => "internal",
        }
    }

    /// What to do next.
    #[must_use]
    pub fn help(&self) -> String {
        match &self.0.kind {
            ErrorKind::Store(error) => error.help().to_owned(),
            ErrorKind::Migrations(error) => error.help().to_owned(),
            ErrorKind::Refused(refusal) => refusal
                .causes()
                .next()
                .map_or_else(String::new, |finding| finding.help.clone()),
            ErrorKind::NotUpToDate { .. } => "deploy the pending migrations: `migsafe deploy`".to_owned(),
            ErrorKind::Locked { holder: Some(holder), .. } => format!(
                "wait for it, or if it is stuck end it as a role that may: {}",
                holder.terminate_statement()
            ),
            ErrorKind::Locked { holder: None, .. } => {
                "wait for the other process, or see who it is with `migsafe locks`".to_owned()
            }
            ErrorKind::LockUnknown => {
                "deploy without waiting before: a deploy itself waits (`--lock-wait`)".to_owned()
            }
            ErrorKind::MigrationFailed(failure) | ErrorKind::StepAborted(failure) => {
                failure.help.clone()
            }
            ErrorKind::OutcomeUnknown { .. } => {
                "look at `migsafe status` when the server answers again; nothing is run again before"
                    .to_owned()
            }
            ErrorKind::ReadReplica => "connect to the primary server".to_owned(),
            ErrorKind::Stopped => "deploy again: it goes on where this run stopped".to_owned(),
            ErrorKind::UnknownMigration(_) => {
                "give the whole name of a folder, as `migsafe status` lists it".to_owned()
            }
            ErrorKind::Expectations(error) => error.help().to_owned(),
            ErrorKind::NotVerified { .. } => {
                "what is applied stays applied; each expectation says what to do, then `migsafe verify`"
                    .to_owned()
            }
            ErrorKind::Resolution { help, .. } => help.clone(),
            ErrorKind::ReplayFailed(failure) => failure.help.clone(),
            ErrorKind::ReplayRefused(_) => {
                "mend the statement if it is a mistake; on PostgreSQL an empty database on a server of its own \
                 (--shadow-database-url) runs it as it is"
                    .to_owned()
            }
            ErrorKind::NoShadow(_) => {
                "use a backend that makes throw-away databases: migsafe-postgres, migsafe-sqlite".to_owned()
            }
            ErrorKind::Diff(error) => error.help().to_owned(),
            ErrorKind::Internal(_) => "report it as a mistake of migsafe".to_owned(),
        }
    }

    /// Whether findings refused, and nothing was tried.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Refused(_))
    }

    /// The refusal.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.0.kind {
            ErrorKind::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether the migration lock was not had in time.
    #[must_use]
    pub fn is_lock_timeout(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Locked { .. })
    }

    /// Whether a step may or may not have been applied.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self.0.kind, ErrorKind::OutcomeUnknown { .. })
    }

    /// Who held the lock.
    #[must_use]
    pub fn lock_holder(&self) -> Option<&LockHolder> {
        match &self.0.kind {
            ErrorKind::Locked { holder, .. } => holder.as_deref(),
            _ => None,
        }
    }

    /// How long the lock or another replica was waited for.
    #[must_use]
    pub fn waited(&self) -> Option<Duration> {
        match &self.0.kind {
            ErrorKind::Locked { waited, .. } => Some(*waited),
            ErrorKind::NotUpToDate { waited, .. } => *waited,
            _ => None,
        }
    }

    /// The failure of a step.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match &self.0.kind {
            ErrorKind::MigrationFailed(failure)
            | ErrorKind::StepAborted(failure)
            | ErrorKind::ReplayFailed(failure) => Some(failure),
            _ => None,
        }
    }

    /// What was done before the error, and the state it left.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.0.report.as_ref()
    }

    /// The exit code that says it.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match &self.0.kind {
            ErrorKind::UnknownMigration(_)
            | ErrorKind::Migrations(MigrationsError::InvalidSlug { .. }) => ExitCode::Usage,
            ErrorKind::Store(error) if error.code() == StoreErrorCode::InvalidUrl => {
                ExitCode::Usage
            }
            ErrorKind::Refused(_) | ErrorKind::Resolution { .. } => ExitCode::Refused,
            ErrorKind::NotUpToDate { .. } => ExitCode::NotUpToDate,
            ErrorKind::Locked { .. } => ExitCode::Lock,
            ErrorKind::NotVerified { unknown: 0, .. } => ExitCode::Drift,
            _ => ExitCode::Failure,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ErrorKind::Store(error) => error.fmt(f),
            ErrorKind::Migrations(error) => error.fmt(f),
            ErrorKind::Refused(refusal) => {
                f.write_str("refused")?;
                for (index, finding) in refusal.causes().enumerate() {
                    f.write_str(if index == 0 { ": " } else { "; " })?;
                    if let Some(name) = &finding.migration {
                        write!(f, "{} ", text::name(name.as_str()))?;
                    }
                    write!(f, "{} ({})", finding.message, finding.rule)?;
                }
                Ok(())
            }
            ErrorKind::NotUpToDate { pending, running, waited } => {
                write!(f, "the database is not up to date: {pending} pending, {running} running")?;
                if let Some(waited) = waited {
                    write!(f, ", waited {:.1} s", waited.as_secs_f64())?;
                }
                Ok(())
            }
            ErrorKind::Locked { waited, holder } => {
                write!(f, "the migration lock was not free for {:.1} s", waited.as_secs_f64())?;
                if let Some(holder) = holder {
                    write!(f, "; it is held by {holder}")?;
                }
                Ok(())
            }
            ErrorKind::LockUnknown => {
                f.write_str("this database has no way to tell whether its migration lock is free")
            }
            ErrorKind::MigrationFailed(failure)
            | ErrorKind::StepAborted(failure)
            | ErrorKind::ReplayFailed(failure) => {
                let name = text::name(failure.migration.as_str());
                let is_replay = matches!(self.0.kind, ErrorKind::ReplayFailed(_));
                let what =
                    if is_replay { "does not replay on an empty database" } else { "failed" };
                write!(f, "migration {name} {what}: {}", failure.message)?;
                if let Some(code) = &failure.sql_code {
                    write!(f, " ({code})")?;
                }
                if let Some(statement) = failure.location.statement {
                    write!(f, ", statement {statement}")?;
                }
                if let (Some(line), Some(column)) = (failure.location.line, failure.location.column)
                {
                    write!(f, ", line {line}, column {column}")?;
                }
                Ok(())
            }
            ErrorKind::OutcomeUnknown { migration, cause } => write!(
                f,
                "whether migration {} was applied could not be learnt: {cause}",
                text::name(migration.as_str())
            ),
            ErrorKind::ReadReplica => {
                f.write_str("connected to a read replica, which cannot be changed")
            }
            ErrorKind::Stopped => f.write_str("stopped on request, between two steps"),
            ErrorKind::UnknownMigration(name) => {
                write!(f, "no migration is named {}", text::name(name.as_str()))
            }
            ErrorKind::Expectations(error) => error.fmt(f),
            ErrorKind::NotVerified { missed, unknown } => {
                write!(f, "not everything that is expected is there: {missed} missed")?;
                match unknown {
                    0 => Ok(()),
                    unknown => write!(f, ", {unknown} could not be found out"),
                }
            }
            ErrorKind::Resolution { message, .. } => f.write_str(message),
            ErrorKind::ReplayRefused(statements) => refused_statements(f, statements),
            ErrorKind::NoShadow(store) => {
                write!(f, "no throw-away database can be made for {store}")
            }
            ErrorKind::Diff(error) => error.fmt(f),
            ErrorKind::Internal(what) => f.write_str(what),
        }
    }
}

/// The first few of the statements that were not run on a throw-away database.
fn refused_statements(f: &mut fmt::Formatter<'_>, statements: &[SkippedStatement]) -> fmt::Result {
    const SHOWN: usize = 3;
    f.write_str(
        "nothing was replayed, since a statement may reach out of the throw-away database",
    )?;
    for (index, statement) in statements.iter().take(SHOWN).enumerate() {
        f.write_str(if index == 0 { ": " } else { "; " })?;
        write!(f, "migration {}", text::name(statement.migration.as_str()))?;
        if let (Some(line), Some(column)) = (statement.location.line, statement.location.column) {
            write!(f, ", line {line}, column {column}")?;
        }
        write!(f, ": {}", text::printable(&statement.why))?;
    }
    match statements.len().checked_sub(SHOWN) {
        Some(more @ 1..) => write!(f, "; and {more} more"),
        _ => Ok(()),
    }
}

/// Readable, since it is what `fn main() -> Result<(), Error>` prints.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self, self.code())?;
        match self.help() {
            help if help.is_empty() => Ok(()),
            help => write!(f, "; next: {help}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            ErrorKind::Store(error) | ErrorKind::OutcomeUnknown { cause: error, .. } => {
                std::error::Error::source(error)
            }
            ErrorKind::Migrations(error) => std::error::Error::source(error),
            _ => None,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::new(ErrorKind::Store(error))
    }
}

impl From<ReplayError> for Error {
    fn from(error: ReplayError) -> Self {
        Self::new(match error {
            ReplayError::Store(error) => ErrorKind::Store(error),
            ReplayError::NoScript(name) => {
                let failure =
                    ScriptFailure::new("it is applied and has no script that can be read");
                let help = "bring its migration.sql back from version control";
                ErrorKind::ReplayFailed(Failure::new("missing-script", &name, failure, help))
            }
            ReplayError::Failed { migration, failure } => {
                let help = help_of_replay(failure.code.as_deref().unwrap_or_default());
                ErrorKind::ReplayFailed(Failure::new("replay-failed", &migration, *failure, help))
            }
            ReplayError::Refused(statements) => ErrorKind::ReplayRefused(statements),
        })
    }
}

/// What to do about a migration that does not replay, by the database's code.
fn help_of_replay(code: &str) -> &'static str {
    match code {
        // Resources, and an end that an operator made (PostgreSQL manual, appendix A).
        code if code.starts_with("53") || code.starts_with("57") => {
            "the script may be right: give the server more of what it lacks or the script more time, divide the \
             script, or replay it on another server (--shadow-database-url)"
        }
        "42501" => {
            "give the role the right, or give an empty database that belongs to a role that has it \
             (--shadow-database-url)"
        }
        _ => {
            "a history must replay on an empty database: mend what the statement relies on that no earlier migration \
             makes, such as a table, a row or an extension of another server"
        }
    }
}

impl From<ExpectationsError> for Error {
    fn from(error: ExpectationsError) -> Self {
        Self::new(ErrorKind::Expectations(error))
    }
}

impl From<MigrationsError> for Error {
    fn from(error: MigrationsError) -> Self {
        Self::new(ErrorKind::Migrations(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_word_in_size() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    }
}
