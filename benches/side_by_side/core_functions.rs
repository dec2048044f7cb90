//! Functions without a database: how their time grows.

use std::hint::black_box;
use std::time::Instant;

use migsafe_core::diagnosis::diagnose;
use migsafe_core::history::{History, HistoryRow};
use migsafe_core::lock::LockState;
use migsafe_core::plan::Target;
use migsafe_core::policy::{Facts, Policy};
use migsafe_core::store::DatabaseFacts;
use migsafe_core::{Dialect, Migrations};

use crate::Result;
use crate::args::Args;
use crate::fixture::Fixture;
use crate::table::{Output, Table, number, time};
use serde_json::json;

pub(crate) fn measure(args: &Args, output: &mut Output) -> Result<()> {
    let mut table = Table::new("Without a database: time for so many migrations and rows");
    let counts = [1_000, 5_000, 100_000];
    let mut medians = [[0.0; 3]; 3];
    for (at, &count) in counts.iter().enumerate() {
        let migrations = Fixture::new(count).prisma()?;
        let in_order = history(&migrations, false);
        let mixed = history(&migrations, true);
        let rounds = if count > 5_000 { args.pick(3, 5, 9) } else { args.pick(15, 41, 99) };
        let times = [
            median(rounds, || {
                black_box(diagnose(&migrations, &in_order, &LockState::Free)).summary().applied
            }),
            median(rounds, || {
                black_box(diagnose(&migrations, &mixed, &LockState::Free)).summary().applied
            }),
            median(rounds, || judged(&migrations, &in_order)),
        ];
        for (row, seconds) in times.into_iter().enumerate() {
            medians[row][at] = seconds;
        }
    }
    let rows = ["diagnose, rows in order", "diagnose, rows mixed up", "diagnose and judge"];
    for (row, name) in rows.into_iter().enumerate() {
        for (at, count) in counts.iter().enumerate() {
            table.text(&count.to_string(), name, time(medians[row][at]));
        }
        let growth = medians[row][1] / medians[row][0];
        table.text("5,000 ÷ 1,000", name, number(growth));
        table.figure(
            json!({ "subject": name, "seconds": medians[row], "growth_5000_by_1000": growth }),
        );
    }
    output.add(table);
    Ok(())
}

fn history(migrations: &Migrations, mixed: bool) -> History {
    let mut rows: Vec<HistoryRow> = migrations
        .iter()
        .map(|migration| {
            let checksum = migration.checksum().map(ToString::to_string).unwrap_or_default();
            HistoryRow::applied(migration.name().as_str(), checksum)
        })
        .collect();
    if mixed {
        // Coprime to every count: each row moves far.
        let count = rows.len();
        let place: Vec<usize> = (0..count).map(|index| index * 7_919 % count).collect();
        rows = place.into_iter().map(|index| rows[index].clone()).collect();
    }
    History::present(rows)
}

fn judged(migrations: &Migrations, history: &History) -> usize {
    let diagnosis = diagnose(migrations, history, &LockState::Free);
    let (facts, scripts) = (DatabaseFacts::default(), std::collections::BTreeMap::new());
    let facts = Facts::new(Dialect::Postgres, migrations, &diagnosis, &facts, &scripts);
    Policy::default().judge(&facts, &Target::default()).findings().len()
}

fn median<T>(rounds: usize, mut once: impl FnMut() -> T) -> f64 {
    black_box(once());
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            black_box(once());
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
