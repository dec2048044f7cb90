//! Scripts of every kind, above all those on which Prisma goes wrong.

use std::time::Duration;

use migsafe_postgres::core::store::{Aborted, Begun, StepOptions, StepOutcome};
use migsafe_postgres::{HistoryStore, ensure_up_to_date};

use crate::common::*;

fn assert_applied(outcome: &StepOutcome) {
    assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}");
}

fn reason(outcome: StepOutcome) -> Aborted {
    match outcome {
        StepOutcome::Aborted { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn begin_without_commit_is_applied_whole() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        assert_applied(&apply(&store, "m", "BEGIN; CREATE TABLE t (id int);").await);
        assert!(has_table(&database, "t"));
        assert!(rows(&store).await[0].is_finished());
        assert_lock_free(&database);
    });
}

#[test]
fn an_error_between_begin_and_commit_is_told_as_it_is() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let script = "BEGIN;\nCREATE TABLE t (id int);\nSELECT 1/0;\nCOMMIT;";
        let outcome = apply(&store, "m", script).await;
        let StepOutcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
        assert_eq!(failure.code.as_deref(), Some("22012"));
        assert!(!has_table(&database, "t"));
        let log = failed_log(&store).await;
        assert_eq!(log, "ERROR 22012: division by zero\nAT: statement 3, line 3, column 1");
    });
}

#[test]
fn a_search_path_that_is_left_behind_harms_nothing() {
    let database = database_with_history();
    let first =
        "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.a (id int);";
    let second = "SET search_path = nowhere; CREATE TABLE public.b (id int);";
    let third = "CREATE TABLE c (id int);";
    let migrations = folder(&[("1_a", first), ("2_b", second), ("3_c", third)]);
    block_on(async {
        let store = store(&database.url()).await;
        let run = options().with_policy(lenient());
        let report = ensure_up_to_date(&store, &migrations, run).await.unwrap();
        assert_eq!(report.applied().len(), 3);
        assert!(rows(&store).await.iter().all(|row| row.is_finished()));
        assert!(has_table(&database, "public.c"));
    });
}

#[test]
fn settings_and_roles_do_not_leak() {
    let database = database_with_history();
    let role = format!("leak_{}", database.name());
    database.query(&format!("CREATE ROLE {role}")).unwrap();
    let set = format!(
        "SET statement_timeout = '1ms'; RESET statement_timeout; SET lock_timeout = '1ms';
         SET SESSION AUTHORIZATION {role}; SET ROLE {role}; SET work_mem = '1MB';
         SET standard_conforming_strings = off; SET statement_timeout = '20ms';"
    );
    let check = "DO $$ BEGIN
            PERFORM pg_sleep(0.1);
            ASSERT current_user = 'postgres' AND session_user = 'postgres';
            ASSERT current_setting('work_mem') <> '1MB';
            ASSERT current_setting('standard_conforming_strings') = 'on';
        END $$;";
    let migrations = folder(&[("1_it's", &set), ("2_check", check)]);
    block_on(async {
        let store = store(&database.url()).await;
        let run = options().with_policy(lenient());
        ensure_up_to_date(&store, &migrations, run).await.unwrap();
    });
    let drop = format!("DROP ROLE {role}");
    database.query(&drop).unwrap();
}

#[test]
fn a_rollback_at_the_end_is_never_recorded_as_applied() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let outcome = apply(&store, "m", "CREATE TABLE t (id int); ROLLBACK;").await;
        assert_eq!(reason(outcome), Aborted::TransactionTaken);
        assert!(!has_table(&database, "t"));
        assert!(rows(&store).await.is_empty());
        assert_lock_free(&database);
    });
}

