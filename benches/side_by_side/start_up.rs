//! A start-up as an application sees it: connect, load, check.

use std::path::Path;
use std::time::Duration;

use diesel::Connection as _;
use diesel::migration::MigrationSource;
use diesel::sqlite::Sqlite;
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use migsafe_core::Migrations;
use migsafe_core::engine::Options;
use migsafe_postgres::{PostgresStore, ensure_up_to_date};
use migsafe_sqlite::SqliteStore;
use refinery::Runner as Refinery;
use sha2::{Digest as _, Sha256};
use sqlx::Connection as _;
use sqlx::migrate::Migrator;

use crate::Result;
use crate::args::Args;
use crate::fixture::{Fixture, Layout};
use crate::measure::{Entry, rounds};
use crate::table::{Output, Table};
use crate::{on_postgres, on_sqlite};

const SELECT: &str = "SELECT * FROM _prisma_migrations";

pub(crate) async fn measure(args: &Args, output: &mut Output) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for &count in args.counts() {
        let fixture = Fixture::new(count);
        let folder = folder.path().join(count.to_string());
        for layout in [Layout::Prisma, Layout::Sqlx, Layout::Refinery, Layout::Diesel] {
            fixture.write(layout, &folder)?;
        }
    }
    files(args, output, folder.path()).await?;
    if args.postgres() {
        postgres(args, output, folder.path()).await?;
    }
    if args.sqlite() {
        sqlite(args, output, folder.path()).await?;
    }
    Ok(())
}

fn repeat(count: usize) -> usize {
    if count <= 100 { 7 } else { 3 }
}

fn layout(folder: &Path, count: usize, layout: Layout) -> std::path::PathBuf {
    folder.join(count.to_string()).join(layout.folder())
}

/// What reading and hashing the folder costs if nothing else is done.
fn read_and_hash(folder: &Path) -> Result<u8> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder)? {
        let script = std::fs::read(entry?.path().join("migration.sql"))?;
        sum ^= Sha256::digest(&script)[0];
    }
    Ok(sum)
}

async fn files(args: &Args, output: &mut Output, folder: &Path) -> Result<()> {
    let mut table = Table::new("Loading the folder: × against reading every file and SHA-256");
    for &count in args.counts() {
        let prisma = layout(folder, count, Layout::Prisma);
        let plain = prisma.clone();
        let (sqlx, refinery) =
            (layout(folder, count, Layout::Sqlx), layout(folder, count, Layout::Refinery));
        let diesel = layout(folder, count, Layout::Diesel);
        let compiled_in = Fixture::new(count).compiled_in();
        let entries = vec![
            Entry::new("limit: read and SHA-256", async move || read_and_hash(&plain).map(drop)),
            Entry::new("migsafe, compiled in", async move || {
                let migrations = Migrations::from_static(compiled_in);
                if migrations.len() == count { Ok(()) } else { Err("too few".into()) }
            }),
            Entry::new("migsafe, from a folder", async move || {
                Ok(Migrations::from_directory(&prisma).map(drop)?)
            }),
            Entry::new("sqlx", async move || Ok(Migrator::new(&*sqlx).await.map(drop)?)),
            Entry::new("refinery", async move || {
                Ok(refinery::load_sql_migrations(&refinery).map(drop)?)
            }),
            Entry::new("diesel_migrations", async move || {
                let source = FileBasedMigrations::from_path(&diesel)?;
                MigrationSource::<Sqlite>::migrations(&source).map(drop)
            }),
        ];
        let series = rounds(entries, args.pick(3, 9, 21), repeat(count)).await?;
        table.column(count.to_string(), &series);
    }
    output.add(table);
    Ok(())
}

