//! A finding with its place in a file.

use crate::policy::Finding;
use crate::sql::Position;

/// A finding of a lint, with the file that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintFinding {
    pub(super) finding: Finding,
    pub(super) path: Option<String>,
    pub(super) file: Option<usize>,
    pub(super) end: Option<Position>,
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
}
