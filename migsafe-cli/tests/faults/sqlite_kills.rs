//! Processes that deploy to SQLite and are killed: at every write, at every size of a file, at random times.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use crate::common::{Ran, Scripts, until};
use crate::on_postgres::timed;
use crate::on_sqlite::{BIG, OnSqlite, SMALL};
use crate::random::Random;

const RANDOM_KILLS: usize = 80;

/// The kernel ends the process at the write that would make any file larger than so many half kilobytes. That
/// write is done up to the limit, as in a crash of the machine.
fn at_every_size(wal: bool) {
    let mut kills = 0;
    // A write-ahead log grows by everything that is written; every third size of it is enough.
    for size in (1..).step_by(if wal { 3 } else { 1 }) {
        let on = OnSqlite::new(SMALL, wal);
        let limit = format!("ulimit -c 0; ulimit -f {size}");
        let ran = Ran::of(on.project.shell(&limit, &["deploy"]).output().unwrap());
        if ran.signal.is_none() {
            assert_eq!(ran.code, 0, "{ran}");
            break;
        }
        kills += 1;
        let context = format!("WAL {wal}, killed at the size {size}");
        on.check_truth(&context);
        on.deploy_and_check(&context);
    }
    assert!(kills > 20);
    eprintln!("SQLite, WAL {wal}: killed at {kills} sizes of its files");
}

#[test]
fn killed_at_every_size_of_the_journal_or_the_file() {
    at_every_size(false);
}

#[test]
fn killed_at_every_size_of_the_write_ahead_log() {
    at_every_size(true);
}

/// The calls by which SQLite changes files, in both journal modes.
const CALLS: [&str; 4] = ["pwrite64", "fsync", "fdatasync", "unlink"];

/// Has the kernel kill the process on its way into the `number`th call of a kind.
fn deploy_killed_at(on: &OnSqlite, call: &str, number: usize) -> Ran {
    let mut command = Command::new("strace");
    let inject = format!("--inject={call}:signal=KILL:when={number}");
    command.args(["-f", "-qq", "-o", "trace", &format!("--trace={call}"), &inject]);
    command.args([env!("CARGO_BIN_EXE_migsafe"), "deploy"]);
    on.project.prepare(&mut command);
    Ran::of(command.output().unwrap())
}

fn can_trace() -> bool {
    let ran =
        Command::new("strace").args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    ran.is_ok_and(|status| status.success())
}

fn at_every_call(wal: bool) {
    assert!(
        can_trace(),
        "`strace` is needed to kill at every write, and must be allowed to trace: `cargo xtask setup` \
         installs it when run as root on Debian or Ubuntu; otherwise install the package `strace`"
    );
    let mut kills = 0;
    for call in CALLS {
        for number in 1.. {
            let on = OnSqlite::new(SMALL, wal);
            let ran = deploy_killed_at(&on, call, number);
            if !ran.was_killed() {
                assert_eq!(ran.code, 0, "{ran}");
                break;
            }
            kills += 1;
            let context = format!("WAL {wal}, killed at {call} {number}");
            on.check_truth(&context);
            on.deploy_and_check(&context);
        }
    }
    assert!(kills > 40);
    eprintln!("SQLite, WAL {wal}: killed at {kills} writes, syncs and deletions");
}

#[test]
fn killed_at_every_call_with_a_journal() {
    at_every_call(false);
}

#[test]
fn killed_at_every_call_with_a_write_ahead_log() {
    at_every_call(true);
}

/// Killed at random times, up to five times in a row on the same file.
fn at_random_times(wal: bool) {
    let mut random = Random::new(3 + u64::from(wal));
    let undisturbed = || {
        let on = OnSqlite::new(BIG, wal);
        timed(|| drop(on.project.run(&["deploy"]).exits(0)))
    };
    let whole = (0..3).map(|_| undisturbed()).min().unwrap();
    let (mut kills, mut rounds, mut hot) = (0, 0, 0);
    while kills < RANDOM_KILLS {
        rounds += 1;
        let on = OnSqlite::new(BIG, wal);
        for attempt in 1..=5 {
            let process = on.project.spawn(&["deploy"]);
            // The beginning, when nothing is written yet, is left out.
            let pause = whole / 10 + random.below(whole);
            thread::sleep(pause);
            let ran = process.kill();
            if !ran.was_killed() {
                assert_eq!(ran.code, 0, "{ran}");
                break;
            }
            kills += 1;
            hot += usize::from(size_with(&on.file(), &["-journal", "-wal"]) > 0);
            on.check_truth(&format!("WAL {wal}, round {rounds}, kill {attempt} after {pause:?}"));
        }
        on.deploy_and_check(&format!("WAL {wal}, round {rounds}"));
    }
    eprintln!("SQLite, WAL {wal}: {kills} random kills in {rounds} rounds, {hot} left a journal");
}

#[test]
fn killed_at_random_times_with_a_journal() {
    at_random_times(false);
}

#[test]
fn killed_at_random_times_with_a_write_ahead_log() {
    at_random_times(true);
}

/// Killed in the middle of a statement that takes long and writes more than fits into memory.
#[test]
fn killed_in_a_long_statement() {
    const LONG: &Scripts = &[
        SMALL[0],
        SMALL[1],
        (
            "20250101000002_long",
            "CREATE TABLE long (id INTEGER PRIMARY KEY, v TEXT);\nINSERT INTO log VALUES ('long');\n\
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)\n\
             INSERT INTO long SELECT i, printf('%0300d', i) FROM n;\n",
            &["long"],
        ),
        SMALL[2],
        SMALL[3],
    ];
    for wal in [false, true] {
        let on = OnSqlite::new(LONG, wal);
        for megabytes in [3, 10, 30, 20, 5] {
            let mut process = on.project.spawn(&["deploy"]);
            let is_large = || size_with(&on.file(), &["", "-wal"]) > megabytes << 20;
            until("it writes", || process.has_ended() || is_large());
            let context = format!("WAL {wal}, killed at {megabytes} MB");
            assert!(process.kill().was_killed(), "{context}");
            on.check_truth(&context);
        }
        on.deploy_and_check("a long statement");
    }
}

/// How large the file and what is beside it are together.
fn size_with(file: &Path, suffixes: &[&str]) -> u64 {
    let size = |suffix: &&str| {
        let path = format!("{}{suffix}", file.display());
        std::fs::metadata(path).map_or(0, |meta| meta.len())
    };
    suffixes.iter().map(size).sum()
}
