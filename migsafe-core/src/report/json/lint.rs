//! What linting gave.

use serde::Serialize;

use super::document::document;
use super::locks::LocksBody;
use crate::Dialect;
use crate::migrations::MigrationName;
use crate::policy::{Finding, Severity};
use crate::report::{LintFinding, LintReport, LintSummary, LintedFile, Quiet};

/// The document of `lint`.
#[must_use]
pub fn lint(report: &LintReport) -> String {
    document("lint", LintBody::of(report))
}

#[derive(Serialize)]
pub(super) struct LintBody<'a> {
    environment: &'a str,
    failing_severity: Severity,
    refused: bool,
    summary: LintSummary,
    files: Vec<FileBody<'a>>,
    findings: Vec<FindingBody<'a>>,
    /// What comments in scripts keep quiet, each with its reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressed: Vec<FindingBody<'a>>,
    /// Only where the database was asked what pending migrations will lock.
    #[serde(skip_serializing_if = "Option::is_none")]
    locks: Option<LocksBody<'a>>,
}

impl<'a> LintBody<'a> {
    pub(super) fn of(report: &'a LintReport) -> Self {
        let finding = |found| FindingBody::of(report, found);
        Self {
            environment: report.environment(),
            failing_severity: report.failing_severity(),
            refused: report.is_refused(),
            summary: report.summary(),
            files: report.files().iter().map(FileBody::of).collect(),
            findings: report.findings().iter().map(finding).collect(),
            suppressed: report.suppressed().iter().map(finding).collect(),
            locks: report.locks().map(LocksBody::of),
        }
    }
}

#[derive(Serialize)]
struct FileBody<'a> {
    path: &'a str,
    /// `null` for a single file.
    migration: Option<&'a MigrationName>,
    dialect: Dialect,
    statements: usize,
}

impl<'a> FileBody<'a> {
    fn of(file: &'a LintedFile) -> Self {
        Self {
            path: file.path(),
            migration: file.migration(),
            dialect: file.dialect(),
            statements: file.statements(),
        }
    }
}

/// The keys of a finding, in the order of other documents, and where it ends.
#[derive(Serialize)]
struct FindingBody<'a> {
    path: Option<&'a str>,
    #[serde(flatten)]
    finding: Finding,
    end_line: Option<u32>,
    end_column: Option<u32>,
    #[serde(flatten)]
    suppression: Option<&'a Quiet>,
}

impl<'a> FindingBody<'a> {
    fn of(report: &'a LintReport, found: &'a LintFinding) -> Self {
        let mut finding = found.finding().clone();
        if report.file(found).is_some_and(|file| file.migration().is_none()) {
            // The path of a single file is the name of no migration.
            finding.migration = None;
        }
        Self {
            path: found.path(),
            finding,
            end_line: found.end().map(|end| end.line),
            end_column: found.end().map(|end| end.column),
            suppression: found.suppression(),
        }
    }
}
