//! Every line of Prisma's state table (the book, chapter on Prisma), on a real database.

use super::cases::{deploy, options, resolve_now};
use super::{Harness, TestDatabase};
use crate::diagnosis::State;
use crate::engine::{Resolution, status};
use crate::history::{HistoryRow, StoredTime};
use crate::migrations::{Checksum, MigrationName, Migrations};
use crate::policy::{Environment, Policy, Severity};

const NAME: &str = "20250101000000_one";
const SCRIPT: &str = "CREATE TABLE conf_one (id INTEGER PRIMARY KEY);\n";

/// One line of the table: the rows of a name, whether it has a file, and what follows.
struct Line {
    rows: &'static [Shape],
    file: bool,
    state: State,
    deploy: Deploy,
    resolve_applied: Result<usize, &'static str>,
    resolve_rolled_back: Result<usize, &'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deploy {
    Applies,
    Skips,
    Refuses,
}

#[derive(Clone, Copy)]
struct Shape {
    finished: bool,
    rolled_back: bool,
    edited: bool,
}

const FINISHED: Shape = Shape { finished: true, rolled_back: false, edited: false };
const EDITED: Shape = Shape { edited: true, ..FINISHED };
const UNFINISHED: Shape = Shape { finished: false, ..FINISHED };
const ROLLED_BACK: Shape = Shape { rolled_back: true, ..UNFINISHED };
const DEAD_END: Shape = Shape { rolled_back: true, ..FINISHED };

const NONE: Result<usize, &str> = Err("no-such-migration");
const DONE: Result<usize, &str> = Err("already-applied");
const NOT_FAILED: Result<usize, &str> = Err("not-failed");

#[rustfmt::skip]
const LINES: &[Line] = &[
    Line { rows: &[], file: true, state: State::Pending, deploy: Deploy::Applies, resolve_applied: Ok(1), resolve_rolled_back: NONE },
    Line { rows: &[FINISHED], file: true, state: State::Applied, deploy: Deploy::Skips, resolve_applied: DONE, resolve_rolled_back: NOT_FAILED },
    Line { rows: &[EDITED], file: true, state: State::Applied, deploy: Deploy::Skips, resolve_applied: DONE, resolve_rolled_back: NOT_FAILED },
    Line { rows: &[FINISHED], file: false, state: State::Orphaned, deploy: Deploy::Skips, resolve_applied: NONE, resolve_rolled_back: NOT_FAILED },
    Line { rows: &[UNFINISHED], file: true, state: State::Failed, deploy: Deploy::Refuses, resolve_applied: Ok(2), resolve_rolled_back: Ok(1) },
    Line { rows: &[UNFINISHED], file: false, state: State::Failed, deploy: Deploy::Refuses, resolve_applied: NONE, resolve_rolled_back: Ok(1) },
    Line { rows: &[ROLLED_BACK], file: true, state: State::RolledBack, deploy: Deploy::Applies, resolve_applied: Ok(1), resolve_rolled_back: Ok(0) },
    Line { rows: &[ROLLED_BACK], file: false, state: State::Orphaned, deploy: Deploy::Skips, resolve_applied: NONE, resolve_rolled_back: Ok(0) },
    Line { rows: &[ROLLED_BACK, FINISHED], file: true, state: State::Applied, deploy: Deploy::Skips, resolve_applied: DONE, resolve_rolled_back: Ok(0) },
    Line { rows: &[DEAD_END], file: true, state: State::RolledBack, deploy: Deploy::Applies, resolve_applied: DONE, resolve_rolled_back: NOT_FAILED },
    Line { rows: &[FINISHED, UNFINISHED], file: true, state: State::Failed, deploy: Deploy::Refuses, resolve_applied: DONE, resolve_rolled_back: Ok(1) },
    Line { rows: &[FINISHED, FINISHED], file: true, state: State::Applied, deploy: Deploy::Skips, resolve_applied: DONE, resolve_rolled_back: NOT_FAILED },
];

