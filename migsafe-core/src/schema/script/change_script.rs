//! `ChangeScript`: statements in order, and what is left to a person.

use std::borrow::Cow;

use crate::Dialect;
use crate::schema::ObjectKey;
use crate::schema::diff::Change;
use crate::text::one_line;

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptStep {
    pub(super) sql: String,
    pub(super) object: ObjectKey,
    pub(super) loss: Option<Cow<'static, str>>,
}

impl ScriptStep {
    /// A statement about an object, without a semicolon at its end.
    #[must_use]
    pub fn new(object: ObjectKey, sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), object, loss: None }
    }

    /// The same with what it may lose, a fragment.
    #[must_use]
    pub fn losing(mut self, loss: impl Into<Cow<'static, str>>) -> Self {
        self.loss = Some(loss.into());
        self
    }

    /// The statement, without a semicolon at its end.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The object that it is about.
    #[must_use]
    pub fn object(&self) -> &ObjectKey {
        &self.object
    }

    /// What data it may lose, a fragment; `None` when it loses none.
    #[must_use]
    pub fn loss(&self) -> Option<&str> {
        self.loss.as_deref()
    }
}

/// A change for which no correct SQL can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualChange {
    change: Change,
    what_to_do: Cow<'static, str>,
}

impl ManualChange {
    /// A change, and what has to be done in the place of it: a fragment.
    #[must_use]
    pub fn new(change: Change, what_to_do: impl Into<Cow<'static, str>>) -> Self {
        Self { change, what_to_do: what_to_do.into() }
    }

    /// The change.
    #[must_use]
    pub fn change(&self) -> &Change {
        &self.change
    }

    /// What has to be done, a fragment.
    #[must_use]
    pub fn what_to_do(&self) -> &str {
        &self.what_to_do
    }
}

/// Statements that lead from one schema to another, and what they leave to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeScript {
    pub(super) dialect: Dialect,
    pub(super) steps: Vec<ScriptStep>,
    pub(super) manual: Vec<ManualChange>,
    pub(super) left_out: Vec<ScriptStep>,
}

impl ChangeScript {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, steps: Vec::new(), manual: Vec::new(), left_out: Vec::new() }
    }

    pub(super) fn push(&mut self, step: ScriptStep) {
        self.steps.push(step);
    }

    pub(super) fn leave(&mut self, change: &Change, what_to_do: impl Into<Cow<'static, str>>) {
        self.manual.push(ManualChange::new(change.clone(), what_to_do));
    }

    /// The same, saying which of these statements it does not have.
    pub(crate) fn leaving_out(mut self, steps: &[ScriptStep]) -> Self {
        let is_missing = |step: &&ScriptStep| !self.steps.iter().any(|own| own.sql() == step.sql());
        self.left_out = steps.iter().filter(is_missing).cloned().collect();
        self
    }

    /// The SQL that it is written in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The statements in order.
    #[must_use]
    pub fn steps(&self) -> &[ScriptStep] {
        &self.steps
    }

    /// The changes that it does not carry out.
    #[must_use]
    pub fn manual(&self) -> &[ManualChange] {
        &self.manual
    }

    /// Owners and grants of what is made again in the database that the script was written for. A script for all
    /// databases cannot give them: roles belong to a server.
    #[must_use]
    pub fn left_out(&self) -> &[ScriptStep] {
        &self.left_out
    }

    /// Whether there is nothing to do, not even by hand.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.manual.is_empty()
    }

    /// Whether every change is carried out.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.manual.is_empty()
    }

    /// How many statements may lose data.
    #[must_use]
    pub fn destructive(&self) -> usize {
        self.steps.iter().filter(|step| step.loss.is_some()).count()
    }

    /// The text of a migration: every statement with a semicolon, what it may lose in a comment before it, and
    /// what has to be done by hand, or given again, in comments at the end. Empty when there is nothing to do.
    #[must_use]
    pub fn to_sql(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            if let Some(loss) = &step.loss {
                text.push_str(&comment("DESTRUCTIVE: ", loss));
            }
            text.push_str(&step.sql);
            text.push_str(";\n");
        }
        for manual in &self.manual {
            text.push_str(&comment("MANUAL: ", &manual.change.to_string()));
            text.push_str(&comment("  to do: ", &manual.what_to_do));
        }
        if !self.left_out.is_empty() {
            text.push_str(&comment(
                "RIGHTS: ",
                "what is made again has no grants, and belongs to the role that runs this; one database had these, \
                 to be given again where its roles are there:",
            ));
        }
        for step in &self.left_out {
            text.push_str(&comment("  ", &step.sql));
        }
        text
    }
}

/// A comment of one line: no text can end it.
fn comment(head: &str, text: &str) -> String {
    const LIMIT: usize = 400;
    format!("-- {head}{}\n", one_line(text, LIMIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{DiffOptions, Kind, Object, ServerVersion, Snapshot, diff};

    #[test]
    fn a_comment_cannot_be_left() {
        let key = ObjectKey::new(Kind::Table, Some("a"), "t\n; DROP TABLE u; --");
        let empty = Snapshot::new(Dialect::Postgres, ServerVersion::new(15, ""));
        let full = empty.clone().with(Object::new(key.clone()));
        let found = diff(&empty, &full, &DiffOptions::default()).unwrap();
        let mut script = ChangeScript::new(Dialect::Postgres);
        script.push(ScriptStep::new(key, "DROP TABLE t").losing("rows\nDROP TABLE v"));
        script.leave(&found.changes()[0], "make\nit");
        let text = script.to_sql();
        assert!(
            text.lines().all(|line| line.starts_with("-- ") || line == "DROP TABLE t;"),
            "{text}"
        );
        assert!(!script.is_complete() && !script.is_empty());
        assert_eq!(script.destructive(), 1);
    }
}
