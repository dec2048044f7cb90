//! A finding with its place in a file.

use std::cmp::Reverse;

use serde::Serialize;

use crate::policy::Finding;
use crate::sql::Position;

/// A finding of a lint, with the file that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintFinding {
    pub(super) finding: Finding,
    pub(super) path: Option<String>,
    pub(super) file: Option<usize>,
    pub(super) end: Option<Position>,
    pub(super) suppression: Option<Quiet>,
}

/// Why a finding is kept quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Quiet {
    /// In the words of the comment.
    pub reason: String,
    /// The line of the comment.
    pub comment_line: u32,
}

impl LintFinding {
    /// What the rule found.
    #[must_use]
    pub fn finding(&self) -> &Finding {
        &self.finding
    }

    /// The file, or the folder, that it is about.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Where it begins in the file.
    #[must_use]
    pub fn start(&self) -> Option<Position> {
        let location = self.finding.location;
        Some(Position { line: location.line?, column: location.column? })
    }

    /// Where it ends: the place after its last character.
    #[must_use]
    pub fn end(&self) -> Option<Position> {
        self.end
    }

    /// The comment that keeps it quiet.
    #[must_use]
    pub fn suppression(&self) -> Option<&Quiet> {
        self.suppression.as_ref()
    }

    /// What is about no file first, then by file and place, at one place the gravest first.
    pub(in crate::report) fn order(&self) -> impl Ord + use<> {
        let finding = &self.finding;
        let place = (self.file, self.path.clone(), finding.location.line, finding.location.column);
        (place, Reverse(finding.severity), finding.rule.clone())
    }
}