/// State, deploy and both forms of resolve for every line, each on a database of its own.
pub async fn the_state_table_holds(harness: &dyn Harness) {
    for (index, line) in LINES.iter().enumerate() {
        for verb in ["deploy", "resolve --applied", "resolve --rolled-back"] {
            let database = harness.database().await;
            let context = format!("line {}, {verb}", index + 1);
            check(&*database, line, verb, &context).await;
        }
    }
}

async fn check(database: &dyn TestDatabase, line: &Line, verb: &str, context: &str) {
    database.insert_rows(&rows(line.rows)).await;
    let migrations = if line.file {
        Migrations::from_scripts([(NAME, SCRIPT)]).unwrap()
    } else {
        Migrations::empty()
    };
    let store = database.store().await;
    let before = status(&*store, &migrations, &options()).await.unwrap();
    let entry = before.diagnosis().entry(NAME).unwrap();
    assert_eq!(entry.state(), line.state, "{context}");
    let name = MigrationName::from(NAME);
    match verb {
        "deploy" => {
            let lenient = Policy::for_environment(Environment::development())
                .with_override("edited", Severity::Warn, "as Prisma does")
                .unwrap();
            let run = options().with_policy(lenient);
            let result = crate::ensure_up_to_date(&*store, &migrations, run).await;
            let found = match result {
                Ok(report) if report.applied().is_empty() => Deploy::Skips,
                Ok(_) => Deploy::Applies,
                Err(error) if error.is_refusal() => Deploy::Refuses,
                Err(error) => panic!("{context}: {error:?}"),
            };
            assert_eq!(found, line.deploy, "{context}");
            let applied = found == Deploy::Applies;
            assert_eq!(database.has_table("conf_one").await, applied, "{context}");
        }
        "resolve --applied" => {
            let result = resolve_now(&*store, &migrations, &Resolution::Applied(name)).await;
            assert_eq!(result.map_err(|e| e.code()), line.resolve_applied, "{context}");
            if line.resolve_applied.is_ok() {
                let after = deploy(&*store, &migrations).await.unwrap();
                let entry = after.status().diagnosis().entry(NAME).unwrap();
                assert_eq!(entry.state(), State::Ghost, "{context}");
                assert!(!database.has_table("conf_one").await, "{context}");
            }
        }
        _ => {
            let result = resolve_now(&*store, &migrations, &Resolution::RolledBack(name)).await;
            assert_eq!(result.map_err(|e| e.code()), line.resolve_rolled_back, "{context}");
        }
    }
    dead_ends_are_not_made(&*store, line, context).await;
}

/// No row is finished and rolled back that was not so before.
async fn dead_ends_are_not_made(store: &dyn crate::HistoryStore, line: &Line, context: &str) {
    let dead = |finished, rolled_back| finished && rolled_back;
    let before = line.rows.iter().filter(|s| dead(s.finished, s.rolled_back)).count();
    let history = store.read().await.unwrap().history;
    let after = history.rows().iter().filter(|r| dead(r.is_finished(), !r.is_live())).count();
    assert_eq!(before, after, "{context}");
}

fn rows(shapes: &[Shape]) -> Vec<HistoryRow> {
    shapes
        .iter()
        .zip(1_i64..)
        .map(|(shape, index)| {
            let checksum = Checksum::of(if shape.edited { "-- other" } else { SCRIPT }).to_string();
            let time = |offset: i64| {
                Some(StoredTime::from_unix_millis(1_767_225_600_000 + index * 1000 + offset))
            };
            let mut row = HistoryRow::applied(NAME, checksum);
            row.id = format!("row-{index}");
            row.started_at = time(0);
            row.finished_at = if shape.finished { time(10) } else { None };
            row.rolled_back_at = if shape.rolled_back { time(20) } else { None };
            row.applied_steps_count = Some(i64::from(shape.finished));
            row
        })
        .collect()
}
