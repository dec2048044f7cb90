//! Migrations that run statement by statement, on a real server.
#![expect(clippy::unwrap_used, reason = "a test panics where something is wrong")]

#[path = "../common/mod.rs"]
mod common;
mod evidence;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{block_on, database, deploy, folder, options, rows, store, value, wait_until};
use migsafe_postgres::core::diagnosis::State;
use migsafe_postgres::core::engine::{
    Event, Heartbeat, Mode, Resolution, StopToken, plan_resolution, status,
};
use migsafe_postgres::core::migrations::MigrationName;
use migsafe_postgres::core::store::StatementSupport;
use migsafe_postgres::{
    HistoryStore, Migrations, PostgresOptions, PostgresStore, StatementMode, ensure_up_to_date,
};
use migsafe_testing::{Client, Database, PgBouncer, PoolMode, Postgres, Proxy};

const NAME: &str = "20250101000000_index";
const SETUP: (&str, &str) = (
    "20240101000000_t",
    "CREATE TABLE t (id int);\nINSERT INTO t SELECT generate_series(1, 1000);\n",
);
const INDEX: &str = "-- migsafe: no-transaction because the index is built concurrently\n\
    ALTER TABLE t ADD COLUMN a int;\n\
    CREATE INDEX CONCURRENTLY t_id_idx ON t (id);\n\
    ALTER TABLE t ADD COLUMN b int;\n";

fn migrations(script: &str) -> Migrations {
    folder(&[SETUP, (NAME, script)])
}

fn index_is_valid(database: &Database, index: &str) -> bool {
    let sql = format!(
        "SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('{index}') AND indisvalid"
    );
    value(database, &sql) == "1"
}

fn columns(database: &Database) -> String {
    value(
        database,
        "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute \
         WHERE attrelid = 't'::regclass AND attnum > 0",
    )
}

fn leases(database: &Database) -> String {
    value(database, "SELECT count(*) FROM migsafe.lease")
}

#[test]
fn every_statement_is_carried_out_once_and_recorded() {
    let database = database();
    block_on(async {
        let store = store(&database.url()).await;
        let report = deploy(&store, &migrations(INDEX)).await.unwrap();
        assert_eq!(report.applied().len(), 2);
        let row = rows(&store).await.into_iter().find(|row| row.migration_name == NAME).unwrap();
        assert!(row.is_finished());
        assert_eq!((row.applied_steps_count, row.logs), (Some(1), None));
        assert!(deploy(&store, &migrations(INDEX)).await.unwrap().applied().is_empty());
    });
    assert!(index_is_valid(&database, "t_id_idx"));
    assert_eq!(columns(&database), "id,a,b");
    let journal = "SELECT string_agg(statement || state || in_transaction, ' ' ORDER BY statement) \
                   FROM migsafe.journal";
    assert_eq!(value(&database, journal), "1donetrue 2donefalse 3donetrue");
    assert_eq!(leases(&database), "0");
}

#[test]
fn a_statement_alone_in_its_file_needs_no_header() {
    let database = database();
    block_on(async {
        let store = store(&database.url()).await;
        let alone = migrations("CREATE INDEX CONCURRENTLY t_id_idx ON t (id);");
        assert_eq!(deploy(&store, &alone).await.unwrap().applied().len(), 2);
    });
    assert!(index_is_valid(&database, "t_id_idx"));
}

