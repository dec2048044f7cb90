//! PostgreSQL: servers, connections, and how each runner is called.

use std::time::{Duration, Instant};

use migsafe_core::Dialect;
use migsafe_postgres::{Options, PostgresStore, ensure_up_to_date};
use migsafe_testing::{Database, Postgres, PostgresOptions};
use refinery::Runner as Refinery;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::Result;
use crate::fixture::{Fixture, POSTGRES_HISTORY, row_id};
use crate::runner::Runner;

/// The runners that are compared. Diesel's driver needs libpq, which must not be needed to build this.
pub(crate) const RUNNERS: [Runner; 3] = [Runner::Migsafe, Runner::Sqlx, Runner::Refinery];

/// A server that waits for the disk, with the settings a server has after its installation.
pub(crate) fn server() -> Postgres {
    Postgres::start(PostgresOptions::default().fsync(true))
}

pub(crate) async fn connect(url: &str) -> Result<PgConnection> {
    let options: PgConnectOptions = url.parse()?;
    Ok(options.disable_statement_logging().connect().await?)
}

pub(crate) async fn connect_refinery(url: &str) -> Result<tokio_postgres::Client> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

pub(crate) async fn send(connection: &mut PgConnection, sql: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// A database that is up to date for everybody. Only the histories are written; what the scripts
/// would have made is not looked at by a check.
pub(crate) async fn up_to_date(server: &Postgres, fixture: &Fixture) -> Result<Database> {
    let database = server.create_database();
    let url = database.url();
    let mut connection = connect(&url).await?;
    send(&mut connection, POSTGRES_HISTORY.to_owned()).await?;
    // The runners make their own tables.
    sqlx::migrate::Migrator::with_migrations(Vec::new()).run(&mut connection).await?;
    let mut client = connect_refinery(&url).await?;
    Refinery::new(&[]).run_async(&mut client).await?;
    let histories = [
        fixture.history(Dialect::Postgres),
        fixture.sqlx_history(Dialect::Postgres)?,
        fixture.refinery_history()?,
    ];
    for message in histories.into_iter().flatten() {
        send(&mut connection, message).await?;
    }
    send(&mut connection, "VACUUM ANALYZE".to_owned()).await?;
    connection.close().await?;
    Ok(database)
}

/// A runner with a connection of its own and everything loaded: what is left is the run itself.
pub(crate) enum Ready<'f> {
    Limit(PgConnection),
    PrismaOrder(PgConnection, &'f Fixture),
    EachInOneMessage(PgConnection, &'f Fixture),
    Migsafe(PostgresStore, migsafe_core::Migrations),
    Sqlx(PgConnection, sqlx::migrate::Migrator),
    Refinery(tokio_postgres::Client, Refinery),
}

impl<'f> Ready<'f> {
    /// To check a database.
    pub(crate) async fn to_check(runner: Runner, url: &str, fixture: &'f Fixture) -> Result<Self> {
        Ok(match runner {
            Runner::Limit => Self::Limit(connect(url).await?),
            other => Self::to_deploy(other, url, fixture).await?,
        })
    }

    /// To deploy to a database.
    pub(crate) async fn to_deploy(runner: Runner, url: &str, fixture: &'f Fixture) -> Result<Self> {
        Ok(match runner {
            Runner::Limit => Self::EachInOneMessage(connect(url).await?, fixture),
            Runner::PrismaOrder => Self::PrismaOrder(connect(url).await?, fixture),
            Runner::Migsafe => Self::Migsafe(PostgresStore::connect(url).await?, fixture.prisma()?),
            Runner::Sqlx => Self::Sqlx(connect(url).await?, fixture.sqlx()?),
            Runner::Refinery => {
                Self::Refinery(connect_refinery(url).await?, Refinery::new(&fixture.refinery()?))
            }
            other => return Err(format!("{} is not for PostgreSQL", other.name()).into()),
        })
    }

    pub(crate) async fn run(&mut self) -> Result<()> {
        match self {
            Self::Limit(connection) => {
                sqlx::raw_sql("SELECT * FROM _prisma_migrations").fetch_all(connection).await?;
            }
            Self::EachInOneMessage(connection, fixture) => {
                each_in_one_message(connection, fixture).await?;
            }
            Self::PrismaOrder(connection, fixture) => prisma_order(connection, fixture).await?,
            Self::Migsafe(store, migrations) => {
                ensure_up_to_date(store, migrations, Options::default()).await?;
            }
            // `run` does nothing else, and its future cannot be spawned.
            Self::Sqlx(connection, migrator) => {
                migrator.run_direct(None, connection, false).await?
            }
            Self::Refinery(client, runner) => {
                runner.run_async(client).await?;
            }
        }
        Ok(())
    }
}

/// The time of a deploy, without connecting and loading.
pub(crate) async fn deploy(runner: Runner, url: &str, fixture: &Fixture) -> Result<Duration> {
    let mut ready = Ready::to_deploy(runner, url, fixture).await?;
    let start = Instant::now();
    ready.run().await?;
    Ok(start.elapsed())
}

/// Atomic, one commit and one message for each: less is not possible with one commit each.
async fn each_in_one_message(connection: &mut PgConnection, fixture: &Fixture) -> Result<()> {
    send(connection, POSTGRES_HISTORY.to_owned()).await?;
    for (index, script) in fixture.scripts().iter().enumerate() {
        let row = fixture.finished_row(index, Dialect::Postgres);
        send(connection, format!("BEGIN; {script} {row}; COMMIT")).await?;
    }
    Ok(())
}

async fn prisma_order(connection: &mut PgConnection, fixture: &Fixture) -> Result<()> {
    send(connection, POSTGRES_HISTORY.to_owned()).await?;
    for (index, script) in fixture.scripts().iter().enumerate() {
        let id = row_id(index);
        let update = |set| format!("UPDATE _prisma_migrations SET {set} WHERE id = '{id}'");
        send(connection, fixture.started_row(index)).await?;
        send(connection, script.clone()).await?;
        send(connection, update("applied_steps_count = applied_steps_count + 1")).await?;
        send(connection, update("finished_at = now()")).await?;
    }
    Ok(())
}
