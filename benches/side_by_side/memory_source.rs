//! diesel's migrations in memory, as its `embed_migrations!` would give them.

use std::fmt;

use diesel::connection::BoxableConnection;
use diesel::migration::{
    Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion, Result,
};
use diesel::sqlite::Sqlite;

use crate::fixture::Fixture;

/// A list of scripts, `'static` as it is in a program that has them compiled in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemorySource(&'static [Script]);

#[derive(Debug)]
struct Script {
    version: String,
    sql: String,
}

impl MemorySource {
    pub(crate) fn new(fixture: &Fixture) -> Self {
        let script = |(index, sql): (usize, &String)| Script {
            version: format!("{:05}", index + 1),
            sql: sql.clone(),
        };
        let scripts: Vec<Script> = fixture.scripts().iter().enumerate().map(script).collect();
        Self(scripts.leak())
    }
}

impl MigrationSource<Sqlite> for MemorySource {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<Sqlite>>>> {
        Ok(self.0.iter().map(|script| Box::new(script) as Box<_>).collect())
    }
}

impl Migration<Sqlite> for &'static Script {
    fn run(&self, connection: &mut dyn BoxableConnection<Sqlite>) -> Result<()> {
        Ok(connection.batch_execute(&self.sql)?)
    }

    fn revert(&self, _: &mut dyn BoxableConnection<Sqlite>) -> Result<()> {
        Err("never reverted".into())
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        *self
    }

    fn name(&self) -> &dyn MigrationName {
        *self
    }
}

impl MigrationMetadata for Script {}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_t", self.version)
    }
}

impl MigrationName for Script {
    fn version(&self) -> MigrationVersion<'_> {
        MigrationVersion::from(&*self.version)
    }
}
