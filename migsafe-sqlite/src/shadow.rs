//! Throw-away databases of SQLite: in memory.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use migsafe_core::Dialect;
use migsafe_core::env::{Env, TokioEnv};
use migsafe_core::schema::{ServerVersion, Snapshot, SnapshotOptions};
use migsafe_core::sql::Script;
use migsafe_core::store::{Isolation, ShadowDatabase, ShadowError, ShadowProvider, StoreError};

use crate::connection::{self, Connection};
use crate::error::Fault;
use crate::watch::Watch;
use crate::{schema, script};

/// Throw-away databases for replaying migrations. Each is in memory, so that nothing can be left behind.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use migsafe_sqlite::core::shadow::{ReplayOptions, replay};
/// use migsafe_sqlite::{Migrations, SqliteShadow};
///
/// let migrations = Migrations::from_scripts([
///     ("20250101000000_init", "CREATE TABLE users (id INTEGER PRIMARY KEY);"),
/// ])?;
/// let replayed = replay(&SqliteShadow, migrations.as_slice(), &ReplayOptions::default()).await?;
/// assert_eq!(replayed.snapshot.objects().next().unwrap().key().to_string(), "table users");
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to say of it")]
pub struct SqliteShadow;

#[async_trait]
impl ShadowProvider for SqliteShadow {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn describe(&self) -> String {
        "a SQLite database in memory".to_owned()
    }

    fn env(&self) -> Arc<dyn Env> {
        Arc::new(TokioEnv)
    }

    async fn surroundings(&self) -> Result<String, StoreError> {
        let database = open().await.map_err(failed)?;
        Ok(format!("sqlite {}", database.server))
    }

    async fn open(&self) -> Result<Box<dyn ShadowDatabase>, StoreError> {
        Ok(Box::new(open().await.map_err(failed)?))
    }
}

async fn open() -> Result<SqliteShadowDatabase, Fault> {
    let mut connection = Connection::memory(Duration::ZERO).await?;
    let watch = connection.watch().await?;
    watch.let_commit(true);
    let row = connection.row("SELECT sqlite_version()").await?;
    let version = String::from_utf8_lossy(&connection::bytes(&row, 0)?).into_owned();
    let server = schema::server(version);
    Ok(SqliteShadowDatabase { connection, watch, server })
}

fn failed(fault: Fault) -> StoreError {
    fault.store_error("use a throw-away database")
}

#[derive(Debug)]
struct SqliteShadowDatabase {
    connection: Connection,
    watch: Arc<Watch>,
    server: ServerVersion,
}

#[async_trait]
impl ShadowDatabase for SqliteShadowDatabase {
    fn server(&self) -> &ServerVersion {
        &self.server
    }

    /// It is alone, but for the files that a script may name.
    fn isolation(&self) -> Isolation {
        Isolation::Shared
    }

    async fn run(&mut self, text: &str, statements: &Script) -> Result<(), ShadowError> {
        // A transaction that a script leaves open ends with its connection, and so do its settings.
        let _ = self.connection.run("ROLLBACK").await;
        self.watch.begins();
        self.watch.let_commit(true);
        self.connection.run("PRAGMA foreign_keys = ON").await.map_err(failed)?;
        let request = script::Request { script: text, statements, statement_timeout: None };
        script::run(&mut self.connection, &self.watch, request).await.map_err(|error| {
            let mut failure = error.fault.failure();
            failure.location = error.location;
            match error.fault.is_dead() {
                true => ShadowError::Store(failed(error.fault)),
                false => ShadowError::Script(failure),
            }
        })
    }

    async fn read_schema(&mut self, options: &SnapshotOptions) -> Result<Snapshot, StoreError> {
        let _ = self.connection.run("ROLLBACK").await;
        let stored = schema::stored(&mut self.connection).await.map_err(failed)?;
        Ok(stored.into_snapshot(options))
    }

    async fn close(self: Box<Self>) -> Result<(), StoreError> {
        self.connection.close().await;
        Ok(())
    }
}
