//! The pure functions of the core, for profiling and for comparing two versions of migsafe.
//!
//! ```sh
//! cargo bench -p migsafe-benches --bench core
//! ```

use std::collections::BTreeMap;

use divan::{Bencher, black_box};
use migsafe_core::diagnosis::diagnose;
use migsafe_core::engine::{Options, ensure_up_to_date, status};
use migsafe_core::history::{History, HistoryRow, RawRow};
use migsafe_core::lock::LockState;
use migsafe_core::migrations::Checksum;
use migsafe_core::plan::Target;
use migsafe_core::policy::{Facts, Policy};
use migsafe_core::report::{Style, json, text};
use migsafe_core::sql::analyse;
use migsafe_core::store::{DatabaseFacts, MemoryStore};
use migsafe_core::{Dialect, Migrations};

const COUNTS: [usize; 4] = [10, 1_000, 5_000, 100_000];

fn main() {
    // `cargo test --benches` starts this too; measuring belongs to `cargo bench`.
    if std::env::args().any(|arg| arg == "--bench") {
        divan::main();
    }
}

fn script(index: usize) -> String {
    format!(
        "CREATE TABLE t_{index} (id BIGINT PRIMARY KEY, a INTEGER NOT NULL);\n\
         CREATE INDEX i_{index} ON t_{index} (a);\n"
    )
}

fn migrations(count: usize) -> Migrations {
    let scripts = (0..count).map(|index| (format!("2025{index:010}_t"), script(index)));
    Migrations::from_scripts(scripts).unwrap_or_else(|error| panic!("{error}"))
}

fn rows(migrations: &Migrations) -> Vec<HistoryRow> {
    let row = |migration: &migsafe_core::migrations::Migration| {
        let checksum = migration.checksum().map(ToString::to_string).unwrap_or_default();
        HistoryRow::applied(migration.name().as_str(), checksum)
    };
    migrations.iter().map(row).collect()
}

/// Files and rows side by side.
#[divan::bench(args = COUNTS, sample_count = 20)]
fn diagnose_up_to_date(bencher: Bencher<'_, '_>, count: usize) {
    let migrations = migrations(count);
    let history = History::present(rows(&migrations));
    bencher.bench_local(|| diagnose(black_box(&migrations), &history, &LockState::Free));
}

/// The built-in rules on a diagnosis.
#[divan::bench(args = COUNTS, sample_count = 20)]
fn judge_up_to_date(bencher: Bencher<'_, '_>, count: usize) {
    let migrations = migrations(count);
    let history = History::present(rows(&migrations));
    let diagnosis = diagnose(&migrations, &history, &LockState::Free);
    let (database, scripts) = (DatabaseFacts::default(), BTreeMap::new());
    let facts = Facts::new(Dialect::Postgres, &migrations, &diagnosis, &database, &scripts);
    let policy = Policy::default();
    bencher.bench_local(|| policy.judge(black_box(&facts), &Target::default()));
}

/// Everything that a check does, but for the database.
#[divan::bench(args = COUNTS, sample_count = 20)]
fn ensure_up_to_date_in_memory(bencher: Bencher<'_, '_>, count: usize) {
    let migrations = migrations(count);
    let store = MemoryStore::with_rows(Dialect::Sqlite, rows(&migrations));
    bencher.bench_local(|| {
        migsafe_core::testkit::block_on(ensure_up_to_date(
            &store,
            black_box(&migrations),
            Options::default(),
        ))
    });
}

/// What a backend hands over, as rows.
#[divan::bench(args = [1_000, 5_000])]
fn decode_rows(bencher: Bencher<'_, '_>, count: usize) {
    use migsafe_core::history::Cell;
    let text = |text: &str| Cell::Text(text.to_owned());
    let raw = RawRow {
        id: text("0a1b2c3d-0000-4000-8000-000000000000"),
        checksum: text(&Checksum::of("").to_string()),
        finished_at: Cell::UnixSeconds("1735689600.017001".to_owned()),
        migration_name: text("20250101000000_t"),
        logs: Cell::Null,
        rolled_back_at: Cell::Null,
        started_at: Cell::UnixSeconds("1735689600.000001".to_owned()),
        applied_steps_count: Cell::Integer(1),
    };
    bencher.with_inputs(|| vec![raw.clone(); count]).bench_local_values(|rows| {
        rows.into_iter().map(RawRow::decode).collect::<Vec<HistoryRow>>()
    });
}

/// SHA-256 and the comparison with a stored text.
#[divan::bench(args = [1_000, 1_000_000])]
fn checksum(bencher: Bencher<'_, '_>, bytes: usize) {
    let text = "-- x\n".repeat(bytes / 5);
    let stored = Checksum::of(&text).to_string();
    bencher.bench_local(|| Checksum::of(black_box(&text)).accepts(&stored, &text));
}

/// Taking scripts apart, each of two statements.
#[divan::bench(args = [(Dialect::Postgres, 1), (Dialect::Postgres, 1_000), (Dialect::Sqlite, 1), (Dialect::Sqlite, 1_000)])]
fn analyse_script(bencher: Bencher<'_, '_>, (dialect, count): (Dialect, usize)) {
    let text: String = (0..count).map(script).collect();
    bencher.bench_local(|| analyse(dialect, black_box(&text)));
}

/// The report of `migsafe status`.
#[divan::bench(args = [(false, 1_000), (true, 1_000)])]
fn render_status(bencher: Bencher<'_, '_>, (as_json, count): (bool, usize)) {
    let migrations = migrations(count);
    let store = MemoryStore::with_rows(Dialect::Sqlite, rows(&migrations));
    let options = Options::default();
    let status = migsafe_core::testkit::block_on(status(&store, &migrations, &options));
    let status = status.unwrap_or_else(|error| panic!("{error}"));
    bencher.bench_local(|| match as_json {
        true => json::status(black_box(&status)),
        false => text::status(black_box(&status), Style::plain()),
    });
}
