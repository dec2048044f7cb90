//! `LintReport`: files, findings, verdict.

use std::collections::BTreeMap;

use serde::Serialize;

use super::file::{folder_path, script_path};
use super::{LintFinding, LintedFile, Quiet};
use crate::engine::{LintOptions, LocksReport};
use crate::migrations::{LockFile, MigrationName, Migrations};
use crate::policy::{Examination, Finding, Severity, Suppressed};
use crate::report::ExitCode;
use crate::sql::{LineIndex, Script};

/// What was linted and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintReport {
    files: Vec<LintedFile>,
    findings: Vec<LintFinding>,
    suppressed: Vec<LintFinding>,
    environment: String,
    failing: Severity,
    locks: Option<Box<LocksReport>>,
}

/// How much of everything there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LintSummary {
    /// Scripts that were linted.
    pub files: usize,
    /// Their statements.
    pub statements: usize,
    /// Findings of severity error.
    pub error: usize,
    /// Findings of severity warn.
    pub warn: usize,
    /// Findings of severity note.
    pub note: usize,
    /// Findings that comments in scripts keep quiet; they are not among the others.
    pub suppressed: usize,
}

impl LintReport {
    pub(crate) fn new(
        migrations: &Migrations,
        scripts: &BTreeMap<MigrationName, Script>,
        examination: Examination,
        options: &LintOptions,
    ) -> Self {
        let found = examination.findings.into_iter().map(|finding| (finding, None));
        let quiet = examination.suppressed.into_iter().map(|suppressed| {
            let Suppressed { finding, reason, comment_line } = suppressed;
            (finding, Some(Quiet { reason, comment_line }))
        });
        let mut findings: Vec<LintFinding> = found
            .chain(quiet)
            .map(|(finding, quiet)| located(migrations, finding, quiet))
            .collect();
        let mut of_file: BTreeMap<MigrationName, Vec<&mut LintFinding>> = BTreeMap::new();
        for finding in &mut findings {
            if let Some(name) = finding.finding.migration.clone() {
                of_file.entry(name).or_default().push(finding);
            }
        }
        let mut files = Vec::new();
        for migration in migrations.iter().filter(|m| options.scope().includes(m.name())) {
            let mut file = LintedFile::new(migrations.origin(), migration, options.dialect());
            let script = scripts.get(migration.name());
            file.statements = script.map_or(0, |script| script.statements().len());
            if let Some(own) = of_file.remove(migration.name()) {
                quote(&mut file, own, migration.script(), files.len());
            }
            files.push(file);
        }
        findings.sort_by_cached_key(LintFinding::order);
        let (suppressed, findings) =
            findings.into_iter().partition(|found| found.suppression.is_some());
        let policy = options.policy();
        Self {
            files,
            findings,
            suppressed,
            environment: policy.environment().name().to_owned(),
            failing: policy.failing_severity(),
            locks: None,
        }
    }

    /// With what the database says of locks ([`crate::engine::preview_locks`]). It refuses nothing.
    #[must_use]
    pub fn with_locks(mut self, locks: Option<LocksReport>) -> Self {
        self.locks = locks.map(Box::new);
        self
    }

    /// Several reports as one, in this order; the environment, the failing severity and the locks are those of the first.
    #[must_use]
    pub fn joined(mut self, others: impl IntoIterator<Item = Self>) -> Self {
        for other in others {
            let before = self.files.len();
            self.files.extend(other.files);
            let moved = |mut finding: LintFinding| {
                finding.file = finding.file.map(|index| index + before);
                finding
            };
            self.findings.extend(other.findings.into_iter().map(moved));
            self.suppressed.extend(other.suppressed.into_iter().map(moved));
        }
        self
    }

    /// The scripts that were linted, in order.
    #[must_use]
    pub fn files(&self) -> &[LintedFile] {
        &self.files
    }

    /// What the rules found, in the order of files and lines.
    #[must_use]
    pub fn findings(&self) -> &[LintFinding] {
        &self.findings
    }

    /// What comments in scripts keep quiet, in the same order. It refuses nothing.
    #[must_use]
    pub fn suppressed(&self) -> &[LintFinding] {
        &self.suppressed
    }

    /// What will be locked and who is in the way, if the database was asked.
    #[must_use]
    pub fn locks(&self) -> Option<&LocksReport> {
        self.locks.as_deref()
    }

    /// The file that a finding is about.
    #[must_use]
    pub fn file(&self, finding: &LintFinding) -> Option<&LintedFile> {
        self.files.get(finding.file?)
    }

    /// The environment it was judged for.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The severity from which on a finding refuses.
    #[must_use]
    pub fn failing_severity(&self) -> Severity {
        self.failing
    }

    /// The findings that refuse.
    pub fn causes(&self) -> impl Iterator<Item = &LintFinding> {
        self.findings.iter().filter(|found| found.finding.severity >= self.failing)
    }

    /// Whether any finding refuses.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.causes().next().is_some()
    }

    /// How much of everything there is.
    #[must_use]
    pub fn summary(&self) -> LintSummary {
        let count =
            |severity| self.findings.iter().filter(|f| f.finding.severity == severity).count();
        LintSummary {
            files: self.files.len(),
            statements: self.files.iter().map(LintedFile::statements).sum(),
            error: count(Severity::Error),
            warn: count(Severity::Warn),
            note: count(Severity::Note),
            suppressed: self.suppressed.len(),
        }
    }

    /// The exit code that says it: 0 or 4.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        if self.is_refused() { ExitCode::Refused } else { ExitCode::Ok }
    }
}

/// A finding with the path that it is about.
fn located(migrations: &Migrations, finding: Finding, suppression: Option<Quiet>) -> LintFinding {
    let origin = migrations.origin();
    let path = match &finding.migration {
        Some(name) if migrations.find(name.as_str()).is_some() => Some(script_path(origin, name)),
        // A link, or a folder that is no migration.
        Some(name) => Some(folder_path(origin, name.as_str())),
        None => (*migrations.lock_file() != LockFile::Absent)
            .then(|| folder_path(origin, "migration_lock.toml")),
    };
    LintFinding { finding, path, file: None, end: None, suppression }
}

/// Keeps the text, and finds where what is quoted ends.
fn quote(file: &mut LintedFile, findings: Vec<&mut LintFinding>, text: Option<&str>, index: usize) {
    let lines = text.map(LineIndex::new);
    file.text = text.map(str::to_owned);
    for finding in findings {
        finding.file = Some(index);
        let span = finding.finding.location.span;
        finding.end = lines.as_ref().zip(span).map(|(lines, span)| lines.position(span.end));
    }
}
