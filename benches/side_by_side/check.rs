//! The check of a database that is up to date: connection open, scripts in memory.

use std::collections::BTreeMap;

use migsafe_core::migrations::Checksum;
use sqlx::Row as _;

use crate::Result;
use crate::args::Args;
use crate::fixture::Fixture;
use crate::measure::{Entry, rounds};
use crate::runner::Runner;
use crate::table::{Output, Table};
use crate::{on_postgres, on_sqlite};

/// Connections and lists live as long as the process; a run makes a few dozen of them.
fn forever<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

/// How often a check is repeated in one round.
fn repeat(count: usize) -> usize {
    match count {
        0..=100 => 25,
        101..=1_000 => 9,
        _ => 3,
    }
}

pub(crate) async fn measure(args: &Args, output: &mut Output) -> Result<()> {
    if args.postgres() {
        postgres(args, output).await?;
    }
    if args.sqlite() {
        sqlite(args, output).await?;
    }
    Ok(())
}

async fn postgres(args: &Args, output: &mut Output) -> Result<()> {
    let server = on_postgres::server();
    let mut table = Table::new("Check, PostgreSQL: × against `SELECT *` on an open connection");
    for &count in args.counts() {
        let fixture: &'static Fixture = forever(Fixture::new(count));
        let database = on_postgres::up_to_date(&server, fixture).await?;
        let url = database.url();
        let mut entries = Vec::new();
        let mut limit = on_postgres::Ready::to_check(Runner::Limit, &url, fixture).await?;
        entries.push(Entry::new("limit: `SELECT *`", async move || limit.run().await));
        let mut one = on_postgres::connect(&url).await?;
        entries.push(Entry::new("`SELECT 1`", async move || {
            sqlx::raw_sql("SELECT 1").fetch_all(&mut one).await?;
            Ok(())
        }));
        let mut compared = on_postgres::connect(&url).await?;
        let known = known(fixture);
        entries.push(Entry::new("`SELECT` and compare by hand", async move || {
            let sql = "SELECT migration_name, checksum, finished_at::text, rolled_back_at::text FROM _prisma_migrations";
            let rows = sqlx::raw_sql(sql).fetch_all(&mut compared).await?;
            let mut matched = 0;
            for row in &rows {
                let (name, checksum): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
                let finished: Option<&str> = row.try_get(2)?;
                matched += usize::from(finished.is_some() && known.get(name).is_some_and(|c| c == checksum));
            }
            if matched == count { Ok(()) } else { Err("the histories differ".into()) }
        }));
        for runner in on_postgres::RUNNERS.into_iter().filter(|runner| args.includes(*runner)) {
            let mut ready = on_postgres::Ready::to_check(runner, &url, fixture).await?;
            entries.push(Entry::new(runner.name(), async move || ready.run().await));
        }
        let series = rounds(entries, args.pick(5, 15, 31), repeat(count)).await?;
        table.column(count.to_string(), &series);
    }
    output.add(table);
    Ok(())
}

async fn sqlite(args: &Args, output: &mut Output) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let title = "Check, SQLite: × against `SELECT *` through sqlx on an open connection";
    let mut table = Table::new(title);
    for &count in args.counts() {
        let fixture: &'static Fixture = forever(Fixture::new(count));
        let file = folder.path().join(format!("{count}.db"));
        on_sqlite::up_to_date(&file, fixture).await?;
        let mut entries = Vec::new();
        let mut limit = on_sqlite::Ready::to_check(Runner::Limit, &file, fixture).await?;
        entries.push(Entry::new("limit: `SELECT *`", async move || limit.run().await));
        let mut aggregated = on_sqlite::connect(&file).await?;
        entries.push(Entry::new("`group_concat` of names and checksums", async move || {
            let sql = "SELECT group_concat(migration_name||checksum||ifnull(finished_at,'')||ifnull(rolled_back_at,'')) FROM _prisma_migrations";
            sqlx::query(sql).fetch_one(&mut aggregated).await?;
            Ok(())
        }));
        let rusqlite = rusqlite::Connection::open(&file)?;
        entries.push(Entry::new("`SELECT *` through rusqlite", async move || {
            let mut statement = rusqlite.prepare_cached("SELECT * FROM _prisma_migrations")?;
            let mut rows = statement.query([])?;
            let mut length = 0;
            while let Some(row) = rows.next()? {
                for column in 0..8 {
                    length += row.get_ref(column)?.as_str().map_or(1, str::len);
                }
            }
            if length > 0 { Ok(()) } else { Err("no rows".into()) }
        }));
        for runner in on_sqlite::RUNNERS.into_iter().filter(|runner| args.includes(*runner)) {
            let mut ready = on_sqlite::Ready::to_check(runner, &file, fixture).await?;
            entries.push(Entry::new(runner.name(), async move || ready.run().await));
        }
        let series = rounds(entries, args.pick(5, 15, 31), repeat(count)).await?;
        table.column(count.to_string(), &series);
    }
    output.add(table);
    Ok(())
}

fn known(fixture: &Fixture) -> BTreeMap<String, String> {
    let names = fixture.names().iter().cloned();
    names.zip(fixture.scripts().iter().map(|sql| Checksum::of(sql).to_string())).collect()
}