#[test]
fn a_commit_in_the_middle_leaves_an_unfinished_row() {
    for end in [
        "",
        "; CREATE TABLE b (id int)",
        "; BEGIN; CREATE TABLE b (id int)",
        "; SELECT 1/0",
        "; BEGIN; SAVEPOINT migsafe_step; SELECT 1/0",
    ] {
        let database = database_with_history();
        block_on(async {
            let store = store(&database.url()).await;
            let outcome =
                apply(&store, "m", &format!("CREATE TABLE a (id int); COMMIT{end}")).await;
            assert_eq!(reason(outcome), Aborted::TransactionTaken, "{end}");
            assert!(has_table(&database, "a"));
            let rows = rows(&store).await;
            assert_eq!(rows.len(), 1, "{end}");
            assert!(!rows[0].is_finished(), "{end}");
            assert_lock_free(&database);
        });
    }
}

#[test]
fn savepoints_of_ours_can_be_misused_without_harm() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let outcome =
            apply(&store, "m1", "CREATE TABLE a (id int); ROLLBACK TO SAVEPOINT migsafe_step")
                .await;
        assert_eq!(reason(outcome), Aborted::HistoryTouched);
        let outcome = apply(&store, "m2", "RELEASE SAVEPOINT migsafe_step; SELECT 1/0").await;
        assert_eq!(reason(outcome), Aborted::TransactionTaken);
        assert!(rows(&store).await.is_empty());
        let outcome = apply(&store, "m3", "RELEASE SAVEPOINT migsafe_step; SAVEPOINT x").await;
        assert_applied(&outcome);
    });
}

#[test]
fn writing_to_the_history_is_noticed() {
    for script in [
        "UPDATE _prisma_migrations SET finished_at = now()",
        "DELETE FROM _prisma_migrations",
        "TRUNCATE _prisma_migrations",
        "DROP TABLE _prisma_migrations",
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
        "ALTER TABLE _prisma_migrations RENAME finished_at TO other",
    ] {
        let database = database_with_history();
        block_on(async {
            let store = store(&database.url()).await;
            let outcome = apply(&store, "m", script).await;
            assert_eq!(reason(outcome), Aborted::HistoryTouched, "{script}");
            assert!(rows(&store).await.is_empty(), "{script}");
        });
    }
}

/// Changes that the text shows, that a block, a function and a trigger make, and that take themselves back.
const ON_OTHER_ROWS: &[&str] = &[
    "UPDATE _prisma_migrations SET checksum = 'x' WHERE migration_name = 'm1'",
    "DELETE FROM _prisma_migrations WHERE migration_name = 'm1'",
    "INSERT INTO _prisma_migrations VALUES ('y', 'c', now(), 'm0')",
    "DELETE FROM _prisma_migrations WHERE migration_name = 'm1'; \
     INSERT INTO _prisma_migrations VALUES ('y', 'c', now(), 'm1')",
    "DO $$ BEGIN EXECUTE 'UPDATE _prisma' || '_migrations SET logs = ''x'' \
     WHERE finished_at IS NOT NULL'; END $$",
    "SELECT mend_history()",
    "INSERT INTO watched VALUES (1)",
    "UPDATE _prisma_migrations SET logs = logs WHERE migration_name = 'm1'",
];

