//! Many replicas that start in the same moment.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use migsafe_testing::{Database, Postgres};
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::Barrier;

use crate::Result;
use crate::args::Args;
use crate::fixture::Fixture;
use crate::measure::{Series, interleave};
use crate::on_postgres::{self, Ready};
use crate::on_sqlite;
use crate::runner::Runner;
use crate::table::{Output, Table, number, time};

const COUNT: usize = 100;

/// The state of the database at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    UpToDate,
    OnePending,
    Empty,
}

pub(crate) fn measure(args: &Args, output: &mut Output) -> Result<()> {
    if args.postgres() {
        postgres(args, output)?;
    }
    if args.sqlite() {
        sqlite(args, output)?;
    }
    Ok(())
}

fn postgres(args: &Args, output: &mut Output) -> Result<()> {
    let server = on_postgres::server();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let fixture: &'static Fixture = Box::leak(Box::new(Fixture::new(COUNT)));
    let all_but_one: &'static Fixture = Box::leak(Box::new(Fixture::new(COUNT - 1)));
    let mut table =
        Table::new("Replicas at once, PostgreSQL, 100 migrations; wall time and failed calls");
    for start in [Start::UpToDate, Start::OnePending, Start::Empty] {
        for &replicas in args.pick(&[50][..], &[50, 100][..], &[50, 100][..]) {
            let mut runners = vec![Runner::Limit];
            if start != Start::UpToDate {
                // The raw query has no way to bring a database up to date.
                runners = Vec::new();
            }
            // sqlx is the only other one that never fails; where there is no limit it is the measure.
            runners.extend([Runner::Sqlx, Runner::Migsafe, Runner::Refinery]);
            let names: Vec<&'static str> = runners.iter().map(|runner| runner.name()).collect();
            let mut failed = vec![0; runners.len()];
            let rounds = args.pick(1, 5, 9);
            let control = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let series = control.block_on(interleave(&names, rounds, async |index| {
                let database = match start {
                    Start::UpToDate => on_postgres::up_to_date(&server, fixture).await?,
                    Start::OnePending => on_postgres::up_to_date(&server, all_but_one).await?,
                    Start::Empty => server.create_database(),
                };
                let url = database.url();
                let (wall, failures) = std::thread::scope(|scope| {
                    let crowd = || crowd(&runtime, runners[index], &url, replicas, fixture);
                    scope.spawn(crowd).join().map_err(|_| "a replica panicked")?
                })?;
                failed[index] += failures;
                if start == Start::Empty {
                    complete(&server, &database)?;
                }
                Ok(wall)
            }))?;
            let calls = replicas * rounds;
            let column = format!("{replicas} {}", name(start));
            cells(&mut table, &column, &series, &failed, calls);
        }
    }
    output.add(table);
    Ok(())
}

fn name(start: Start) -> &'static str {
    match start {
        Start::UpToDate => "up to date, × limit",
        Start::OnePending => "one pending, × sqlx",
        Start::Empty => "empty, × sqlx",
    }
}

fn cells(table: &mut Table, column: &str, series: &[Series], failed: &[usize], calls: usize) {
    for (index, one) in series.iter().enumerate() {
        let (ratio, wall) = (one.ratio_to(&series[0]), one.median());
        let failures = failed[index];
        let shown = if index == 0 { format!("1 ({})", time(wall)) } else { number(ratio.median) };
        let text = match failures {
            0 => format!("**{shown}**, 0 failed"),
            _ => format!("{failures} of {calls} failed"),
        };
        table.text(column, one.name, text);
        table.figure(json!({
            "column": column, "subject": one.name, "seconds": wall, "ratio": ratio.median,
            "ratio_low": ratio.low, "ratio_high": ratio.high, "failed": failures, "calls": calls,
        }));
    }
}

/// Connects everybody, lets them go at once, and waits for the last: the wall time and how many failed.
fn crowd(
    runtime: &Runtime,
    runner: Runner,
    url: &str,
    replicas: usize,
    fixture: &'static Fixture,
) -> Result<(Duration, usize)> {
    runtime.block_on(async {
        let barrier = Arc::new(Barrier::new(replicas + 1));
        let mut tasks = Vec::with_capacity(replicas);
        for _ in 0..replicas {
            let mut ready = Ready::to_check(runner, url, fixture).await?;
            let barrier = Arc::clone(&barrier);
            tasks.push(tokio::spawn(async move {
                barrier.wait().await;
                ready.run().await
            }));
        }
        let start = Instant::now();
        barrier.wait().await;
        let mut failed = 0;
        for task in tasks {
            failed += usize::from(task.await?.is_err());
        }
        Ok((start.elapsed(), failed))
    })
}

/// Whatever the calls said, the database must have everything exactly once.
fn complete(server: &Postgres, database: &Database) -> Result<()> {
    let sql = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname ~ '^t_[0-9]+$'";
    let tables = server.client(database.name()).value(sql).map_err(|error| error.to_string())?;
    if tables.as_deref() == Some(&*COUNT.to_string()) {
        return Ok(());
    }
    Err(format!("{tables:?} tables instead of {COUNT}").into())
}

fn sqlite(args: &Args, output: &mut Output) -> Result<()> {
    let processes = 10;
    let mut table = Table::new(
        "10 processes at once, SQLite from empty, 100 migrations; wall time and failures",
    );
    let runners = [
        Runner::Sqlx,
        Runner::Migsafe,
        Runner::Refinery,
        Runner::Diesel,
        Runner::RusqliteMigration,
    ];
    debug_assert!(runners.iter().all(|runner| on_sqlite::RUNNERS.contains(runner)));
    let names: Vec<&'static str> = runners.iter().map(|runner| runner.name()).collect();
    let mut failed = vec![0; runners.len()];
    let rounds = args.pick(1, 3, 9);
    let control = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let series = control.block_on(interleave(&names, rounds, async |index| {
        let folder = tempfile::tempdir()?;
        let (wall, failures) = processes_at_once(runners[index], folder.path(), processes)?;
        failed[index] += failures;
        Ok(wall)
    }))?;
    cells(&mut table, "wall, × sqlx", &series, &failed, processes * rounds);
    output.add(table);
    Ok(())
}

fn processes_at_once(
    runner: Runner,
    folder: &std::path::Path,
    processes: usize,
) -> Result<(Duration, usize)> {
    let program = std::env::current_exe()?;
    let mut children = Vec::with_capacity(processes);
    for _ in 0..processes {
        let mut child = Command::new(&program)
            .args(["--child", runner.name(), &COUNT.to_string()])
            .args([folder.join("a.db"), folder.to_owned()])
            .arg("wait")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        // It says so when it is ready.
        let mut ready = [0];
        if let Some(output) = &mut child.stdout {
            std::io::Read::read_exact(output, &mut ready)?;
        }
        children.push(child);
    }
    let start = Instant::now();
    for child in &mut children {
        drop(child.stdin.take());
    }
    let mut failed = 0;
    for child in &mut children {
        failed += usize::from(!child.wait()?.success());
    }
    Ok((start.elapsed(), failed))
}
