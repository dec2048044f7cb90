//! Peak memory of a process that does one run and nothing else.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::Result;
use crate::args::Args;
use crate::fixture::{Fixture, Layout};
use crate::runner::Runner;
use crate::table::{Output, Table};
use crate::{on_postgres, on_sqlite};

const RUNNERS: [Runner; 4] = [Runner::Limit, Runner::Migsafe, Runner::Sqlx, Runner::Refinery];

pub(crate) async fn measure(args: &Args, output: &mut Output) -> Result<()> {
    if !cfg!(target_os = "linux") {
        eprintln!("peak memory is measured on Linux only");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let mut table = Table::new("Peak memory: MiB above reading the files, SHA-256 and `SELECT *`");
    let server = args.postgres().then(on_postgres::server);
    for &count in args.pick(&[100][..], &[1_000, 5_000][..], &[1_000, 5_000][..]) {
        let fixture = Fixture::new(count);
        let folder = folder.path().join(count.to_string());
        for layout in [Layout::Prisma, Layout::Sqlx, Layout::Refinery] {
            fixture.write(layout, &folder)?;
        }
        if let Some(server) = &server {
            let database = on_postgres::up_to_date(server, &fixture).await?;
            let column = format!("PostgreSQL, check, {count}");
            compare(args, &mut table, &column, count, &folder, |_| Ok(database.url()))?;
            if count <= 1_000 {
                let column = format!("PostgreSQL, deploy, {count}");
                let mut fresh = Vec::new();
                compare(args, &mut table, &column, count, &folder, |runner| {
                    if runner == Runner::Limit {
                        // What a deploy needs at least is what a check needs.
                        return Ok(database.url());
                    }
                    let database = server.create_database();
                    let url = database.url();
                    fresh.push(database);
                    Ok(url)
                })?;
            }
        }
        if args.sqlite() {
            let file = folder.join("a.db");
            on_sqlite::up_to_date(&file, &fixture).await?;
            let column = format!("SQLite, check, {count}");
            let file = file.to_str().ok_or("the folder's name is not UTF-8")?.to_owned();
            compare(args, &mut table, &column, count, &folder, |_| Ok(file.clone()))?;
        }
    }
    output.add(table);
    Ok(())
}

fn compare(
    args: &Args,
    table: &mut Table,
    column: &str,
    count: usize,
    folder: &Path,
    mut database: impl FnMut(Runner) -> Result<String>,
) -> Result<()> {
    let mut limit = 0.0;
    for runner in RUNNERS {
        let mut peaks = Vec::new();
        for _ in 0..args.pick(1, 3, 5) {
            peaks.push(peak(runner, count, &database(runner)?, folder)?);
        }
        peaks.sort_by(f64::total_cmp);
        let peak = peaks[peaks.len() / 2];
        if runner == Runner::Limit {
            limit = peak;
            table.text(column, runner.name(), format!("{peak:.1} MiB"));
        } else {
            table.text(column, runner.name(), format!("{:+.1}", peak - limit));
        }
        table.figure(json!({ "column": column, "subject": runner.name(), "mebibytes": peak }));
    }
    Ok(())
}

/// In MiB.
fn peak(runner: Runner, count: usize, database: &str, folder: &Path) -> Result<f64> {
    let output = Command::new(std::env::current_exe()?)
        .args(["--child", runner.name(), &count.to_string(), database])
        .arg(folder)
        .arg("go")
        .output()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} failed: {text}", runner.name()).into());
    }
    let kib: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
    Ok(kib / 1024.0)
}