#[test]
fn a_script_that_changes_other_rows_is_taken_back() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let mut session = store.open_session().await.unwrap();
        let plain = StepOptions::default();
        let setup = "CREATE TABLE watched (id int); CREATE TABLE free (id int); \
             CREATE FUNCTION mend_history() RETURNS void LANGUAGE sql AS \
             'UPDATE _prisma_migrations SET checksum = ''x'' WHERE migration_name = ''m1'''; \
             CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN PERFORM mend_history(); RETURN NULL; END'; \
             CREATE TRIGGER watch AFTER INSERT ON watched EXECUTE FUNCTION watch()";
        for (name, script) in [("m1", "SELECT 1"), ("m2", setup)] {
            session.begin().await.unwrap();
            assert_applied(&apply_in(&store, &mut *session, name, script, plain).await);
        }
        let before = rows(&store).await;
        for script in ON_OTHER_ROWS {
            session.begin().await.unwrap();
            let script = format!("INSERT INTO free VALUES (1); {script}");
            let outcome = apply_in(&store, &mut *session, "m3", &script, plain).await;
            assert_eq!(reason(outcome), Aborted::HistoryTouched, "{script}");
            assert_eq!(rows(&store).await, before, "{script}");
            let left = database.query("SELECT 1 FROM free").unwrap();
            assert!(left.is_empty(), "{script}");
        }
        // What only reads the history, or writes to a table of that name elsewhere, is as free as before.
        session.begin().await.unwrap();
        let reads = "CREATE SCHEMA other; CREATE TABLE other._prisma_migrations AS \
             SELECT * FROM _prisma_migrations; UPDATE other._prisma_migrations SET logs = 'x'; \
             INSERT INTO free SELECT count(*) FROM _prisma_migrations";
        assert_applied(&apply_in(&store, &mut *session, "m3", reads, plain).await);
        assert!(matches!(session.begin().await.unwrap(), Begun::Unchanged));
        session.rollback().await.unwrap();
    });
}

#[test]
fn others_changes_are_noticed_by_the_stamp() {
    let database = database_with_history();
    database
        .query("INSERT INTO _prisma_migrations SELECT 'r' || n, 'c', now(), 'm' || n FROM generate_series(1, 200) AS n")
        .unwrap();
    block_on(async {
        let store = store(&database.url()).await;
        let mut session = store.open_session().await.unwrap();
        assert!(matches!(session.begin().await.unwrap(), Begun::Locked(_)));
        session.rollback().await.unwrap();
        assert!(matches!(session.begin().await.unwrap(), Begun::Unchanged));
        session.rollback().await.unwrap();
        for change in [
            "INSERT INTO _prisma_migrations VALUES ('z', 'c', now(), 'm')",
            "DELETE FROM _prisma_migrations WHERE id = 'z'",
            "UPDATE _prisma_migrations SET checksum = 'c' WHERE id = 'r1'",
            "DELETE FROM _prisma_migrations WHERE id = 'r2'; INSERT INTO _prisma_migrations VALUES ('r2', 'c', now(), 'm2')",
            "TRUNCATE _prisma_migrations",
            "DROP TABLE _prisma_migrations",
        ] {
            database.query(change).unwrap();
            let begun = session.begin().await.unwrap();
            assert!(matches!(begun, Begun::Locked(_)), "{change}: {begun:?}");
            session.rollback().await.unwrap();
        }
        // Neither does a vacuum, with or without freezing, count as one.
        database.query(&format!("CREATE TABLE _prisma_migrations {PRISMA_TABLE}; INSERT INTO _prisma_migrations VALUES ('z', 'c', now(), 'm')")).unwrap();
        session.begin().await.unwrap();
        session.rollback().await.unwrap();
        database.query("VACUUM (FREEZE) _prisma_migrations").unwrap();
        assert!(matches!(session.begin().await.unwrap(), Begun::Unchanged));
    });
}

#[test]
fn statements_that_need_no_transaction_say_so() {
    for script in [
        "CREATE INDEX CONCURRENTLY i ON t (id)",
        "CREATE TABLE a (id int); VACUUM t",
        "REINDEX SCHEMA public",
        "ALTER SYSTEM SET work_mem = '4MB'",
        "DO $$ BEGIN COMMIT; END $$",
    ] {
        let database = database_with_history();
        database.query("CREATE TABLE t (id int)").unwrap();
        block_on(async {
            let store = store(&database.url()).await;
            let outcome = apply(&store, "m", script).await;
            assert_eq!(reason(outcome), Aborted::NeedsNoTransaction, "{script}");
            assert!(rows(&store).await.is_empty(), "no failed row that stops everything: {script}");
            assert!(!has_table(&database, "a"));
        });
    }
}