#[test]
fn a_cut_before_or_after_any_message_is_gone_on_from() {
    for after in [false, true] {
        for pattern in [
            "ALTER TABLE t ADD COLUMN a",
            "CREATE INDEX CONCURRENTLY",
            "ALTER TABLE t ADD COLUMN b",
            "RESET SESSION AUTHORIZATION;\nRESET ROLE;\nRESET ALL",
            "UPDATE \"public\".\"_prisma_migrations\" SET finished_at",
        ] {
            let database = database();
            let proxy = Proxy::start(Postgres::shared().port());
            block_on(async {
                let direct = store(&database.url()).await;
                deploy(&direct, &folder(&[SETUP])).await.unwrap();
                if after {
                    proxy.cut_after(pattern);
                } else {
                    proxy.cut_before(pattern);
                }
                let proxied = store(&database.url_through(proxy.port())).await;
                let context = format!("cut {} {pattern}", if after { "after" } else { "before" });
                let error = deploy(&proxied, &migrations(INDEX)).await.unwrap_err();
                assert_eq!(proxy.fired(), 1, "{context}");
                assert!(!error.is_refusal(), "{context}: {error}");
                drop(proxied);
                // Whatever was lost, status says where it goes on, and a deploy goes on.
                let ours = "SELECT count(*) FROM pg_stat_activity \
                     WHERE datname = current_database() AND application_name = 'migsafe'";
                wait_until(&database, ours, "0", Duration::from_secs(10));
                let found = status(&direct, &migrations(INDEX), &options()).await.unwrap();
                let state = found.diagnosis().entry(NAME).unwrap().state();
                assert!(!found.is_refused(), "{context}: {:?}", found.findings());
                assert!(matches!(state, State::Failed | State::Applied), "{context}: {state}");
                let report = deploy(&direct, &migrations(INDEX)).await;
                let report = report.unwrap_or_else(|error| panic!("{context}: {error}"));
                assert!(report.status().is_up_to_date(), "{context}");
            });
            assert!(index_is_valid(&database, "t_id_idx"));
            assert_eq!(columns(&database), "id,a,b", "{pattern}");
            assert_eq!(leases(&database), "0");
        }
    }
}

#[test]
fn a_failed_build_is_named_dropped_and_built_again() {
    let database = database();
    let unique = migrations("CREATE UNIQUE INDEX CONCURRENTLY t_id_key ON t (id);");
    block_on(async {
        let store = store(&database.url()).await;
        deploy(&store, &folder(&[SETUP])).await.unwrap();
        database.query("INSERT INTO t VALUES (7)").unwrap();
        // Found before anything is sent; so the row comes when all is judged.
        assert!(deploy(&store, &unique).await.unwrap_err().is_refusal());
        database.query("DELETE FROM t WHERE ctid = (SELECT max(ctid) FROM t)").unwrap();
        let late = Mutex::new(database.client());
        let run = options().on_event(move |event| {
            if matches!(event, Event::StepStarted { .. }) {
                late.lock().unwrap().query("INSERT INTO t VALUES (7)").unwrap();
            }
        });
        let error = ensure_up_to_date(&store, &unique, run).await.unwrap_err();
        assert_eq!(error.code(), "statement-failed", "{error}");
        assert!(error.to_string().contains("23505"), "{error}");
        assert!(!index_is_valid(&database, "t_id_key"));
        // Nothing goes on by itself after an error of the server.
        assert!(deploy(&store, &unique).await.unwrap_err().is_refusal());
        database.query("DELETE FROM t WHERE id = 7").unwrap();
        let resumed = ensure_up_to_date(&store, &unique, options().resume_failed(true)).await;
        assert!(resumed.unwrap().status().is_up_to_date());
    });
    assert!(index_is_valid(&database, "t_id_key"));
}

#[test]
fn an_invalid_index_behind_if_not_exists_is_caught() {
    let database = database();
    let script = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_id_key ON t (id);";
    block_on(async {
        let store = store(&database.url()).await;
        deploy(&store, &folder(&[SETUP])).await.unwrap();
        database.query("INSERT INTO t VALUES (7)").unwrap();
        database.query("CREATE UNIQUE INDEX CONCURRENTLY t_id_key ON t (id)").unwrap_err();
        database.query("DELETE FROM t WHERE id = 7").unwrap();
        assert!(!index_is_valid(&database, "t_id_key"));
        deploy(&store, &migrations(script)).await.unwrap();
    });
    assert!(index_is_valid(&database, "t_id_key"));
}

