//! With a network: a round trip of one millisecond, by a proxy.

use std::time::Duration;

use migsafe_testing::Proxy;

use crate::Result;
use crate::args::Args;
use crate::fixture::Fixture;
use crate::measure::{Entry, interleave, rounds};
use crate::on_postgres::{self, Ready};
use crate::runner::Runner;
use crate::table::{Output, Table};

const ONE_WAY: Duration = Duration::from_micros(500);
const COUNT: usize = 100;

pub(crate) async fn measure(args: &Args, output: &mut Output) -> Result<()> {
    if !args.postgres() {
        return Ok(());
    }
    let server = on_postgres::server();
    let proxy = Proxy::start(server.port());
    proxy.delay(ONE_WAY);
    let mut table = Table::new("Round trip of 1 ms, PostgreSQL, 100 migrations");

    let fixture: &'static Fixture = Box::leak(Box::new(Fixture::new(COUNT)));
    let database = on_postgres::up_to_date(&server, fixture).await?;
    let url = database.url_through(proxy.port());
    let mut entries = Vec::new();
    for runner in [Runner::Limit].into_iter().chain(on_postgres::RUNNERS) {
        let mut ready = Ready::to_check(runner, &url, fixture).await?;
        entries.push(Entry::new(runner.name(), async move || ready.run().await));
    }
    let series = rounds(entries, args.pick(5, 15, 31), 5).await?;
    table.column("check, × against `SELECT *`", &series);

    let runners: Vec<Runner> =
        [Runner::Limit, Runner::PrismaOrder].into_iter().chain(on_postgres::RUNNERS).collect();
    let names: Vec<&'static str> = runners.iter().map(|runner| runner.name()).collect();
    let series = interleave(&names, args.pick(1, 3, 9), async |index| {
        let database = server.create_database();
        on_postgres::deploy(runners[index], &database.url_through(proxy.port()), fixture).await
    })
    .await?;
    table.column("deploy, × against one message each", &series);
    output.add(table);
    Ok(())
}
