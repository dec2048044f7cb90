//! What counts as evidence that a statement outside a transaction was carried out, and what it left.

use std::time::Duration;

use migsafe_postgres::core::engine::status;
use migsafe_postgres::{Error, Migrations, Report, ensure_up_to_date};
use migsafe_testing::{Database, Postgres, Proxy};

use crate::common::{block_on, database, deploy, folder, options, store, value, wait_until};
use crate::{NAME, index_is_valid};

const FIRST: &str = "20240101000000_first";

fn two(first: &str, second: &str) -> Migrations {
    folder(&[(FIRST, first), (NAME, second)])
}

fn run(database: &Database, migrations: &Migrations) -> Result<Report, Error> {
    block_on(async { deploy(&store(&database.url()).await, migrations).await })
}

fn resume(database: &Database, migrations: &Migrations) -> Result<Report, Error> {
    let run = options().resume_failed(true);
    block_on(async { ensure_up_to_date(&store(&database.url()).await, migrations, run).await })
}

/// The connection breaks before the message with this text, and nobody is at work any more.
fn cut(database: &Database, migrations: &Migrations, pattern: &str) {
    let proxy = Proxy::start(Postgres::shared().port());
    proxy.cut_before(pattern);
    block_on(async {
        let proxied = store(&database.url_through(proxy.port())).await;
        deploy(&proxied, migrations).await.unwrap_err();
    });
    assert_eq!(proxy.fired(), 1, "{pattern}");
    nobody_is_at_work(database);
}

fn nobody_is_at_work(database: &Database) {
    let ours = "SELECT count(*) FROM pg_stat_activity \
                WHERE datname = current_database() AND application_name = 'migsafe'";
    wait_until(database, ours, "0", Duration::from_secs(10));
}

fn is_finished(database: &Database) -> bool {
    let rows = format!(
        "SELECT count(*) FROM _prisma_migrations WHERE migration_name = '{NAME}' \
         AND finished_at IS NOT NULL"
    );
    value(database, &rows) == "1"
}

fn indexes(database: &Database) -> String {
    value(
        database,
        "SELECT coalesce(string_agg(relname || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END, ', ' \
         ORDER BY relname), '') FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid \
         JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = 'public' \
         AND relname NOT LIKE '\\_prisma%'",
    )
}

const TAKEN: &str = "CREATE TABLE t (a int, b int);\nCREATE INDEX idx ON t (a);\n";
const BUILD: &str = "CREATE UNIQUE INDEX CONCURRENTLY idx ON t (b);";

/// Of several statements of which each fails for a reason that stays, none is ever taken for done.
#[test]
fn a_statement_that_failed_is_run_again_and_fails_again() {
    let partitioned = "CREATE TABLE p (a int) PARTITION BY RANGE (a);\n\
        CREATE TABLE p2 (a int) PARTITION BY RANGE (a);\n\
        CREATE TABLE p1 PARTITION OF p2 FOR VALUES FROM (0) TO (10);\n";
    for (first, second, code) in [
        (TAKEN, BUILD, "42P07"),
        (partitioned, "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;", "42P01"),
        (TAKEN, "DROP INDEX CONCURRENTLY reel_idx;", "42704"),
    ] {
        let database = database();
        let migrations = two(first, second);
        run(&database, &folder(&[(FIRST, first)])).unwrap();
        let error = run(&database, &migrations).unwrap_err();
        assert!(error.to_string().contains(code), "{error}");
        for _ in 0..2 {
            let error = resume(&database, &migrations).unwrap_err();
            assert_eq!(error.code(), "statement-failed", "{error}");
            assert!(error.to_string().contains(code), "{error}");
        }
        assert!(!is_finished(&database), "{second}");
    }
}

/// The name is there, and the statement was never sent.
#[test]
fn what_stood_before_a_statement_in_doubt_is_no_evidence() {
    for (second, pattern, code) in [
        (BUILD, "CREATE UNIQUE INDEX CONCURRENTLY", "42P07"),
        ("DROP INDEX CONCURRENTLY reel_idx;", "DROP INDEX CONCURRENTLY", "42704"),
    ] {
        let database = database();
        run(&database, &folder(&[(FIRST, TAKEN)])).unwrap();
        cut(&database, &two(TAKEN, second), pattern);
        let error = run(&database, &two(TAKEN, second)).unwrap_err();
        assert!(error.to_string().contains(code), "{error}");
        assert!(!is_finished(&database));
    }
}