/// Prisma waits for the lock inside a statement, which holds a snapshot that the build waits for. With
/// the lock free while the build runs, both go on.
#[test]
fn a_deployer_that_blocks_on_the_lock_does_not_deadlock_with_the_build() {
    let database = database();
    block_on(async {
        let store = store(&database.url()).await;
        deploy(&store, &folder(&[SETUP])).await.unwrap();
    });
    let mut blocker = database.client();
    // An old snapshot, which the build waits for.
    blocker.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").unwrap();
    let url = database.url();
    let deployer = std::thread::spawn(move || {
        block_on(async { deploy(&store(&url).await, &migrations(INDEX)).await.map(|_| ()) })
    });
    // The build waits for the blocker's transaction.
    let building = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'";
    wait_until(&database, building, "1", Duration::from_secs(20));
    let mut prisma = database.client();
    prisma.set_timeout(Some(Duration::from_secs(10))).unwrap();
    prisma.query("SELECT pg_advisory_lock(72707369)").unwrap();
    blocker.query("COMMIT").unwrap();
    drop(prisma);
    deployer.join().unwrap().unwrap();
    assert!(index_is_valid(&database, "t_id_idx"));
}

#[test]
fn others_see_it_running_and_wait_for_it() {
    let database = database();
    block_on(async {
        deploy(&store(&database.url()).await, &folder(&[SETUP])).await.unwrap();
    });
    let mut blocker = database.client();
    // An old snapshot, which the build waits for.
    blocker.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").unwrap();
    let start = |url: String| {
        std::thread::spawn(move || {
            block_on(async { deploy(&store(&url).await, &migrations(INDEX)).await })
        })
    };
    let first = start(database.url());
    let building = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'";
    wait_until(&database, building, "1", Duration::from_secs(20));
    block_on(async {
        let found =
            status(&store(&database.url()).await, &migrations(INDEX), &options()).await.unwrap();
        assert_eq!(found.diagnosis().entry(NAME).unwrap().state(), State::Running);
        let running = found.findings().iter().find(|finding| finding.rule == "running").unwrap();
        assert!(running.message.contains("its lease is held by migsafe"), "{}", running.message);
    });
    let second = start(database.url());
    std::thread::sleep(Duration::from_millis(300));
    blocker.query("COMMIT").unwrap();
    let first = first.join().unwrap().unwrap();
    let second = second.join().unwrap().unwrap();
    assert_eq!((first.applied().len(), second.applied().len()), (1, 0));
    assert!(second.status().is_up_to_date());
    assert_eq!(columns(&database), "id,a,b");
}

#[test]
fn a_partition_is_detached_and_a_pending_detach_is_finalised() {
    let database = database();
    let parent = "CREATE TABLE p (id int) PARTITION BY RANGE (id);\n\
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);\n";
    let detach = "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;";
    block_on(async {
        let store = store(&database.url()).await;
        let migrations = folder(&[("20240101000000_p", parent), (NAME, detach)]);
        deploy(&store, &migrations).await.unwrap();
    });
    assert_eq!(value(&database, "SELECT count(*) FROM pg_inherits"), "0");
}

#[test]
fn through_a_transaction_pooler_it_is_refused_with_the_way_out() {
    let database = database();
    let pooler = PgBouncer::start(Postgres::shared(), PoolMode::Transaction, 5);
    block_on(async {
        deploy(&store(&database.url()).await, &folder(&[SETUP])).await.unwrap();
        let pooled = store(&pooler.url(database.name())).await;
        // Judged before the first step: nothing at all is written, not even what could run here.
        let later =
            folder(&[SETUP, ("20240601000000_u", "CREATE TABLE u (id int);"), (NAME, INDEX)]);
        let error = deploy(&pooled, &later).await.unwrap_err();
        assert!(error.is_refusal(), "{error}");
        assert!(error.to_string().contains("pooler"), "{error}");
        for sign in ["two open connections were served by one", "one connection by two"] {
            assert!(error.to_string().contains(sign), "{error}");
        }
        assert!(error.to_string().contains("direct URL"), "{error}");
        assert_eq!(rows(&pooled).await.len(), 1, "nothing was written");
        let options = PostgresOptions::from_url(&database.url())
            .unwrap()
            .with_statement_mode(StatementMode::Forbidden);
        let forbidden = PostgresStore::from_options(options);
        assert!(deploy(&forbidden, &later).await.unwrap_err().is_refusal());
    });
    assert_eq!(columns(&database), "id");
}

