//! `Comparison`: two schemas, what differs, and the SQL that leads from each to the other.

use crate::schema::{ChangeScript, Diff, DiffError, DiffOptions, Snapshot, diff, script};

/// Two schemas compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    from: String,
    to: String,
    diff: Diff,
    forward: ChangeScript,
    backward: ChangeScript,
    notes: Vec<String>,
}

impl Comparison {
    /// Compares two sides, each a name for people and a schema.
    ///
    /// # Errors
    ///
    /// The schemas are of different kinds of databases.
    pub fn of(
        from: (&str, &Snapshot),
        to: (&str, &Snapshot),
        options: &DiffOptions,
    ) -> Result<Self, DiffError> {
        Self::with_rights(from, to, to.1, options)
    }

    /// The same with a second side that was also read with rights: what the SQL back drops and makes again keeps them.
    pub(crate) fn with_rights(
        from: (&str, &Snapshot),
        to: (&str, &Snapshot),
        to_with_rights: &Snapshot,
        options: &DiffOptions,
    ) -> Result<Self, DiffError> {
        let diff = diff(from.1, to.1, options)?;
        Ok(Self {
            from: from.0.to_owned(),
            to: to.0.to_owned(),
            forward: script(from.1, to.1, &diff),
            backward: script(to_with_rights, from.1, &diff.inverted()),
            diff,
            notes: Vec::new(),
        })
    }

    /// The same with what the comparison does not know: sentences for people.
    #[must_use]
    pub fn with_notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The name of the first side.
    #[must_use]
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The name of the second side.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    /// What differs.
    #[must_use]
    pub fn diff(&self) -> &Diff {
        &self.diff
    }

    /// The SQL that makes the first side like the second.
    #[must_use]
    pub fn forward(&self) -> &ChangeScript {
        &self.forward
    }

    /// The SQL that makes the second side like the first.
    #[must_use]
    pub fn backward(&self) -> &ChangeScript {
        &self.backward
    }

    /// What could not be compared, and what the comparison does not know: sentences for people.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.diff.limits().iter().chain(&self.notes).map(String::as_str)
    }
}
