//! What is linted, and how strictly.

use std::collections::BTreeSet;

use crate::Dialect;
use crate::data::DataReport;
use crate::migrations::MigrationName;
use crate::policy::Policy;

/// Whose findings are reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LintScope {
    /// Those of every migration, each as if it were deployed for itself.
    #[default]
    All,
    /// Those of these, which are going to be deployed together; the others are there already.
    Only(BTreeSet<MigrationName>),
}

impl LintScope {
    /// Whether findings on the migration of this name are reported.
    #[must_use]
    pub fn includes(&self, name: &MigrationName) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(name),
        }
    }
}

/// How migrations are linted.
#[derive(Clone, Debug)]
pub struct LintOptions {
    dialect: Dialect,
    policy: Policy,
    scope: LintScope,
    server: Option<String>,
    new: BTreeSet<MigrationName>,
    data: Option<DataReport>,
}

impl LintOptions {
    /// For the SQL of a database, with the policy of production, all of the migrations.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            policy: Policy::default(),
            scope: LintScope::All,
            server: None,
            new: BTreeSet::new(),
            data: None,
        }
    }

    /// The severities, the rules of your own, and the severity that refuses.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Whose findings are reported.
    #[must_use]
    pub fn with_scope(mut self, scope: LintScope) -> Self {
        self.scope = scope;
        self
    }

    /// The version of the server that it is written for, as the server says it: `15`, `17.2`, `SQLite 3.45`.
    /// Without one the oldest is assumed that migsafe works on.
    #[must_use]
    pub fn with_server(mut self, server: Option<String>) -> Self {
        self.server = server;
        self
    }

    /// The migrations of the scope that no database has yet, as far as is known. Of these it is said if they come
    /// before one that is there already: a deploy would refuse them (rule `out-of-order`).
    #[must_use]
    pub fn with_new(mut self, names: BTreeSet<MigrationName>) -> Self {
        self.new = names;
        self
    }

    /// What the database says of the rows that the scope is about; see [`inspect_data`](crate::engine::inspect_data).
    #[must_use]
    pub fn with_data(mut self, data: Option<DataReport>) -> Self {
        self.data = data;
        self
    }

    /// What the SQL is read as.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// See [`LintOptions::with_policy`].
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// See [`LintOptions::with_scope`].
    #[must_use]
    pub fn scope(&self) -> &LintScope {
        &self.scope
    }

    /// See [`LintOptions::with_server`].
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }

    /// See [`LintOptions::with_new`].
    #[must_use]
    pub fn new_names(&self) -> &BTreeSet<MigrationName> {
        &self.new
    }

    /// See [`LintOptions::with_data`].
    #[must_use]
    pub fn data(&self) -> Option<&DataReport> {
        self.data.as_ref()
    }
}