/// However the pooler chooses, and however few processes it has; and none where there is none.
#[test]
fn a_transaction_pooler_is_recognised_and_no_other_connection() {
    let database = database();
    let probe = |url: String| block_on(async { store(&url).await.probe_statements().await });
    let mut signs = Vec::new();
    for round_robin in ["server_round_robin = 0\n", "server_round_robin = 1\n"] {
        for size in [1, 2, 5, 20] {
            let server = Postgres::shared();
            let pooler = PgBouncer::start_with(server, PoolMode::Transaction, size, round_robin);
            let url = pooler.url(database.name());
            // As many processes as it may have, so that it has a choice.
            let mut clients: Vec<_> = (0..size)
                .map(|_| Client::connect(pooler.port(), database.name()).unwrap())
                .collect();
            clients.iter_mut().for_each(|client| drop(client.query("BEGIN").unwrap()));
            clients.iter_mut().for_each(|client| drop(client.query("COMMIT").unwrap()));
            for _ in 0..5 {
                match probe(url.clone()).unwrap() {
                    StatementSupport::Refused(why) => signs.push((size, round_robin, why)),
                    other => panic!("{size} {round_robin}: {other:?}"),
                }
            }
        }
    }
    let seen = |sign: &str| signs.iter().filter(|(_, _, why)| why.contains(sign)).count();
    let (shared, exchanged) = (seen("two open connections"), seen("one connection by two"));
    println!("{} looks: shared {shared}, exchanged {exchanged}", signs.len());
    assert!(shared > 0 && exchanged > 0, "{signs:?}");
    let session = PgBouncer::start(Postgres::shared(), PoolMode::Session, 5);
    for url in [session.url(database.name()), database.url()] {
        for _ in 0..20 {
            assert_eq!(probe(url.clone()).unwrap(), StatementSupport::Available, "{url}");
        }
    }
}

/// Asking opens connections, of which a server has few: a hundred that wait must not.
#[test]
fn only_the_one_with_the_lock_asks_about_the_connection() {
    let database = database();
    block_on(async {
        deploy(&store(&database.url()).await, &folder(&[SETUP])).await.unwrap();
        let pooler = PgBouncer::start(Postgres::shared(), PoolMode::Transaction, 2);
        let pooled = store(&pooler.url(database.name())).await;
        let mut other = database.client();
        other.query("SELECT pg_advisory_lock(72707369)").unwrap();
        let run = options().with_lock_wait(Duration::from_millis(300));
        let error = ensure_up_to_date(&pooled, &migrations(INDEX), run).await.unwrap_err();
        assert_eq!(error.code(), "lock-not-obtained", "{error}");
        // One that only waits for another, who may have a better way to the server, need not know.
        let run = options().with_mode(Mode::Wait).with_lock_wait(Duration::from_millis(300));
        let error = ensure_up_to_date(&pooled, &migrations(INDEX), run).await.unwrap_err();
        assert_eq!(error.code(), "not-up-to-date", "{error}");
        drop(other);
        let dry = ensure_up_to_date(&pooled, &migrations(INDEX), options().dry_run(true)).await;
        assert!(dry.unwrap_err().is_refusal());
        assert!(deploy(&pooled, &migrations(INDEX)).await.unwrap_err().is_refusal());
    });
}

