//! Deploys to an empty database.

use crate::Result;
use crate::args::Args;
use crate::fixture::Fixture;
use crate::measure::interleave;
use crate::runner::Runner;
use crate::table::{Output, Table};
use crate::{on_postgres, on_sqlite};

pub(crate) async fn measure(args: &Args, output: &mut Output) -> Result<()> {
    if args.postgres() {
        postgres(args, output).await?;
    }
    if args.sqlite() {
        sqlite(args, output).await?;
    }
    Ok(())
}

fn rounds(args: &Args, count: usize) -> usize {
    match count {
        0..=10 => args.pick(5, 11, 21),
        11..=100 => args.pick(3, 7, 15),
        101..=1_000 => args.pick(1, 3, 7),
        _ => args.pick(1, 1, 3),
    }
}

async fn postgres(args: &Args, output: &mut Output) -> Result<()> {
    let server = on_postgres::server();
    let title = "Deploy, PostgreSQL: × against one message and one commit each";
    let mut table = Table::new(title);
    let runners: Vec<Runner> =
        [Runner::Limit, Runner::PrismaOrder].into_iter().chain(on_postgres::RUNNERS).collect();
    let names: Vec<&'static str> = runners.iter().map(|runner| runner.name()).collect();
    for &count in args.counts() {
        let fixture = Fixture::new(count);
        let series = interleave(&names, rounds(args, count), async |index| {
            let database = server.create_database();
            on_postgres::deploy(runners[index], &database.url(), &fixture).await
        })
        .await?;
        table.column(count.to_string(), &series);
    }
    output.add(table);
    Ok(())
}

async fn sqlite(args: &Args, output: &mut Output) -> Result<()> {
    let title = "Deploy, SQLite: × against one transaction each through sqlx";
    let mut table = Table::new(title);
    for &count in args.counts() {
        let fixture = Fixture::new(count);
        // Its time is quadratic: minutes for 5,000.
        let skipped = |runner| runner == Runner::Diesel && count > 1_000 && !args.full;
        let runners: Vec<Runner> = [Runner::Limit, Runner::OneTransaction]
            .into_iter()
            .chain(on_sqlite::RUNNERS)
            .filter(|runner| !skipped(*runner))
            .collect();
        let names: Vec<&'static str> = runners.iter().map(|runner| runner.name()).collect();
        let series = interleave(&names, rounds(args, count), async |index| {
            let folder = tempfile::tempdir()?;
            on_sqlite::deploy(runners[index], &folder.path().join("a.db"), &fixture).await
        })
        .await?;
        table.column(count.to_string(), &series);
    }
    output.add(table);
    Ok(())
}
