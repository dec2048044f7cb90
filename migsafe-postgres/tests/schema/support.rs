//! What these tests share.

use std::sync::atomic::{AtomicU32, Ordering};

use migsafe_postgres::PostgresStore;
use migsafe_postgres::core::schema::diff::Change;
use migsafe_postgres::core::schema::{
    ChangeScript, Diff, DiffOptions, Snapshot, SnapshotOptions, diff,
};
use migsafe_postgres::core::store::SchemaReader as _;
use migsafe_testing::{Client, Database, Postgres, WireError};

use crate::common::block_on;

/// Uses every kind of object.
pub(crate) const RICH: &str = include_str!("rich.sql");

pub(crate) fn read(url: &str) -> Snapshot {
    read_with(url, &SnapshotOptions::default())
}

pub(crate) fn read_with(url: &str, options: &SnapshotOptions) -> Snapshot {
    block_on(async {
        PostgresStore::connect(url).await.unwrap().read_schema(options).await.unwrap()
    })
}

pub(crate) fn compare(from: &Snapshot, to: &Snapshot) -> Diff {
    diff(from, to, &DiffOptions::default()).unwrap()
}

pub(crate) fn rich_on(server: &Postgres) -> Database {
    let database = server.create_database();
    database.query(RICH).unwrap();
    database
}

/// The lines of a comparison.
pub(crate) fn lines(found: &Diff) -> Vec<String> {
    found.changes().iter().map(ToString::to_string).collect()
}

pub(crate) fn assert_equal(from: &Snapshot, to: &Snapshot) {
    let found = compare(from, to);
    assert!(found.is_empty(), "{:#?}", lines(&found));
}

/// A copy of a database, made by the server, and dropped with all connections to it.
pub(crate) struct Copy<'a> {
    server: &'a Postgres,
    name: String,
}

impl<'a> Copy<'a> {
    pub(crate) fn of(server: &'a Postgres, original: &Database) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(1);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}_copy_{number}", original.name());
        let sql = format!("CREATE DATABASE {name} TEMPLATE {}", original.name());
        server.client("postgres").query(&sql).unwrap();
        Self { server, name }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url(&self.name)
    }

    pub(crate) fn client(&self) -> Client {
        self.server.client(&self.name)
    }

    pub(crate) fn query(&self, sql: &str) -> Result<(), WireError> {
        self.server.client(&self.name).query(sql).map(|_| ())
    }
}

impl Drop for Copy<'_> {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let _ = self.server.client("postgres").query(&sql);
    }
}

/// Carries out a script in one transaction; the statement that failed, if one did.
pub(crate) fn carry_out(client: &mut Client, script: &ChangeScript) -> Result<(), String> {
    let mut run = |sql: &str| match client.query(sql) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{error}: {sql}")),
    };
    run("BEGIN")?;
    for step in script.steps() {
        if let Err(error) = run(step.sql()) {
            run("ROLLBACK")?;
            return Err(error);
        }
    }
    run("COMMIT")
}

/// What a script that was carried out left to do beyond what it says.
pub(crate) fn left_over(got: &Snapshot, wanted: &Snapshot, script: &ChangeScript) -> Vec<String> {
    let found = compare(got, wanted);
    let is_manual = |change: &Change| {
        script.manual().iter().any(|manual| {
            manual.change().object() == change.object()
                && manual.change().attribute() == change.attribute()
        })
    };
    found.changes().iter().filter(|change| !is_manual(change)).map(ToString::to_string).collect()
}

/// A role that several tests give rights to.
pub(crate) fn create_reader(server: &Postgres) {
    let sql = "DO $$ BEGIN CREATE ROLE migsafe_reader; EXCEPTION WHEN duplicate_object OR unique_violation \
               THEN NULL; END $$";
    server.client("postgres").query(sql).unwrap();
}
