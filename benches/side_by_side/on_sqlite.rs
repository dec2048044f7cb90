//! SQLite: files, connections, and how each runner is called.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel_migrations::MigrationHarness as _;
use migsafe_core::Dialect;
use migsafe_sqlite::{Options, SqliteStore, ensure_up_to_date};
use refinery::Runner as Refinery;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::Result;
use crate::fixture::{Fixture, SQLITE_HISTORY};
use crate::memory_source::MemorySource;
use crate::runner::Runner;

/// The runners that are compared.
pub(crate) const RUNNERS: [Runner; 5] =
    [Runner::Migsafe, Runner::Sqlx, Runner::Refinery, Runner::Diesel, Runner::RusqliteMigration];

pub(crate) async fn connect(file: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    Ok(options.disable_statement_logging().connect().await?)
}

pub(crate) async fn send(connection: &mut SqliteConnection, sql: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

fn path(file: &Path) -> Result<&str> {
    file.to_str().ok_or_else(|| "the temporary folder's name is not UTF-8".into())
}

/// A file that is up to date for everybody; only the histories are in it.
pub(crate) async fn up_to_date(file: &Path, fixture: &Fixture) -> Result<()> {
    let mut connection = connect(file).await?;
    send(&mut connection, SQLITE_HISTORY.to_owned()).await?;
    // The runners make their own tables.
    sqlx::migrate::Migrator::with_migrations(Vec::new()).run(&mut connection).await?;
    connection.close().await?;
    Refinery::new(&[]).run(&mut rusqlite::Connection::open(file)?)?;
    let empty = MemorySource::new(&Fixture::new(0));
    diesel::SqliteConnection::establish(path(file)?)?.run_pending_migrations(empty)?;
    let connection = rusqlite::Connection::open(file)?;
    let histories = [
        fixture.history(Dialect::Sqlite),
        fixture.sqlx_history(Dialect::Sqlite)?,
        fixture.refinery_history()?,
        fixture.diesel_history(),
        vec![format!("PRAGMA user_version = {}", fixture.count())],
    ];
    for message in histories.into_iter().flatten() {
        connection.execute_batch(&message)?;
    }
    Ok(())
}

/// A runner with a connection of its own and everything loaded: what is left is the run itself.
pub(crate) enum Ready<'f> {
    Limit(SqliteConnection),
    Each(SqliteConnection, &'f Fixture),
    OneTransaction(SqliteConnection, &'f Fixture),
    Migsafe(SqliteStore, migsafe_core::Migrations),
    Sqlx(SqliteConnection, sqlx::migrate::Migrator),
    Refinery(rusqlite::Connection, Refinery),
    Diesel(diesel::SqliteConnection, MemorySource),
    RusqliteMigration(rusqlite::Connection, rusqlite_migration::Migrations<'f>),
}

impl<'f> Ready<'f> {
    /// To check a file.
    pub(crate) async fn to_check(
        runner: Runner,
        file: &Path,
        fixture: &'f Fixture,
    ) -> Result<Self> {
        Ok(match runner {
            Runner::Limit => Self::Limit(connect(file).await?),
            other => Self::to_deploy(other, file, fixture).await?,
        })
    }

    /// To deploy to a file.
    pub(crate) async fn to_deploy(
        runner: Runner,
        file: &Path,
        fixture: &'f Fixture,
    ) -> Result<Self> {
        Ok(match runner {
            Runner::Limit => Self::Each(connect(file).await?, fixture),
            Runner::OneTransaction => Self::OneTransaction(connect(file).await?, fixture),
            Runner::Migsafe => Self::Migsafe(SqliteStore::from_path(file)?, fixture.prisma()?),
            Runner::Sqlx => Self::Sqlx(connect(file).await?, fixture.sqlx()?),
            Runner::Refinery => {
                let runner = Refinery::new(&fixture.refinery()?);
                Self::Refinery(rusqlite::Connection::open(file)?, runner)
            }
            Runner::Diesel => Self::Diesel(
                diesel::SqliteConnection::establish(path(file)?)?,
                MemorySource::new(fixture),
            ),
            Runner::RusqliteMigration => Self::RusqliteMigration(
                rusqlite::Connection::open(file)?,
                fixture.rusqlite_migration(),
            ),
            other @ Runner::PrismaOrder => {
                return Err(format!("{} is not for SQLite", other.name()).into());
            }
        })
    }

    pub(crate) async fn run(&mut self) -> Result<()> {
        match self {
            Self::Limit(connection) => {
                sqlx::raw_sql("SELECT * FROM _prisma_migrations").fetch_all(connection).await?;
            }
            Self::Each(connection, fixture) => each(connection, fixture).await?,
            Self::OneTransaction(connection, fixture) => {
                one_transaction(connection, fixture).await?;
            }
            Self::Migsafe(store, migrations) => {
                ensure_up_to_date(store, migrations, Options::default()).await?;
            }
            Self::Sqlx(connection, migrator) => migrator.run(connection).await?,
            Self::Refinery(connection, runner) => {
                runner.run(connection)?;
            }
            Self::Diesel(connection, source) => {
                connection.run_pending_migrations(*source)?;
            }
            Self::RusqliteMigration(connection, migrations) => migrations.to_latest(connection)?,
        }
        Ok(())
    }
}

/// The time of a deploy, without opening and loading.
pub(crate) async fn deploy(runner: Runner, file: &Path, fixture: &Fixture) -> Result<Duration> {
    let mut ready = Ready::to_deploy(runner, file, fixture).await?;
    let start = Instant::now();
    ready.run().await?;
    Ok(start.elapsed())
}

/// One commit for each.
async fn each(connection: &mut SqliteConnection, fixture: &Fixture) -> Result<()> {
    send(connection, SQLITE_HISTORY.to_owned()).await?;
    for (index, script) in fixture.scripts().iter().enumerate() {
        let row = fixture.finished_row(index, Dialect::Sqlite);
        send(connection, format!("BEGIN IMMEDIATE; {script} {row}; COMMIT")).await?;
    }
    Ok(())
}

async fn one_transaction(connection: &mut SqliteConnection, fixture: &Fixture) -> Result<()> {
    send(connection, format!("BEGIN IMMEDIATE; {SQLITE_HISTORY}")).await?;
    for (index, script) in fixture.scripts().iter().enumerate() {
        let row = fixture.finished_row(index, Dialect::Sqlite);
        send(connection, format!("{script} {row}")).await?;
    }
    send(connection, "COMMIT".to_owned()).await
}
