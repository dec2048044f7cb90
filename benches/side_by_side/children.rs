//! What a child process does: one run of one runner.

use std::io::{Read as _, Write as _};
use std::path::Path;

use migsafe_core::Migrations;
use migsafe_postgres::{Options, PostgresStore, ensure_up_to_date};
use migsafe_sqlite::SqliteStore;
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use sqlx::migrate::Migrator;

use crate::args::Child;
use crate::fixture::{Fixture, Layout};
use crate::runner::Runner;
use crate::{Result, on_postgres, on_sqlite};

/// Runs, and says the peak memory in KiB on standard output.
pub(crate) fn run(child: Child) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        if child.waits {
            return one_of_many(&child).await;
        }
        let folder = child.folder.as_path();
        if child.database.starts_with("postgresql:") {
            postgres(child.runner, &child.database, folder).await?;
        } else {
            sqlite(child.runner, child.database.as_ref(), folder).await?;
        }
        println!("{}", peak()?);
        Ok(())
    })
}

/// A deploy that begins when standard input ends.
async fn one_of_many(child: &Child) -> Result<()> {
    let fixture = Fixture::new(child.count);
    let mut ready =
        on_sqlite::Ready::to_deploy(child.runner, child.database.as_ref(), &fixture).await?;
    std::io::stdout().write_all(b"r")?;
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    ready.run().await
}

async fn postgres(runner: Runner, url: &str, folder: &Path) -> Result<()> {
    match runner {
        Runner::Limit => {
            let mut connection = on_postgres::connect(url).await?;
            let files = read(folder)?;
            let sql = "SELECT * FROM _prisma_migrations";
            let rows = sqlx::raw_sql(sql).fetch_all(&mut connection).await?;
            let names = rows.iter().map(|row| row.try_get("migration_name"));
            compare(&files, &names.collect::<Result<Vec<&str>, _>>()?)
        }
        Runner::Migsafe => {
            let store = PostgresStore::connect(url).await?;
            let migrations = Migrations::from_directory(folder.join(Layout::Prisma.folder()))?;
            ensure_up_to_date(&store, &migrations, Options::default()).await?;
            Ok(())
        }
        Runner::Sqlx => {
            let mut connection = on_postgres::connect(url).await?;
            let migrator = Migrator::new(&*folder.join(Layout::Sqlx.folder())).await?;
            Ok(migrator.run(&mut connection).await?)
        }
        Runner::Refinery => {
            let mut client = on_postgres::connect_refinery(url).await?;
            let migrations = refinery::load_sql_migrations(folder.join(Layout::Refinery.folder()))?;
            refinery::Runner::new(&migrations).run_async(&mut client).await?;
            Ok(())
        }
        other => Err(format!("{} is not for PostgreSQL", other.name()).into()),
    }
}

async fn sqlite(runner: Runner, file: &Path, folder: &Path) -> Result<()> {
    match runner {
        Runner::Limit => {
            let mut connection = on_sqlite::connect(file).await?;
            let files = read(folder)?;
            let sql = "SELECT * FROM _prisma_migrations";
            let rows = sqlx::raw_sql(sql).fetch_all(&mut connection).await?;
            let names = rows.iter().map(|row| row.try_get("migration_name"));
            compare(&files, &names.collect::<Result<Vec<&str>, _>>()?)
        }
        Runner::Migsafe => {
            let store = SqliteStore::from_path(file)?;
            let migrations = Migrations::from_directory(folder.join(Layout::Prisma.folder()))?;
            ensure_up_to_date(&store, &migrations, Options::default()).await?;
            Ok(())
        }
        Runner::Sqlx => {
            let mut connection = on_sqlite::connect(file).await?;
            let migrator = Migrator::new(&*folder.join(Layout::Sqlx.folder())).await?;
            Ok(migrator.run(&mut connection).await?)
        }
        Runner::Refinery => {
            let mut connection = rusqlite::Connection::open(file)?;
            let migrations = refinery::load_sql_migrations(folder.join(Layout::Refinery.folder()))?;
            refinery::Runner::new(&migrations).run(&mut connection)?;
            Ok(())
        }
        other => Err(format!("{} has no files here", other.name()).into()),
    }
}

/// All scripts with their names and hashes, in memory at once as every runner has them.
fn read(folder: &Path) -> Result<Vec<(String, String, [u8; 32])>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder.join(Layout::Prisma.folder()))? {
        let entry = entry?;
        let script = std::fs::read_to_string(entry.path().join("migration.sql"))?;
        let hash = Sha256::digest(&script).into();
        files.push((entry.file_name().to_string_lossy().into_owned(), script, hash));
    }
    files.sort();
    Ok(files)
}

fn compare(files: &[(String, String, [u8; 32])], rows: &[&str]) -> Result<()> {
    let known = |name: &str| files.binary_search_by(|file| (*file.0).cmp(name)).is_ok();
    if rows.len() == files.len() && rows.iter().all(|name| known(name)) {
        return Ok(());
    }
    Err("the histories differ".into())
}

/// The most memory this process has ever had, in KiB (`VmHWM` of Linux).
pub(crate) fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let value = line.and_then(|line| line.split_whitespace().next());
    Ok(value.ok_or("the system does not say how much memory was used")?.parse()?)
}