#[test]
fn a_deferred_constraint_fails_the_script_and_not_the_commit() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let script = "CREATE TABLE p (id int PRIMARY KEY);
            CREATE TABLE c (id int REFERENCES p DEFERRABLE INITIALLY DEFERRED);
            SET search_path = pg_catalog;
            INSERT INTO public.c VALUES (1);";
        let outcome = apply(&store, "m", script).await;
        let StepOutcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
        assert_eq!(failure.code.as_deref(), Some("23503"));
        assert!(failed_log(&store).await.contains("23503"));
        assert!(!has_table(&database, "p"));
        // And one that is kept is none.
        let good = "CREATE TABLE p (id int PRIMARY KEY);
            CREATE TABLE c (id int REFERENCES p DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO c VALUES (1); INSERT INTO p VALUES (1);";
        assert_applied(&apply(&store, "m2", good).await);
    });
}

#[test]
fn a_failure_is_told_with_statement_line_and_column() {
    for (script, code, place) in [
        // Refused as a whole, before anything ran.
        ("CREATE TABLE a (id int);\nCREATE TABL b ();", "42601", "line 2, column 8"),
        ("SELECT 'é';\nSELECT missing;", "42703", "statement 2, line 2, column 8"),
        ("SELECT 1;\n\n  SELECT 1/0;", "22012", "statement 2, line 3, column 3"),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $x$\nBEGIN RETURN 1/0; END $x$;\nSELECT f();",
            "22012",
            "statement 2, line 3, column 1",
        ),
        (
            ";;/* /* nested */ ; */ -- ;\nSELECT $tag$;$$;$tag$, E'\\';', U&'x;';\nSELECT nope;",
            "42703",
            "statement 2, line 3, column 8",
        ),
        ("CREATE TABLE a (id int) /* open", "42601", "line 1, column 25"),
        ("SELECT 'open", "42601", "line 1, column 8"),
        ("\u{feff}SELECT 1;", "42601", "line 1, column 1"),
        ("SELECT '\u{1F600}', 1/0; SELECT nope", "22012", "statement 1, line 1, column 1"),
    ] {
        let database = database_with_history();
        block_on(async {
            let store = store(&database.url()).await;
            let outcome = apply(&store, "m", script).await;
            let StepOutcome::Failed(failure) = outcome else { panic!("{script}: {outcome:?}") };
            assert_eq!(failure.code.as_deref(), Some(code), "{script}");
            let log = failed_log(&store).await;
            assert!(log.contains(&format!("ERROR {code}: ")), "{log}");
            assert!(log.ends_with(place), "{script}\n{log}");
            assert!(!has_table(&database, "a"));
            assert_lock_free(&database);
        });
    }
}

#[test]
fn the_log_is_clean_and_complete() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let script = "DO $$ BEGIN RAISE EXCEPTION 'it''s \\ \u{1b}[31mred' USING DETAIL = 'two\nlines', HINT = 'a hint'; END $$;";
        apply(&store, "m", script).await;
        let log = failed_log(&store).await;
        assert_eq!(
            log,
            "ERROR P0001: it's \\ red\nDETAIL: two\nlines\nHINT: a hint\nAT: statement 1, line 1, column 1"
        );
    });
}

#[test]
fn empty_scripts_and_comments_are_applied() {
    let database = database_with_history();
    let migrations = folder(&[
        ("1_empty", ""),
        ("2_comment", "-- nothing"),
        ("3_block", "/* nothing */;;"),
        ("4_no_newline", "CREATE TABLE t (id int) -- the end"),
    ]);
    block_on(async {
        let store = store(&database.url()).await;
        let run = options().with_policy(lenient());
        let report = ensure_up_to_date(&store, &migrations, run).await.unwrap();
        assert_eq!(report.applied().len(), 4);
        assert!(rows(&store).await.iter().all(|row| row.applied_steps_count == Some(1)));
    });
}

