//! From scripts to checks: what each action does to rows, and what the actions before it have to do with that.

mod added;
mod ask;
mod columns;
mod derive;
mod drops;
mod keys;
mod leaves;
mod rebuild;
mod state;
mod table;

use super::DataCheck;
use crate::Dialect;
use crate::migrations::MigrationName;
use crate::sql::{Action, Script, Statement};

/// A script that is about to run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PlannedScript<'a> {
    /// The migration.
    pub migration: &'a MigrationName,
    /// Its script, taken apart.
    pub script: &'a Script,
    /// Its text.
    pub text: &'a str,
    /// The statement that runs first, from 1: greater for one that goes on where it was interrupted.
    pub first: usize,
}

impl<'a> PlannedScript<'a> {
    /// A script that runs from its first statement.
    #[must_use]
    pub fn new(migration: &'a MigrationName, script: &'a Script, text: &'a str) -> Self {
        Self { migration, script, text, first: 1 }
    }

    /// The same for one that goes on at a statement.
    #[must_use]
    pub fn from_statement(mut self, first: usize) -> Self {
        self.first = first;
        self
    }
}

/// Everything to find out before these scripts run, in their order. Empty if they only create and add.
#[must_use]
pub fn checks(dialect: Dialect, scripts: &[PlannedScript<'_>]) -> Vec<DataCheck> {
    let steps: Vec<Step<'_>> = scripts.iter().flat_map(Step::all).collect();
    derive::derive(dialect, &steps)
}

/// One action of the plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'a> {
    migration: &'a MigrationName,
    script: &'a Script,
    text: &'a str,
    /// From 0.
    index: usize,
    statement: &'a Statement,
    action: &'a Action,
}

impl<'a> Step<'a> {
    fn all(planned: &PlannedScript<'a>) -> impl Iterator<Item = Step<'a>> + use<'a> {
        let PlannedScript { migration, script, text, first } = *planned;
        let statements = script.statements().iter().enumerate().skip(first.saturating_sub(1));
        statements.flat_map(move |(index, statement)| {
            statement.actions().iter().map(move |action| Step {
                migration,
                script,
                text,
                index,
                statement,
                action,
            })
        })
    }

    /// Where it is, for messages about later statements.
    fn place(&self) -> String {
        format!("statement {} of {}", self.index + 1, self.migration)
    }

    /// Whether a part of the script has these words, whatever their case and the white space.
    fn says(&self, range: &std::ops::Range<usize>, words: &str) -> bool {
        let text = self.text.get(range.clone()).unwrap_or_default().to_ascii_lowercase();
        text.split_whitespace().collect::<Vec<_>>().join(" ").contains(words)
    }

    /// Whether the statement's text has this word, as a name or otherwise.
    fn mentions(&self, name: &str) -> bool {
        let text = self.text.get(self.statement.range()).unwrap_or_default().to_ascii_lowercase();
        let name = name.to_ascii_lowercase();
        text.match_indices(&name).any(|(at, _)| {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let after = text.get(at + name.len()..).and_then(|t| t.chars().next());
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
    }
}
