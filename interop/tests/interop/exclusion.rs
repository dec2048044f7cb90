//! Deploys of both tools at the same time: one works, the other waits, and nothing is applied twice.

use std::thread;
use std::time::{Duration, Instant};

use migsafe_core::diagnosis::State;
use migsafe_core::engine::locks;
use migsafe_core::ensure_up_to_date;
use migsafe_core::report::Outcome;
use migsafe_core::store::Begun;
use migsafe_sqlite::SqliteStore;
use migsafe_testing::{Prisma, PrismaCommand, PrismaError, PrismaProcess, PrismaVersion};

use crate::site::{Kind, ONE, Site, THREE, TWO, applied_names, code, names, options, wait};

/// How long the slow script takes.
const SLOW: Duration = Duration::from_millis(2500);

/// Counts how often it ran, whoever ran it: a table would fail the second time, and a mark shows it even where
/// failing is what is looked for.
fn with_slow_script(kind: Kind) -> Site {
    let site = Site::new(kind);
    site.write(ONE, "CREATE TABLE ran (id INTEGER);\nINSERT INTO ran VALUES (1);\n");
    let pause = if kind == Kind::Postgres {
        format!("SELECT pg_sleep({});\n", SLOW.as_secs_f64())
    } else {
        // As long as it takes this machine, which is long enough to meet.
        "INSERT INTO ran SELECT 0 FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c \
         WHERE n < 6000000) SELECT max(n) AS m FROM c) WHERE m < 0;\n"
            .to_owned()
    };
    site.write(TWO, format!("INSERT INTO ran VALUES (2);\n{pause}"));
    site.write(THREE, "INSERT INTO ran VALUES (3);\n");
    site
}

#[track_caller]
fn assert_each_ran_once(site: &Site) {
    let ran: Vec<_> = site.query("SELECT id FROM ran ORDER BY id").concat();
    let ran: Vec<_> = ran.iter().flatten().map(String::as_str).collect();
    assert_eq!(ran, ["1", "2", "3"], "{site:?}");
    let shapes = site.shapes();
    let rows: Vec<&str> = shapes.iter().map(|shape| shape.name.as_str()).collect();
    assert_eq!(rows, [ONE, TWO, THREE], "{site:?}: {shapes:?}");
    assert!(shapes.iter().all(|s| s.finished && !s.rolled_back && s.steps == 1), "{shapes:?}");
}

