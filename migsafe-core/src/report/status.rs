//! The state of a database against a folder, judged.

use super::ExitCode;
use crate::Dialect;
use crate::diagnosis::Diagnosis;
use crate::migrations::Origin;
use crate::policy::{Finding, Severity, Suppressed};
use crate::store::{DatabaseFacts, StatementSupport};

/// A diagnosis with its findings.
#[derive(Clone, Debug)]
pub struct Status {
    pub(crate) database: String,
    pub(crate) writes_to: Option<String>,
    pub(crate) tried: Option<StatementSupport>,
    pub(crate) dialect: Dialect,
    pub(crate) facts: DatabaseFacts,
    pub(crate) origin: Origin,
    pub(crate) file_count: usize,
    pub(crate) environment: String,
    pub(crate) diagnosis: Diagnosis,
    pub(crate) findings: Vec<Finding>,
    pub(crate) suppressed: Vec<Suppressed>,
    pub(crate) failing: Severity,
}

impl Status {
    /// What was looked at; never a password.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// What is written through, where that is another connection; never a password.
    #[must_use]
    pub fn writes_to(&self) -> Option<&str> {
        self.writes_to.as_deref()
    }

    /// Whether migrations can run statement by statement on this connection, if that was tried: only where one is
    /// pending, and of many deployers only by the one that has the lock.
    #[must_use]
    pub fn statement_support(&self) -> Option<&StatementSupport> {
        self.tried.as_ref()
    }

    /// The database's dialect.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What is known of the database beside its history.
    #[must_use]
    pub fn facts(&self) -> &DatabaseFacts {
        &self.facts
    }

    /// Where the migrations came from.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many migrations the folder has.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.file_count
    }

    /// The environment it was judged for.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// One entry per migration.
    #[must_use]
    pub fn diagnosis(&self) -> &Diagnosis {
        &self.diagnosis
    }

    /// What the rules found, gravest first.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What the rules found and comments in scripts keep quiet.
    #[must_use]
    pub fn suppressed(&self) -> &[Suppressed] {
        &self.suppressed
    }

    /// The findings that refuse.
    pub fn causes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity >= self.failing)
    }

    /// Whether any finding refuses.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.causes().next().is_some()
    }

    /// Nothing pending, running or failed, and nothing refused.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.diagnosis.is_up_to_date() && !self.is_refused()
    }

    /// The exit code that says it: 0, 3 or 4.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        if self.is_refused() {
            ExitCode::Refused
        } else if self.diagnosis.is_up_to_date() {
            ExitCode::Ok
        } else {
            ExitCode::NotUpToDate
        }
    }
}