#[test]
fn copy_is_survived() {
    let database = database_with_history();
    database.query("CREATE TABLE t (id int)").unwrap();
    block_on(async {
        let store = store(&database.url()).await;
        for script in ["CREATE TABLE a (id int); COPY t FROM STDIN; SELECT 1", "COPY t TO STDOUT"] {
            let outcome = apply(&store, "m", script).await;
            assert_eq!(reason(outcome), Aborted::ConnectionLost, "{script}");
            assert_lock_free(&database);
            assert!(rows(&store).await.is_empty());
            assert!(!has_table(&database, "a"));
        }
    });
}

#[test]
fn what_cannot_be_recorded_is_not_run() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let long = "x".repeat(256);
        let outcome = apply(&store, &long, "CREATE TABLE t (id int)").await;
        assert_eq!(reason(outcome), Aborted::NotRecorded);
        database.query("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
            CREATE TRIGGER no BEFORE UPDATE ON _prisma_migrations FOR EACH ROW EXECUTE FUNCTION no()").unwrap();
        let outcome = apply(&store, "m", "CREATE TABLE t (id int)").await;
        assert_eq!(reason(outcome), Aborted::NotRecorded);
        assert!(!has_table(&database, "t"));
        assert!(rows(&store).await.is_empty());
        let outcome = apply(&store, "m", "SELECT 1;\n SELECT '\0';").await;
        let StepOutcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
        assert_eq!((failure.location.line, failure.location.column), (Some(2), Some(10)));
        assert!(failed_log(&store).await.contains("NUL"));
    });
}

#[test]
fn limits_end_a_script_without_a_row() {
    let database = database_with_history();
    database.query("CREATE TABLE t (id int)").unwrap();
    block_on(async {
        let store = store(&database.url()).await;
        let mut limits = StepOptions::default();
        limits.statement_timeout = Some(Duration::from_millis(50));
        let outcome = apply_with(&store, "m", "SELECT pg_sleep(5)", limits).await;
        assert_eq!(reason(outcome), Aborted::Cancelled);
        let mut blocker = database.client();
        blocker.query("BEGIN; LOCK TABLE t").unwrap();
        let mut limits = StepOptions::default();
        limits.lock_timeout = Some(Duration::from_millis(50));
        let script = "CREATE TABLE a (id int); ALTER TABLE t ADD COLUMN x int";
        let outcome = apply_with(&store, "m", script, limits).await;
        assert_eq!(reason(outcome), Aborted::LockTimeout);
        assert!(rows(&store).await.is_empty());
        assert!(!has_table(&database, "a"));
    });
}

#[test]
fn a_script_that_returns_many_rows_is_no_burden() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let script = "SELECT repeat('x', 1000) FROM generate_series(1, 100000); CREATE TYPE mood AS ENUM ('ok'); SELECT 'ok'::mood; CREATE TABLE t (id int);";
        assert_applied(&apply(&store, "m", script).await);
        assert!(has_table(&database, "t"));
    });
}

#[test]
fn notifications_of_a_script_do_not_hide_its_outcome() {
    let database = database_with_history();
    let migrations = folder(&[
        ("1_listen", "LISTEN channel; NOTIFY channel; CREATE TABLE a (id int);"),
        ("2_more", "CREATE TABLE b (id int);"),
    ]);
    block_on(async {
        let store = store(&database.url()).await;
        let run = options().with_policy(lenient());
        let report = ensure_up_to_date(&store, &migrations, run).await.unwrap();
        assert_eq!(report.applied().len(), 2);
        assert_eq!(rows(&store).await.len(), 2);
    });
}

#[test]
fn errors_about_files_of_the_server_are_the_scripts() {
    let database = database_with_history();
    block_on(async {
        let store = store(&database.url()).await;
        let outcome = apply(&store, "m", "LOAD 'no_such_library'").await;
        let StepOutcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
        assert_eq!(failure.code.as_deref(), Some("58P01"));
    });
}