#[test]
fn with_a_direct_url_beside_the_pooler_it_is_carried_out() {
    let database = database();
    let pooler = PgBouncer::start(Postgres::shared(), PoolMode::Transaction, 2);
    block_on(async {
        let options = PostgresOptions::from_url(&pooler.url(database.name()))
            .and_then(|options| options.with_direct_url(&database.url()))
            .unwrap();
        let store = PostgresStore::from_options(options);
        assert_eq!(deploy(&store, &migrations(INDEX)).await.unwrap().applied().len(), 2);
    });
    assert!(index_is_valid(&database, "t_id_idx"));
}

#[test]
fn a_backfill_runs_in_batches_and_can_be_stopped_and_gone_on_with() {
    const BACKFILL: &str = "-- migsafe: no-transaction because the table is large\n\
        ALTER TABLE t ADD COLUMN doubled int;\n\
        -- migsafe: repeat until no row is left\n\
        UPDATE t SET doubled = id * 2 WHERE id IN (\n\
            SELECT id FROM t WHERE doubled IS NULL ORDER BY id LIMIT 300);\n\
        ALTER TABLE t ALTER COLUMN doubled SET NOT NULL;\n";
    let database = database();
    block_on(async {
        let store = store(&database.url()).await;
        deploy(&store, &folder(&[SETUP])).await.unwrap();
        let token = StopToken::new();
        let stopper = token.clone();
        let paused = options().with_stop(token).on_event(move |event| {
            if matches!(event, Event::StatementProgress { rows: 600, .. }) {
                stopper.stop();
            }
        });
        let error = ensure_up_to_date(&store, &migrations(BACKFILL), paused).await.unwrap_err();
        assert_eq!(error.code(), "stopped");
        assert_eq!(value(&database, "SELECT count(*) FROM t WHERE doubled IS NULL"), "400");
        let progress = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&progress);
        let resumed = options().on_event(move |event| {
            if let Event::StatementProgress { rows, .. } = event {
                seen.lock().unwrap().push(*rows);
            }
        });
        let report = ensure_up_to_date(&store, &migrations(BACKFILL), resumed).await.unwrap();
        assert!(report.status().is_up_to_date());
        assert_eq!(*progress.lock().unwrap(), [300, 400]);
    });
    assert_eq!(value(&database, "SELECT count(*) FROM t WHERE doubled = id * 2"), "1000");
}