/// The server says yes, and the effect is not there: this is a failure like any other, at once and later.
#[test]
fn an_index_of_another_table_behind_if_not_exists_is_a_failure() {
    let database = database();
    let first = "CREATE TABLE t (a int);\nCREATE TABLE u (a int);\nCREATE INDEX idx_a ON u (a);\n";
    let migrations = two(first, "CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_a ON t (a);");
    let error = run(&database, &migrations).unwrap_err();
    assert!(error.to_string().contains("idx_a is an index of u"), "{error}");
    block_on(async {
        let found = status(&store(&database.url()).await, &migrations, &options()).await.unwrap();
        assert!(found.is_refused(), "{:?}", found.findings());
    });
    assert!(run(&database, &migrations).unwrap_err().is_refusal());
    let error = resume(&database, &migrations).unwrap_err();
    assert_eq!(error.code(), "statement-failed", "{error}");
    assert!(!is_finished(&database));
    database.query("DROP INDEX idx_a").unwrap();
    assert!(resume(&database, &migrations).unwrap().status().is_up_to_date());
    assert!(index_is_valid(&database, "idx_a"));
}

/// Wherever it is cut, an invalid index is never left behind a finished row.
#[test]
fn an_invalid_index_behind_if_not_exists_is_caught_after_a_cut() {
    let first = "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1), (1);\n";
    let second = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS u ON t (a);";
    for pattern in [
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS u",
        "RESET SESSION AUTHORIZATION;\nRESET ROLE;\nRESET ALL",
        "indisready",
        "DROP INDEX CONCURRENTLY",
        "'done'",
        "UPDATE \"public\".\"_prisma_migrations\" SET finished_at",
    ] {
        let database = database();
        run(&database, &folder(&[(FIRST, first)])).unwrap();
        database.query("CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)").unwrap_err();
        database.query("TRUNCATE t").unwrap();
        assert_eq!(indexes(&database), "u INVALID");
        cut(&database, &two(first, second), pattern);
        assert!(run(&database, &two(first, second)).unwrap().status().is_up_to_date());
        assert_eq!(indexes(&database), "u", "{pattern}");
    }
}

#[test]
fn a_statement_that_failed_may_be_mended() {
    let first = "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1), (1);\n";
    let one = |sql: &str| format!("-- migsafe: no-transaction because of the index\n{sql}\n");
    for (failing, code, mended, left) in [
        (
            "CREATE INDEX CONCURRENTLY i ON t (b);",
            "42703",
            "CREATE INDEX CONCURRENTLY i ON t (a);",
            "i",
        ),
        // What the old text left half done goes, whatever stands there now.
        (
            "CREATE INDEX CONCURRENTLY i ON t ((1 / (a - 1)));",
            "22012",
            "CREATE INDEX CONCURRENTLY j ON t (a);",
            "j",
        ),
        (
            "CREATE INDEX CONCURRENTLY i ON t ((1 / (a - 1)));",
            "22012",
            "CREATE INDEX j ON t (a);",
            "j",
        ),
        ("CREATE INDEX CONCURRENTLY i ON t ((1 / (a - 1)));", "22012", "", ""),
        ("CREATE DATABASE postgres;", "42P04", "CREATE INDEX CONCURRENTLY i ON t (a);", "i"),
    ] {
        let database = database();
        let script = |second: &str| one(&format!("ALTER TABLE t ADD COLUMN c int;\n{second}"));
        run(&database, &folder(&[(FIRST, first)])).unwrap();
        let error = run(&database, &two(first, &script(failing))).unwrap_err();
        assert!(error.to_string().contains(code), "{error}");
        let report = resume(&database, &two(first, &script(mended)));
        let report = report.unwrap_or_else(|error| panic!("{failing} {mended}: {error}"));
        assert!(report.status().is_up_to_date(), "{:?}", report.status().findings());
        assert_eq!(indexes(&database), left, "{failing} {mended}");
        assert!(is_finished(&database));
    }
}

