//! A form of a statement.

/// One form of a statement, and the schema it is measured on.
///
/// Roles go by the names in the schema: `t` is the table, `referenced` a table that it refers to, and so on
/// (see [`super::Measurement::locks`]).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Form {
    /// A stable name, words with hyphens.
    pub id: &'static str,
    /// The heading in the documentation.
    pub group: &'static str,
    /// Messages that make the schema, after the one all forms share.
    pub setup: Vec<&'static str>,
    /// Runs in the session before it is measured.
    pub session: Option<&'static str>,
    /// The statement.
    pub statement: &'static str,
    /// What is the case beyond what the statement says, for people.
    pub note: &'static str,
    /// The first major version that knows it.
    pub since: u32,
}

impl Form {
    pub(super) fn given(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    pub(super) fn since(mut self, major: u32) -> Self {
        self.since = major;
        self
    }

    pub(super) fn session(mut self, sql: &'static str) -> Self {
        self.session = Some(sql);
        self
    }
}
