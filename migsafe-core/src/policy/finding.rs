//! What a rule found.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Severity, Suggestion};
use crate::lint::Site;
use crate::migrations::MigrationName;
use crate::sql::{Action, Position, Statement};
use crate::text::printable;

/// A place in a migration's script; everything counted from 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[non_exhaustive]
pub struct Location {
    /// Which statement of the script.
    pub statement: Option<usize>,
    /// Line of the script.
    pub line: Option<u32>,
    /// Column of the line, in characters.
    pub column: Option<u32>,
    /// The bytes of the script that it is about, for quoting them. Not part of reports for machines.
    #[serde(skip)]
    pub span: Option<Span>,
}

/// Bytes of a script: from the first to before the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a range that can be copied and ordered")]
pub struct Span {
    /// The first byte, from 0.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

impl Location {
    /// A position in the text, the statement not known.
    #[must_use]
    pub fn at(position: Position) -> Self {
        Self {
            statement: None,
            line: Some(position.line),
            column: Some(position.column),
            span: None,
        }
    }

    /// The beginning of a statement; `index` counts from 0.
    #[must_use]
    pub fn of_statement(index: usize, statement: &Statement) -> Self {
        Self {
            statement: Some(index + 1),
            span: Some(statement.range().into()),
            ..Self::at(statement.start())
        }
    }

    /// An action of a statement; `index` of the statement counts from 0.
    #[must_use]
    pub fn of_action(index: usize, action: &Action) -> Self {
        Self {
            statement: Some(index + 1),
            span: Some(action.range.clone().into()),
            ..Self::at(action.start)
        }
    }
}

/// What a rule found, weighed by a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's id.
    pub rule: Cow<'static, str>,
    /// How grave the policy takes it.
    pub severity: Severity,
    /// The migration it is about; `None` for the database or the folder as a whole.
    pub migration: Option<MigrationName>,
    /// What was found, a lower-case fragment.
    pub message: String,
    /// What to do next.
    pub help: String,
    /// Where in the script, for findings about SQL or text.
    #[serde(flatten)]
    pub location: Location,
    /// The SQL to write instead, where there is one that is safe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<Suggestion>,
}

/// Collects the findings of one rule while it runs.
#[derive(Debug)]
pub struct Findings<'a> {
    rule: Cow<'static, str>,
    severity: Severity,
    collected: &'a mut Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(
        rule: Cow<'static, str>,
        severity: Severity,
        collected: &'a mut Vec<Finding>,
    ) -> Self {
        Self { rule, severity, collected }
    }

    /// Reports something about the database or the folder as a whole.
    pub fn report(&mut self, message: impl Into<String>, help: impl Into<String>) {
        self.push(None, Location::default(), message.into(), help.into(), None);
    }

    /// Reports something about one migration.
    pub fn report_on(
        &mut self,
        migration: &MigrationName,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report_at(migration, Location::default(), message, help);
    }

    /// Reports something at a place of a migration's script.
    pub fn report_at(
        &mut self,
        migration: &MigrationName,
        location: Location,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Some(migration.clone()), location, message.into(), help.into(), None);
    }

    /// Reports an action of a script.
    pub fn report_site(
        &mut self,
        site: &Site<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report_at(site.migration, site.location(), message, help);
    }

    /// Reports an action of a script, with the SQL to write instead, if there is any.
    pub fn report_site_with(
        &mut self,
        site: &Site<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
        suggestion: impl Into<Option<Suggestion>>,
    ) {
        let migration = Some(site.migration.clone());
        self.push(migration, site.location(), message.into(), help.into(), suggestion.into());
    }

    /// From here on, findings of this rule weigh at most this much: for facts that matter less in a
    /// certain state (a flaw in the text of a migration that was applied long ago).
    pub fn weigh_at_most(&mut self, severity: Severity) -> Findings<'_> {
        Findings {
            rule: self.rule.clone(),
            severity: self.severity.min(severity),
            collected: self.collected,
        }
    }

    fn push(
        &mut self,
        migration: Option<MigrationName>,
        location: Location,
        message: String,
        help: String,
        suggestion: Option<Suggestion>,
    ) {
        if self.severity > Severity::Off {
            self.collected.push(Finding {
                rule: self.rule.clone(),
                severity: self.severity,
                migration,
                // Rules of others put into these what folders and databases are named.
                message: printable(&message),
                help: printable(&help),
                location,
                suggestion,
            });
        }
    }
}