async fn postgres(args: &Args, output: &mut Output, folder: &Path) -> Result<()> {
    let server = on_postgres::server();
    let mut table = Table::new("Start-up, PostgreSQL: × against connect and `SELECT *`");
    for &count in args.counts() {
        let fixture = Fixture::new(count);
        let compiled_in = fixture.compiled_in();
        let database = on_postgres::up_to_date(&server, &fixture).await?;
        let prisma = layout(folder, count, Layout::Prisma);
        let (sqlx, refinery) =
            (layout(folder, count, Layout::Sqlx), layout(folder, count, Layout::Refinery));
        let plain = prisma.clone();
        let url = || database.url();
        let entries = vec![
            Entry::new("limit: connect and `SELECT *`", {
                let url = url();
                async move || {
                    let mut connection = on_postgres::connect(&url).await?;
                    sqlx::raw_sql(SELECT).fetch_all(&mut connection).await?;
                    Ok(connection.close().await?)
                }
            }),
            Entry::new("limit and read the files, SHA-256", {
                let url = url();
                async move || {
                    let mut connection = on_postgres::connect(&url).await?;
                    read_and_hash(&plain)?;
                    sqlx::raw_sql(SELECT).fetch_all(&mut connection).await?;
                    Ok(connection.close().await?)
                }
            }),
            Entry::new("migsafe, compiled in", {
                let url = url();
                async move || {
                    let store = PostgresStore::connect(&url).await?;
                    let migrations = Migrations::from_static(compiled_in);
                    ensure_up_to_date(&store, &migrations, Options::default()).await?;
                    Ok(())
                }
            }),
            Entry::new("migsafe, from a folder", {
                let url = url();
                async move || {
                    let store = PostgresStore::connect(&url).await?;
                    let migrations = Migrations::from_directory(&prisma)?;
                    ensure_up_to_date(&store, &migrations, Options::default()).await?;
                    Ok(())
                }
            }),
            Entry::new("sqlx", {
                let url = url();
                async move || {
                    let mut connection = on_postgres::connect(&url).await?;
                    Migrator::new(&*sqlx).await?.run(&mut connection).await?;
                    Ok(connection.close().await?)
                }
            }),
            Entry::new("refinery", {
                let url = url();
                async move || {
                    let mut client = on_postgres::connect_refinery(&url).await?;
                    let migrations = refinery::load_sql_migrations(&refinery)?;
                    Refinery::new(&migrations).run_async(&mut client).await?;
                    Ok(())
                }
            }),
        ];
        let series = rounds(entries, args.pick(3, 9, 21), repeat(count)).await?;
        table.column(count.to_string(), &series);
        // The last connections are still on their way out; dropping the database ends them.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    output.add(table);
    Ok(())
}

async fn sqlite(args: &Args, output: &mut Output, folder: &Path) -> Result<()> {
    let mut table = Table::new("Start-up, SQLite: × against opening and `SELECT *` through sqlx");
    for &count in args.counts() {
        let fixture = Fixture::new(count);
        let compiled_in = fixture.compiled_in();
        let file = folder.join(format!("{count}.db"));
        on_sqlite::up_to_date(&file, &fixture).await?;
        let prisma = layout(folder, count, Layout::Prisma);
        let (sqlx, refinery) =
            (layout(folder, count, Layout::Sqlx), layout(folder, count, Layout::Refinery));
        let diesel = layout(folder, count, Layout::Diesel);
        let entries = vec![
            Entry::new("limit: open and `SELECT *`", {
                let file = file.clone();
                async move || {
                    let mut connection = on_sqlite::connect(&file).await?;
                    sqlx::raw_sql(SELECT).fetch_all(&mut connection).await?;
                    Ok(connection.close().await?)
                }
            }),
            Entry::new("migsafe, compiled in", {
                let file = file.clone();
                async move || {
                    let store = SqliteStore::from_path(&file)?;
                    let migrations = Migrations::from_static(compiled_in);
                    ensure_up_to_date(&store, &migrations, Options::default()).await?;
                    store.close().await;
                    Ok(())
                }
            }),
            Entry::new("migsafe, from a folder", {
                let file = file.clone();
                async move || {
                    let store = SqliteStore::from_path(&file)?;
                    let migrations = Migrations::from_directory(&prisma)?;
                    ensure_up_to_date(&store, &migrations, Options::default()).await?;
                    store.close().await;
                    Ok(())
                }
            }),
            Entry::new("sqlx", {
                let file = file.clone();
                async move || {
                    let mut connection = on_sqlite::connect(&file).await?;
                    Migrator::new(&*sqlx).await?.run(&mut connection).await?;
                    Ok(connection.close().await?)
                }
            }),
            Entry::new("refinery", {
                let file = file.clone();
                async move || {
                    let mut connection = rusqlite::Connection::open(&file)?;
                    let migrations = refinery::load_sql_migrations(&refinery)?;
                    Refinery::new(&migrations).run(&mut connection)?;
                    Ok(())
                }
            }),
            Entry::new("diesel_migrations", async move || {
                let name = file.to_str().ok_or("the folder's name is not UTF-8")?;
                let mut connection = diesel::SqliteConnection::establish(name)?;
                let source = FileBasedMigrations::from_path(&diesel)?;
                connection.run_pending_migrations(source)?;
                Ok(())
            }),
        ];
        let series = rounds(entries, args.pick(3, 9, 21), repeat(count)).await?;
        table.column(count.to_string(), &series);
    }
    output.add(table);
    Ok(())
}