/// Waits until a row of this name stands in the history, which is before its script has ended.
fn wait_for_row(site: &Site, name: &str) {
    let sql = format!("SELECT count(*) FROM _prisma_migrations WHERE migration_name = '{name}'");
    let start = Instant::now();
    while site.try_query(&sql).ok().and_then(|rows| rows[0][0].clone()).as_deref() != Some("1") {
        assert!(start.elapsed() < Duration::from_secs(30), "no row of {name}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until a script of either tool is in its pause.
fn wait_for_pause(site: &Site) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' \
               AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep%'";
    let start = Instant::now();
    while site.value(sql) == "0" {
        assert!(start.elapsed() < Duration::from_secs(30), "nobody is in the slow script");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn while_prisma_deploys_we_wait_and_then_find_nothing_to_do() {
    for version in PrismaVersion::ALL {
        let site = with_slow_script(Kind::Postgres);
        let process = Prisma::new(version).start(&site.target(), PrismaCommand::Deploy);
        wait_for_row(&site, TWO);

        let status = site.status();
        let entry = status.diagnosis().entry(TWO).unwrap();
        assert_eq!(entry.state(), State::Running, "{version:?}");
        let holders = wait(locks(&*site.store())).unwrap().holders;
        let shown: Vec<&str> =
            holders.iter().filter_map(|holder| holder.application.as_deref()).collect();
        assert_eq!(shown, ["prisma"], "{holders:?}");
        assert_eq!(status.diagnosis().lock().holder().unwrap().pid, holders[0].pid);

        let report = site.deploy().unwrap();
        assert_eq!(applied_names(&report), [""; 0], "{version:?}");
        assert!(report.elapsed() > Duration::from_millis(500), "{:?}", report.elapsed());
        assert_eq!(process.wait_for_deploy().unwrap(), [ONE, TWO, THREE]);
        assert_each_ran_once(&site);
        site.assert_clean_for_migsafe();
    }
}

#[test]
fn while_we_deploy_prisma_waits_and_applies_nothing_twice() {
    for version in PrismaVersion::ALL {
        let site = with_slow_script(Kind::Postgres);
        thread::scope(|scope| {
            let ours = scope.spawn(|| site.deploy());
            wait_for_pause(&site);
            let start = Instant::now();
            let process = Prisma::new(version).start(&site.target(), PrismaCommand::Deploy);
            let prismas = process.wait_for_deploy().unwrap();
            let waited = start.elapsed();
            let ours = ours.join().unwrap().unwrap();
            // We let the lock go after each migration, and whoever is queued for it comes first: the third may be
            // Prisma's.
            assert_eq!(applied_names(&ours)[..2], [ONE, TWO], "{version:?}");
            let all: Vec<&str> = applied_names(&ours)
                .into_iter()
                .chain(prismas.iter().map(String::as_str))
                .collect();
            assert_eq!(all, [ONE, TWO, THREE], "{version:?}");
            assert!(waited > SLOW / 4, "{waited:?}");
        });
        assert_each_ran_once(&site);
        site.assert_clean_for(&Prisma::new(version));
    }
}

/// Prisma waits ten seconds for the lock that our transaction holds, says so, and has changed nothing.
#[test]
fn prisma_gives_up_after_ten_seconds_of_our_transaction() {
    let site = Site::with_three(Kind::Postgres);
    let store = site.store();
    let mut session = wait(store.open_session()).unwrap();
    assert!(matches!(wait(session.begin()).unwrap(), Begun::Locked(_)));
    let start = Instant::now();
    let answer = Prisma::new(PrismaVersion::V7_10).deploy(&site.target());
    assert_eq!(code(&answer), Some("P1002"), "{answer:?}");
    assert!(start.elapsed() > Duration::from_secs(9), "{:?}", start.elapsed());
    wait(session.rollback()).unwrap();
    assert_eq!(site.tables(), [""; 0]);
    assert_eq!(applied_names(&site.deploy().unwrap()), [ONE, TWO, THREE]);
}

/// Ten times at once, with another lead for either each time.
#[test]
fn both_at_once_ten_times_on_postgresql() {
    for round in 0..10_u32 {
        let site = Site::new(Kind::Postgres);
        site.write(ONE, "CREATE TABLE ran (id INTEGER);\nINSERT INTO ran VALUES (1);\n");
        site.write(TWO, "INSERT INTO ran VALUES (2);\nSELECT pg_sleep(0.1);\n");
        site.write(THREE, "INSERT INTO ran VALUES (3);\n");
        at_once(&site, round, |process| {
            process.wait_for_deploy().unwrap();
        });
    }
}

/// On SQLite neither has a lock to queue at: the file itself is the lock. Whoever comes second waits, or is told that
/// the database is locked; nothing runs twice either way.
#[test]
fn both_at_once_ten_times_on_sqlite() {
    for round in 0..10_u32 {
        let site = Site::new(if round % 2 == 0 { Kind::SqliteText } else { Kind::SqliteMillis });
        site.write(ONE, "CREATE TABLE ran (id INTEGER);\nINSERT INTO ran VALUES (1);\n");
        site.write(TWO, "INSERT INTO ran VALUES (2);\n");
        site.write(THREE, "INSERT INTO ran VALUES (3);\n");
        at_once(&site, round, |process| {
            if let Err(error) = process.wait_for_deploy() {
                assert_busy(&error);
            }
        });
    }
}

/// Starts Prisma, and us a little later: Node.js takes some hundred milliseconds until it comes to the database.
fn at_once(site: &Site, round: u32, wait_for: impl FnOnce(PrismaProcess)) {
    let version = PrismaVersion::ALL[(round / 2 % 2) as usize];
    let process = Prisma::new(version).start(&site.target(), PrismaCommand::Deploy);
    thread::sleep(Duration::from_millis(u64::from(round) * 60));
    let report = site.deploy().unwrap_or_else(|error| panic!("round {round}: {error:?}"));
    assert!(matches!(report.outcome(), Outcome::Applied | Outcome::UpToDate), "round {round}");
    wait_for(process);
    assert_each_ran_once(site);
}

#[test]
fn a_resolution_of_prismas_waits_for_our_deploy() {
    let site = with_slow_script(Kind::Postgres);
    let prisma = Prisma::new(PrismaVersion::V7_10);
    thread::scope(|scope| {
        let ours = scope.spawn(|| site.deploy());
        wait_for_pause(&site);
        // Our row is not visible before it is finished, so that Prisma never sees a failed one of a script that runs.
        let rolled_back = prisma.resolve_rolled_back(&site.target(), TWO);
        assert_eq!(code(&rolled_back), Some("P3012"), "{rolled_back:?}");
        ours.join().unwrap().unwrap();
    });
    assert_each_ran_once(&site);
}

#[test]
fn a_resolution_of_ours_does_not_touch_what_prisma_is_at_work_on() {
    let site = with_slow_script(Kind::Postgres);
    let process = Prisma::new(PrismaVersion::V7_10).start(&site.target(), PrismaCommand::Deploy);
    wait_for_row(&site, TWO);
    // Nothing is rolled back that runs, or that has ended well meanwhile.
    let error = site.resolve_rolled_back(TWO).unwrap_err();
    assert!(["running", "conflict", "not-failed"].contains(&error.code()), "{error:?}");
    process.wait_for_deploy().unwrap();
    assert_each_ran_once(&site);
}

/// Killed in the middle of a script: the server goes on with it. Until it has ended the state is `Running`, and then
/// `Failed`: nobody tells that the script was applied.
#[test]
fn a_killed_prisma_is_running_and_then_failed() {
    for version in PrismaVersion::ALL {
        let site = with_slow_script(Kind::Postgres);
        let process = Prisma::new(version).start(&site.target(), PrismaCommand::Deploy);
        wait_for_pause(&site);
        process.kill();
        let state = || site.status().diagnosis().entry(TWO).unwrap().state();
        assert_eq!(state(), State::Running, "{version:?}");
        let error = site.deploy().unwrap_err();
        assert!(error.is_refusal(), "the lock is waited for, and then a person decides: {error:?}");
        assert_eq!(state(), State::Failed);
        let shape = site.shape_of(TWO);
        assert_eq!((shape.finished, shape.logs), (false, "null"));
        assert_eq!(site.value("SELECT count(*) FROM ran WHERE id = 2"), "1", "it was applied");
        site.resolve_applied(TWO).unwrap();
        assert_eq!(Prisma::new(version).deploy(&site.target()).unwrap(), [THREE]);
    }
}

/// A migration by statement is at work without the lock. Its unfinished row is committed, so Prisma is refused at once,
/// waits for nothing, and neither stops the other.
#[test]
fn during_a_concurrent_index_build_prisma_is_refused() {
    for version in PrismaVersion::ALL {
        let site = Site::new(Kind::Postgres);
        site.write(ONE, "CREATE TABLE ran (id INTEGER);\nINSERT INTO ran VALUES (1), (2), (3);\n");
        site.deploy().unwrap();
        site.write(TWO, "CREATE INDEX CONCURRENTLY ran_id ON ran (id);\n");
        site.write(THREE, "CREATE TABLE three (id INTEGER);\n");
        let prisma = Prisma::new(version);
        // The build waits for whoever has the table in an open transaction.
        let mut blocker = site.database().client();
        blocker.query("BEGIN; INSERT INTO ran VALUES (4)").unwrap();
        thread::scope(|scope| {
            let ours = scope.spawn(|| site.deploy());
            wait_for_row(&site, TWO);
            let commands = [site.ask(PrismaCommand::Deploy), site.ask(PrismaCommand::Diagnose)];
            let answers = prisma.run_all(&commands);
            assert_eq!(code(&answers[0]), Some("P3009"), "{version:?}: {:?}", answers[0]);
            let failed = &answers[1].as_ref().unwrap()["failedMigrationNames"];
            assert_eq!(names(failed), [TWO], "{version:?}");
            blocker.query("COMMIT").unwrap();
            let report = ours.join().unwrap().unwrap();
            assert_eq!(applied_names(&report), [TWO, THREE], "{version:?}");
        });
        let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ran_id'::regclass";
        assert_eq!(site.value(valid), "t");
        site.assert_clean_for(&prisma);
    }
}

/// Prisma was told that the file is locked, by the driver or by its name for it.
#[track_caller]
fn assert_busy(error: &PrismaError) {
    let busy = ["database is locked", "SocketTimeout"];
    assert!(busy.iter().any(|words| error.message.contains(words)), "{error}");
}

/// The lock is on the whole file, so that nobody can look inside; but the file itself can be seen.
fn wait_for_file(site: &Site) {
    let start = Instant::now();
    while std::fs::metadata(site.file()).map_or(0, |meta| meta.len()) == 0 {
        assert!(start.elapsed() < Duration::from_secs(30), "Prisma did not begin");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn while_prisma_deploys_on_sqlite_we_wait_and_then_find_nothing_to_do() {
    for version in PrismaVersion::ALL {
        let site = with_slow_script(Kind::SqliteText);
        let process = Prisma::new(version).start(&site.target(), PrismaCommand::Deploy);
        wait_for_file(&site);
        let report = site.deploy().unwrap();
        assert_eq!(process.wait_for_deploy().unwrap(), [ONE, TWO, THREE], "{version:?}");
        assert_eq!(applied_names(&report), [""; 0], "{version:?}");
        assert!(report.elapsed() > Duration::from_millis(200), "{:?}", report.elapsed());
        assert_each_ran_once(&site);
    }
}

/// Prisma keeps the file for its whole run, longer than a read waits for it.
#[test]
fn a_deploy_of_prismas_on_sqlite_may_take_longer_than_a_read_waits() {
    let site = with_slow_script(Kind::SqliteText);
    let process = Prisma::new(PrismaVersion::V7_10).start(&site.target(), PrismaCommand::Deploy);
    wait_for_file(&site);
    let store = SqliteStore::from_path(site.file()).unwrap();
    let store = store.with_busy_wait(Duration::from_millis(50));
    let report = wait(ensure_up_to_date(&store, &site.migrations(), options())).unwrap();
    assert_eq!(process.wait_for_deploy().unwrap(), [ONE, TWO, THREE]);
    assert_eq!(applied_names(&report), [""; 0]);
    assert_each_ran_once(&site);
}

#[test]
fn while_we_deploy_on_sqlite_prisma_waits_or_is_told_that_it_is_locked() {
    for version in PrismaVersion::ALL {
        let site = with_slow_script(Kind::SqliteText);
        let prisma = Prisma::new(version);
        thread::scope(|scope| {
            let ours = scope.spawn(|| site.deploy());
            wait_for_row(&site, ONE);
            let prismas = prisma.deploy(&site.target());
            let ours = ours.join().unwrap().unwrap();
            assert_eq!(applied_names(&ours)[..2], [ONE, TWO], "{version:?}");
            if let Err(error) = prismas {
                assert_busy(&error);
            }
        });
        assert_each_ran_once(&site);
        site.assert_clean_for(&prisma);
    }
}