#[test]
fn an_index_without_a_name_is_dropped_and_built_again() {
    let first = "CREATE TABLE t (a int);\nINSERT INTO t VALUES (0), (0);\n";
    let second = "CREATE INDEX CONCURRENTLY ON t ((1 / a));";
    let migrations = two(first, second);
    let database = database();
    run(&database, &folder(&[(FIRST, first)])).unwrap();
    database.query("CREATE UNIQUE INDEX CONCURRENTLY by_hand ON t (a)").unwrap_err();
    let error = run(&database, &migrations).unwrap_err();
    assert!(error.help().contains("t_expr_idx half done"), "{}", error.help());
    assert!(!error.help().contains("by_hand"), "{}", error.help());
    assert_eq!(indexes(&database), "by_hand INVALID, t_expr_idx INVALID");
    resume(&database, &migrations).unwrap_err();
    assert_eq!(
        indexes(&database),
        "by_hand INVALID, t_expr_idx INVALID",
        "dropped once, built once"
    );
    database.query("DELETE FROM t").unwrap();
    assert!(resume(&database, &migrations).unwrap().status().is_up_to_date());
    assert_eq!(indexes(&database), "by_hand INVALID, t_expr_idx", "what is not ours stays");
}

/// Of a table that was not there, nothing can have been built.
#[test]
fn a_table_that_was_not_there_may_be_made_by_hand() {
    for second in
        ["CREATE INDEX CONCURRENTLY t_a_idx ON v (a);", "CREATE INDEX CONCURRENTLY ON v (a);"]
    {
        let database = database();
        let first = "CREATE TABLE t (a int);\n";
        run(&database, &folder(&[(FIRST, first)])).unwrap();
        let error = run(&database, &two(first, second)).unwrap_err();
        assert!(error.to_string().contains("42P01"), "{error}");
        database.query("CREATE TABLE v (a int)").unwrap();
        assert!(resume(&database, &two(first, second)).unwrap().status().is_up_to_date());
        assert_ne!(indexes(&database), "");
    }
}

/// TRUNCATE builds the indexes of a table anew and makes an invalid one valid; then nobody can tell whose it is.
#[test]
fn an_index_without_a_name_that_is_valid_after_all_is_asked_about() {
    let first = "CREATE TABLE t (a int);\nINSERT INTO t VALUES (0);\n";
    let migrations = two(first, "CREATE INDEX CONCURRENTLY ON t ((1 / a));");
    let database = database();
    run(&database, &migrations).unwrap_err();
    database.query("TRUNCATE t").unwrap();
    assert_eq!(indexes(&database), "t_expr_idx");
    let error = resume(&database, &migrations).unwrap_err();
    assert!(error.to_string().contains("t_expr_idx was built meanwhile"), "{error}");
    assert_eq!(indexes(&database), "t_expr_idx");
    database.query("DROP INDEX t_expr_idx").unwrap();
    assert!(resume(&database, &migrations).unwrap().status().is_up_to_date());
    assert_eq!(indexes(&database), "t_expr_idx");
}

/// Before it is sent nothing is there, and after it is done nobody knows whose the index is.
#[test]
fn an_index_without_a_name_is_asked_about_only_where_one_was_built() {
    let first = "CREATE TABLE t (a int);\n";
    let migrations = two(first, "CREATE INDEX CONCURRENTLY ON t (a);");
    let before = database();
    run(&before, &folder(&[(FIRST, first)])).unwrap();
    cut(&before, &migrations, "CREATE INDEX CONCURRENTLY");
    assert!(run(&before, &migrations).unwrap().status().is_up_to_date());
    assert_eq!(indexes(&before), "t_a_idx");
    let after = database();
    run(&after, &folder(&[(FIRST, first)])).unwrap();
    cut(&after, &migrations, "RESET SESSION AUTHORIZATION");
    let error = run(&after, &migrations).unwrap_err();
    assert!(error.to_string().contains("t_a_idx"), "{error}");
    assert!(error.help().contains("resolve --applied"), "{}", error.help());
    assert!(!is_finished(&after));
    after.query("DROP INDEX t_a_idx").unwrap();
    assert!(run(&after, &migrations).unwrap().status().is_up_to_date());
    assert_eq!(indexes(&after), "t_a_idx");
}

