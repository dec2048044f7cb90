//! What is to be read.

use serde::{Deserialize, Serialize};

/// Which schemas of a database a snapshot covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scope {
    /// All but those of the server itself, and what belongs to the whole database: extensions, event
    /// triggers, publications, casts, foreign servers.
    #[default]
    All,
    /// These schemas, sorted, and the extensions in them; nothing of the whole database.
    Schemas(Vec<String>),
}

impl Scope {
    /// These schemas, in any order.
    #[must_use]
    pub fn schemas<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Self {
        let mut names: Vec<String> = names.into_iter().map(Into::into).collect();
        names.sort();
        names.dedup();
        Self::Schemas(names)
    }

    /// Whether a schema is covered.
    #[must_use]
    pub fn covers(&self, schema: &str) -> bool {
        match self {
            Self::All => true,
            Self::Schemas(names) => names.iter().any(|name| name == schema),
        }
    }
}

/// What a snapshot is to contain.
///
/// ```
/// use migsafe_core::schema::{Scope, SnapshotOptions};
/// let options = SnapshotOptions::default().with_scope(Scope::schemas(["app"])).with_privileges(true);
/// assert!(options.scope().covers("app") && !options.scope().covers("public"));
/// assert!(!options.bookkeeping());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotOptions {
    scope: Scope,
    privileges: bool,
    bookkeeping: bool,
}

impl SnapshotOptions {
    /// The same for these schemas. Without meaning on SQLite.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// The same with owners and grants, or without (the default): on a throw-away database they differ.
    #[must_use]
    pub fn with_privileges(mut self, privileges: bool) -> Self {
        self.privileges = privileges;
        self
    }

    /// The same with the history table and what else migsafe keeps for itself, or without (the default).
    #[must_use]
    pub fn with_bookkeeping(mut self, bookkeeping: bool) -> Self {
        self.bookkeeping = bookkeeping;
        self
    }

    /// The schemas.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether owners and grants are read.
    #[must_use]
    pub fn privileges(&self) -> bool {
        self.privileges
    }

    /// Whether the history table is read.
    #[must_use]
    pub fn bookkeeping(&self) -> bool {
        self.bookkeeping
    }
}
