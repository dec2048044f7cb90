//! Everything a rule may look at.

use std::collections::BTreeMap;

use crate::Dialect;
use crate::diagnosis::{Diagnosis, Entry};
use crate::migrations::{Migration, MigrationName, Migrations};
use crate::sql::Script;
use crate::store::DatabaseFacts;

/// The facts of one judgement. Rules read them and nothing else, so a judgement can be repeated anywhere.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    migrations: &'a Migrations,
    diagnosis: &'a Diagnosis,
    database: &'a DatabaseFacts,
    scripts: &'a BTreeMap<MigrationName, Script>,
    dialect: Dialect,
}

impl<'a> Facts<'a> {
    /// Puts the facts together. `scripts` holds the analysed scripts of the migrations that are about
    /// to be applied; an empty map leaves the rules on SQL without anything to say.
    #[must_use]
    pub fn new(
        dialect: Dialect,
        migrations: &'a Migrations,
        diagnosis: &'a Diagnosis,
        database: &'a DatabaseFacts,
        scripts: &'a BTreeMap<MigrationName, Script>,
    ) -> Self {
        Self { migrations, diagnosis, database, scripts, dialect }
    }

    /// The folder.
    #[must_use]
    pub fn migrations(&self) -> &'a Migrations {
        self.migrations
    }

    /// Files and rows, classified.
    #[must_use]
    pub fn diagnosis(&self) -> &'a Diagnosis {
        self.diagnosis
    }

    /// What is known about the database beside the history.
    #[must_use]
    pub fn database(&self) -> &'a DatabaseFacts {
        self.database
    }

    /// The analysed scripts of the migrations that are about to be applied, in order.
    pub fn scripts(&self) -> impl Iterator<Item = (&'a MigrationName, &'a Script)> {
        self.scripts.iter()
    }

    /// The dialect of the database.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The file of an entry.
    #[must_use]
    pub fn file(&self, entry: &Entry) -> Option<&'a Migration> {
        self.migrations.find(entry.name().as_str())
    }

    /// Whether the migration of this name would be applied by a deploy.
    #[must_use]
    pub fn is_pending(&self, name: &MigrationName) -> bool {
        self.diagnosis.entry(name.as_str()).is_none_or(|entry| entry.state().is_pending())
    }
}