#[test]
fn what_a_reindex_left_is_dropped() {
    let first = "CREATE TABLE t (a int);\nCREATE INDEX ti ON t (a);\n";
    for second in ["REINDEX INDEX CONCURRENTLY ti;", "REINDEX (VERBOSE) TABLE CONCURRENTLY t;"] {
        let migrations = two(first, second);
        let database = database();
        run(&database, &folder(&[(FIRST, first)])).unwrap();
        let mut blocker = database.client();
        blocker.query("BEGIN; INSERT INTO t VALUES (1)").unwrap();
        let url = database.url();
        let deployer = {
            let migrations = two(first, second);
            std::thread::spawn(move || {
                block_on(async {
                    let run = options().with_retries(0);
                    ensure_up_to_date(&store(&url).await, &migrations, run).await.map(|_| ())
                })
            })
        };
        let left = "SELECT count(*) FROM pg_class WHERE relname = 'ti_ccnew'";
        wait_until(&database, left, "1", Duration::from_secs(20));
        let cancel = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity \
                      WHERE datname = current_database() AND query LIKE 'REINDEX%' \
                      AND state = 'active' AND pid <> pg_backend_pid()";
        assert_eq!(value(&database, cancel), "1");
        let error = deployer.join().unwrap().unwrap_err();
        blocker.query("COMMIT").unwrap();
        assert_eq!(error.code(), "cancelled", "{error}");
        assert!(error.help().contains("ti_ccnew"), "{}", error.help());
        assert!(!error.help().contains("nothing"), "{}", error.help());
        assert!(run(&database, &migrations).unwrap().status().is_up_to_date());
        assert_eq!(indexes(&database), "ti", "{second}");
    }
}

/// The limit of the role is for statements that block others; a build does not, and an invalid index would be left.
#[test]
fn a_default_lock_timeout_does_not_end_a_build_or_its_mending() {
    let first = "CREATE TABLE t (a int);\n";
    let second = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS u ON t (a);";
    let database = database();
    run(&database, &folder(&[(FIRST, first)])).unwrap();
    database.query("INSERT INTO t VALUES (1), (1)").unwrap();
    database.query("CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)").unwrap_err();
    database.query("DELETE FROM t").unwrap();
    let name = database.name().to_owned();
    database.query(&format!("ALTER DATABASE \"{name}\" SET lock_timeout = '200ms'")).unwrap();
    let mut writer = database.client();
    writer.query("BEGIN; INSERT INTO t VALUES (1)").unwrap();
    let url = database.url();
    let deployer = std::thread::spawn(move || {
        let migrations = two(first, second);
        block_on(async { deploy(&store(&url).await, &migrations).await.map(|_| ()) })
    });
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                 AND query LIKE 'DROP INDEX%' AND wait_event_type = 'Lock'";
    wait_until(&database, waits, "1", Duration::from_secs(20));
    // Longer than the limit: it would have ended by now.
    std::thread::sleep(Duration::from_millis(600));
    writer.query("COMMIT").unwrap();
    deployer.join().unwrap().unwrap();
    assert_eq!(indexes(&database), "u");
}

/// Somebody builds the same index by hand: neither is it dropped under their hands, nor does anybody become the victim of
/// a deadlock.
#[test]
fn an_index_that_another_session_builds_is_left_alone() {
    let first = "CREATE TABLE t (a int);\n";
    let second = "CREATE INDEX CONCURRENTLY i ON t (a);";
    for role in ["postgres", "of_no_privilege"] {
        let database = database();
        run(&database, &folder(&[(FIRST, first)])).unwrap();
        cut(&database, &two(first, second), "CREATE INDEX CONCURRENTLY");
        let mut blocker = database.client();
        blocker.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t").unwrap();
        let mut by_hand = database.client();
        let building = std::thread::spawn(move || by_hand.query(second).map(drop));
        let waits = "SELECT count(*) FROM pg_stat_progress_create_index \
                     WHERE phase LIKE 'waiting%' AND datname = current_database()";
        wait_until(&database, waits, "1", Duration::from_secs(20));
        let url = if role == "postgres" { database.url() } else { as_owner(&database, role) };
        let error = block_on(async { deploy(&store(&url).await, &two(first, second)).await });
        let error = error.unwrap_err();
        assert!(error.to_string().contains("i is being built by server process"), "{error}");
        assert!(error.help().contains("wait"), "{}", error.help());
        blocker.query("COMMIT").unwrap();
        building.join().unwrap().unwrap();
        assert!(run(&database, &two(first, second)).unwrap().status().is_up_to_date());
        assert_eq!(indexes(&database), "i");
    }
}

/// The URL of a role that owns the tables and may not see what others do.
fn as_owner(database: &Database, role: &str) -> String {
    let name = database.name();
    database
        .query(&format!(
            "DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; \
             GRANT CREATE ON DATABASE \"{name}\" TO {role}; ALTER SCHEMA public OWNER TO {role}; \
             ALTER TABLE _prisma_migrations OWNER TO {role}; GRANT USAGE ON SCHEMA migsafe TO {role}; \
             GRANT ALL ON ALL TABLES IN SCHEMA migsafe TO {role}"
        ))
        .unwrap();
    let url = database.url().replacen("postgres@", &format!("{role}@"), 1);
    assert_ne!(url, database.url());
    url
}