/// The process of the first is stopped: its connections stay, it renews nothing, nobody ends it. By the server's clock
/// alone its lease runs out; then another goes on, and the first, woken, is fenced off, whatever it would send next.
#[test]
fn a_lease_runs_out_by_the_servers_clock_and_its_owner_is_fenced_off() {
    const LEASE: Duration = Duration::from_secs(2);
    // Which statement the first is about to send, in a transaction and outside of one.
    for (stopped_at, script) in [
        (
            2,
            "INSERT INTO t VALUES (5000);\nINSERT INTO t VALUES (5000);\nINSERT INTO t VALUES (5000);\n",
        ),
        (2, "INSERT INTO t VALUES (5000);\nCREATE INDEX CONCURRENTLY t_id_idx ON t (id);\n"),
        (
            3,
            "INSERT INTO t VALUES (5000);\nINSERT INTO t VALUES (5000);\nINSERT INTO t VALUES (5000);\n",
        ),
    ] {
        let script = format!("-- migsafe: no-transaction because of the test\n{script}");
        let database = database();
        let leased = |url: String| {
            let options = PostgresOptions::from_url(&url).unwrap().with_lease_duration(LEASE);
            PostgresStore::from_options(options)
        };
        block_on(async {
            deploy(&leased(database.url()), &folder(&[SETUP])).await.unwrap();
        });
        let (stopped, is_stopped) = std::sync::mpsc::channel();
        let (wake, woken) = std::sync::mpsc::channel::<()>();
        let (url, folder) = (database.url(), migrations(&script));
        let first = std::thread::spawn(move || {
            // With a runtime of one thread everything of this deployer stands still with it, the renewal too.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let woken = Mutex::new(woken);
            let run = options().on_event(move |event| {
                if matches!(event, Event::StatementStarted { statement, .. } if *statement == stopped_at)
                {
                    stopped.send(()).unwrap();
                    woken.lock().unwrap().recv().unwrap();
                }
            });
            let store = leased(url);
            runtime.unwrap().block_on(ensure_up_to_date(&store, &folder, run))
        });
        is_stopped.recv_timeout(Duration::from_secs(30)).unwrap();
        let began = std::time::Instant::now();
        block_on(async {
            let second = leased(database.url());
            let found = status(&second, &migrations(&script), &options()).await.unwrap();
            assert_eq!(found.diagnosis().entry(NAME).unwrap().state(), State::Running);
            let report = deploy(&second, &migrations(&script)).await.unwrap();
            assert_eq!(report.applied().len(), 1);
        });
        let waited = began.elapsed();
        assert!(waited > LEASE / 2, "it was not waited for: {waited:?}");
        assert!(waited < LEASE * 4, "{waited:?}");
        let both_there = "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'migsafe' \
                          AND datname = current_database() AND state = 'idle'";
        assert_eq!(value(&database, both_there), "t", "the first was connected all the time");
        let everything = "SELECT (SELECT sum(id) FROM t) || (SELECT string_agg(j::text, ' ') \
            FROM migsafe.journal AS j) || (SELECT string_agg(r::text, ' ') FROM _prisma_migrations AS r)";
        let before = value(&database, everything);
        wake.send(()).unwrap();
        let error = first.join().unwrap().unwrap_err();
        assert_eq!(error.code(), "conflict", "{error}");
        assert!(error.to_string().contains("another deployer has taken over"), "{error}");
        assert_eq!(value(&database, everything), before, "the first has written");
        let inserts = script.matches("INSERT").count();
        let sum = 500_500 + 5000 * inserts;
        assert_eq!(value(&database, "SELECT sum(id) FROM t"), sum.to_string(), "{script}");
        assert_eq!(leases(&database), "0");
    }
}

/// What the book says of a resolution by hand while a statement runs, which Prisma allows.
#[test]
fn a_row_that_is_resolved_by_hand_meanwhile_is_not_finished() {
    let database = database();
    block_on(async {
        deploy(&store(&database.url()).await, &folder(&[SETUP])).await.unwrap();
    });
    let mut blocker = database.client();
    // An old snapshot, which the build waits for.
    blocker.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").unwrap();
    let url = database.url();
    let first = std::thread::spawn(move || {
        block_on(async { deploy(&store(&url).await, &migrations(INDEX)).await })
    });
    let building = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'";
    wait_until(&database, building, "1", Duration::from_secs(20));
    block_on(async {
        let store = store(&database.url()).await;
        let ours = Resolution::RolledBack(MigrationName::new(NAME));
        let refused = plan_resolution(&store, &migrations(INDEX), &ours).await.unwrap_err();
        assert_eq!(refused.code(), "running");
    });
    let by_hand = "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL";
    database.query(by_hand).unwrap();
    blocker.query("COMMIT").unwrap();
    let error = first.join().unwrap().unwrap_err();
    assert_eq!(error.code(), "conflict", "{error}");
    let rows = "SELECT string_agg((finished_at IS NULL) || ' ' || (rolled_back_at IS NULL), ', ') \
                FROM _prisma_migrations WHERE migration_name LIKE '%index'";
    assert_eq!(value(&database, rows), "true false");
}

#[test]
fn a_transaction_of_the_scripts_own_is_refused_with_the_way_out() {
    let database = database();
    let script = "-- migsafe: no-transaction because of the index\n\
        BEGIN;\nALTER TABLE t ADD COLUMN a int;\nCOMMIT;\n\
        CREATE INDEX CONCURRENTLY t_id_idx ON t (id);\n";
    block_on(async {
        let store = store(&database.url()).await;
        deploy(&store, &folder(&[SETUP])).await.unwrap();
        let error = deploy(&store, &migrations(script)).await.unwrap_err();
        let causes: Vec<_> = error.refusal().unwrap().causes().collect();
        assert!(causes.iter().all(|cause| cause.rule == "transaction-nesting"), "{error}");
        assert!(causes[0].help.contains("a migration of their own"), "{}", causes[0].help);
    });
    assert_eq!(columns(&database), "id");
}

#[test]
fn a_long_build_says_how_far_it_has_come() {
    let database = database();
    block_on(async {
        deploy(&store(&database.url()).await, &folder(&[SETUP])).await.unwrap();
    });
    let mut blocker = database.client();
    // An old snapshot, which the build waits for.
    blocker.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").unwrap();
    let (advanced, has_advanced) = std::sync::mpsc::channel();
    let heartbeat = Heartbeat::new();
    let (url, pulse) = (database.url(), heartbeat.clone());
    let deployer = std::thread::spawn(move || {
        let run = options().with_heartbeat(pulse).on_event(move |event| {
            if let Event::StatementAdvanced { statement, progress } = event {
                // The test may have seen enough.
                let _ = advanced.send((*statement, progress.clone()));
            }
        });
        block_on(async { ensure_up_to_date(&store(&url).await, &migrations(INDEX), run).await })
    });
    let (statement, progress) = has_advanced.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!((statement, progress.done, progress.total), (2, 0, 1), "{progress}");
    assert_eq!(progress.phase, "waiting for old snapshots");
    assert_eq!(heartbeat.pulse().progress, Some(progress));
    let alive = heartbeat.pulse().to_string();
    assert!(alive.contains("statement 2 of 3, waiting for old snapshots, 0 % of it, "), "{alive}");
    blocker.query("COMMIT").unwrap();
    assert!(deployer.join().unwrap().unwrap().status().is_up_to_date());
    assert_eq!(heartbeat.pulse().progress, None);
}

/// Before its first statement is recorded, only the lease tells that a migration runs by statement.
#[test]
fn what_ends_before_the_first_statement_is_gone_on_with() {
    let database = database();
    let script = "-- migsafe: no-transaction because of the index\n\
        ALTER TABLE t ADD COLUMN a int;\n\
        CREATE INDEX CONCURRENTLY t_id_idx ON t (id);\n";
    block_on(async {
        let store = store(&database.url()).await;
        deploy(&store, &folder(&[SETUP])).await.unwrap();
        let stop = StopToken::new();
        let stopper = stop.clone();
        let run = options().with_stop(stop).on_event(move |event| {
            if matches!(event, Event::StepStarted { .. }) {
                stopper.stop();
            }
        });
        let error = ensure_up_to_date(&store, &migrations(script), run).await.unwrap_err();
        assert_eq!(error.code(), "stopped");
        // The report of the run itself says the same as the status after it.
        let left = error.report().unwrap().status();
        assert!(!left.is_refused(), "{:?}", left.findings());
        let found = status(&store, &migrations(script), &options()).await.unwrap();
        assert!(!found.is_refused(), "{:?}", found.findings());
        // A table that is in use: nothing is left of the statement, and nothing is recorded of it.
        let mut reader = database.client();
        reader.query("BEGIN; SELECT count(*) FROM t").unwrap();
        let limit = Some(Duration::from_millis(50));
        let run = options().with_lock_timeout(limit).with_retries(0);
        let error = ensure_up_to_date(&store, &migrations(script), run).await.unwrap_err();
        assert_eq!(error.code(), "relation-locked");
        let left = error.report().unwrap().status();
        assert!(!left.is_refused(), "{:?}", left.findings());
        reader.query("COMMIT").unwrap();
        assert!(deploy(&store, &migrations(script)).await.unwrap().status().is_up_to_date());
    });
    assert_eq!(columns(&database), "id,a");
    assert_eq!(leases(&database), "0");
}
