//! The engine over the in-memory store: what it does, in which order, and what it reports.
#![expect(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use migsafe_core::engine::{Error, Event, Options, ensure_up_to_date, locks, status, verify};
use migsafe_core::history::HistoryRow;
use migsafe_core::lock::LockHolder;
use migsafe_core::policy::{Environment, Policy};
use migsafe_core::report::{ExitCode, Outcome, Report};
use migsafe_core::store::{Aborted, MemoryFault, MemoryStore};
use migsafe_core::testkit::block_on;
use migsafe_core::verify::Expectations;
use migsafe_core::{Dialect, Migrations};

fn folder() -> Migrations {
    Migrations::from_scripts([
        ("20250101000000_a", "CREATE TABLE a (id int);"),
        ("20250102000000_b", "CREATE TABLE b (id int);"),
        ("20250103000000_c", "CREATE TABLE c (id int);"),
    ])
    .unwrap()
}

/// Runs and collects the events as short lines.
fn run(
    store: &MemoryStore,
    migrations: &Migrations,
    options: Options,
) -> (Result<Report, Error>, Vec<String>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&events);
    let options = options.on_event(move |event| listener.lock().unwrap().push(line(event)));
    let result = block_on(ensure_up_to_date(store, migrations, options));
    let events = events.lock().unwrap().clone();
    (result, events)
}

fn line(event: &Event) -> String {
    match event {
        Event::Planned { steps } => format!("planned {}", steps.len()),
        Event::Waiting { holder, .. } => {
            format!("waiting for {:?}", holder.as_ref().map(|holder| holder.pid))
        }
        Event::HistoryTableCreated => "created".to_owned(),
        Event::StepStarted { name, index, total } => format!("start {index}/{total} {name}"),
        Event::StepApplied { name, .. } => format!("applied {name}"),
        Event::StepRetried { name, reason, attempt, .. } => {
            format!("retry {attempt} {name} {reason:?}")
        }
        Event::OutcomeUnknown { name } => format!("unknown {name}"),
        Event::StepFailed { name } => format!("failed {name}"),
        _ => "other".to_owned(),
    }
}

#[test]
fn a_deploy_tells_its_story_in_order() {
    let store = MemoryStore::new(Dialect::Sqlite);
    let (result, events) = run(&store, &folder(), Options::default());
    assert_eq!(result.unwrap().outcome(), Outcome::Applied);
    assert_eq!(
        events,
        [
            "planned 3",
            "created",
            "start 1/3 20250101000000_a",
            "applied 20250101000000_a",
            "start 2/3 20250102000000_b",
            "applied 20250102000000_b",
            "start 3/3 20250103000000_c",
            "applied 20250103000000_c",
        ]
    );
    let (result, events) = run(&store, &folder(), Options::default());
    assert_eq!(result.unwrap().outcome(), Outcome::UpToDate);
    assert_eq!(events, ["planned 0"]);
}

#[test]
fn a_lock_timeout_is_tried_again_and_then_given_up() {
    let store = MemoryStore::new(Dialect::Sqlite);
    store.inject(MemoryFault::RelationLocked);
    store.inject(MemoryFault::RelationLocked);
    let (result, events) = run(&store, &folder(), Options::default());
    assert_eq!(result.unwrap().applied().len(), 3);
    let retries: Vec<&String> = events.iter().filter(|e| e.starts_with("retry")).collect();
    let reason = Aborted::LockTimeout;
    assert_eq!(
        retries,
        [
            &format!("retry 2 20250101000000_a {reason:?}"),
            &format!("retry 3 20250101000000_a {reason:?}")
        ]
    );
    let store = MemoryStore::new(Dialect::Sqlite);
    for _ in 0..2 {
        store.inject(MemoryFault::RelationLocked);
    }
    let (result, _) = run(&store, &folder(), Options::default().with_retries(1));
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("relation-locked", ExitCode::Failure));
    assert_eq!(store.rows(), Some(Vec::new()), "no failed row for a lock time-out");
}

#[test]
fn a_lost_answer_is_learnt_from_the_row() {
    for committed in [true, false] {
        let store = MemoryStore::new(Dialect::Sqlite);
        store.inject(MemoryFault::AnswerLost { committed });
        let (result, events) = run(&store, &folder(), Options::default());
        let report = result.unwrap();
        assert_eq!(report.applied().len(), 3);
        assert_eq!(store.rows().unwrap().len(), 3);
        assert!(events.contains(&"unknown 20250101000000_a".to_owned()));
        let starts =
            events.iter().filter(|e| e.ends_with("20250101000000_a") && e.starts_with("start"));
        assert_eq!(starts.count(), if committed { 1 } else { 2 });
    }
}

#[test]
fn an_outcome_that_cannot_be_learnt_is_unknown_and_nothing_is_run_again() {
    let store = MemoryStore::new(Dialect::Sqlite);
    store.inject(MemoryFault::AnswerLost { committed: true });
    let blocker = store.clone();
    let options =
        Options::default().with_lock_wait(Duration::from_secs(1)).on_event(move |event| {
            if matches!(event, Event::OutcomeUnknown { .. }) {
                blocker.hold_lock(Some(LockHolder::of_pid(7)));
            }
        });
    let error = block_on(ensure_up_to_date(&store, &folder(), options)).unwrap_err();
    assert!(error.is_outcome_unknown());
    assert_eq!((error.code(), error.exit_code()), ("outcome-unknown", ExitCode::Failure));
    assert_eq!(error.report().unwrap().outcome(), Outcome::Unknown);
    assert_eq!(store.rows().unwrap().len(), 1);
}

#[test]
fn a_failure_half_way_says_what_was_applied() {
    let store = MemoryStore::new(Dialect::Sqlite);
    let migrations = Migrations::from_scripts([
        ("20250101000000_a", "CREATE TABLE a (id int);"),
        ("20250102000000_b", "CREATE TABLE b (id int);\nCREATE TABLE a (id int);"),
        ("20250103000000_c", "CREATE TABLE c (id int);"),
    ])
    .unwrap();
    let (result, events) = run(&store, &migrations, Options::default());
    let error = result.unwrap_err();
    assert_eq!(events.last().unwrap(), "failed 20250102000000_b");
    let report = error.report().unwrap();
    assert_eq!(report.applied().len(), 1);
    assert_eq!(report.planned().len(), 2);
    let summary = report.status().diagnosis().summary();
    assert_eq!((summary.applied, summary.failed, summary.pending), (1, 1, 1));
    assert_eq!(error.failure().unwrap().location.statement, Some(2));
    assert!(error.help().contains("resolve --rolled-back 20250102000000_b"));
    assert_eq!(store.tables(), ["a"]);
}

#[test]
fn what_changes_behind_the_back_is_judged_again_before_the_next_step() {
    let store = MemoryStore::new(Dialect::Sqlite);
    let meddler = store.clone();
    let options = Options::default().on_event(move |event| {
        if let Event::StepApplied { name, .. } = event
            && name.as_str().ends_with("_a")
        {
            meddler.tamper(|rows, _| {
                let now = chrono::DateTime::UNIX_EPOCH;
                let row = HistoryRow::started("x", "20250102000000_b", "y", now);
                rows.get_or_insert_default().push(row);
            });
        }
    });
    let error = block_on(ensure_up_to_date(&store, &folder(), options)).unwrap_err();
    assert!(error.is_refusal(), "{error}");
    assert_eq!(error.report().unwrap().applied().len(), 1);
    assert_eq!(store.tables(), ["a"]);
}

#[test]
fn a_read_that_fails_is_an_error_and_never_an_empty_history() {
    let store = MemoryStore::with_rows(Dialect::Sqlite, Vec::new());
    store.inject(MemoryFault::ReadFails);
    let (result, events) = run(&store, &folder(), Options::default());
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("connection", ExitCode::Failure));
    assert!(events.is_empty());
    assert_eq!(store.rows(), Some(Vec::new()));
}

#[test]
fn waiting_for_the_lock_names_the_holder() {
    let store = MemoryStore::new(Dialect::Sqlite);
    store.hold_lock(Some(LockHolder::of_pid(4711)));
    let (result, events) =
        run(&store, &folder(), Options::default().with_lock_wait(Duration::from_secs(2)));
    let error = result.unwrap_err();
    assert!(error.is_lock_timeout());
    assert_eq!(error.lock_holder().unwrap().pid, 4711);
    assert!(error.help().contains("pid = 4711"));
    assert!(events.contains(&"waiting for Some(4711)".to_owned()));
    let report = block_on(locks(&store)).unwrap();
    assert!(report.supported);
    assert_eq!(report.holders[0].pid, 4711);
}

#[test]
fn development_warns_where_production_refuses() {
    let rows = vec![HistoryRow::applied("20240101000000_gone", "x")];
    let store = MemoryStore::with_rows(Dialect::Sqlite, rows);
    let (result, _) = run(&store, &folder(), Options::default());
    assert!(result.unwrap_err().is_refusal());
    assert!(store.tables().is_empty());
    let policy = Policy::for_environment(Environment::development());
    let (result, _) = run(&store, &folder(), Options::default().with_policy(policy));
    let report = result.unwrap();
    assert_eq!(report.applied().len(), 3);
    assert_eq!(report.status().findings().len(), 1);
}

#[test]
fn status_reads_once_and_judges_like_a_deploy() {
    let store = MemoryStore::new(Dialect::Sqlite);
    let options = Options::default();
    let before = block_on(status(&store, &folder(), &options)).unwrap();
    assert_eq!(before.exit_code(), ExitCode::NotUpToDate);
    assert_eq!(store.rows(), None);
    run(&store, &folder(), options.clone()).0.unwrap();
    let after = block_on(status(&store, &folder(), &options)).unwrap();
    assert_eq!(after.exit_code(), ExitCode::Ok);
    assert!(after.is_up_to_date());
}

/// Start-up code spawns the future on a multi-threaded executor.
#[test]
fn futures_are_send_and_stores_are_shareable() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    fn shareable<T: Send + Sync>() {}
    let (store, migrations) = (MemoryStore::new(Dialect::Sqlite), folder());
    let future = send(ensure_up_to_date(&store, &migrations, Options::default()));
    block_on(future).unwrap();
    shareable::<MemoryStore>();
    shareable::<Error>();
    shareable::<Options>();
    shareable::<Report>();
}

mod by_statement {
    use migsafe_core::engine::{Resolution, plan_resolution};
    use migsafe_core::report::{Style, text};
    use migsafe_core::store::HistoryStore;

    use super::*;

    const NAME: &str = "20250101000000_index";
    const SCRIPT: &str = "-- migsafe: no-transaction because of the index\n\
        CREATE TABLE a (id int);\n\
        CREATE INDEX CONCURRENTLY i ON a (id);\n\
        CREATE TABLE b (id int);\n";

    fn migrations(script: &'static str) -> Migrations {
        Migrations::from_scripts([(NAME, script)]).unwrap()
    }

    fn finished(store: &MemoryStore) -> bool {
        let rows = store.rows().unwrap();
        rows.len() == 1 && rows[0].is_finished() && rows[0].applied_steps_count == Some(1)
    }

    #[test]
    fn each_statement_is_run_and_recorded() {
        let store = MemoryStore::new(Dialect::Postgres);
        let (result, _) = run(&store, &migrations(SCRIPT), Options::default());
        assert_eq!(result.unwrap().applied().len(), 1);
        assert_eq!(store.tables(), ["a", "b", "index i"]);
        assert!(finished(&store));
        let (result, _) = run(&store, &migrations(SCRIPT), Options::default());
        assert_eq!(result.unwrap().outcome(), Outcome::UpToDate);
    }

    #[test]
    fn a_build_that_breaks_is_dropped_and_built_again() {
        let store = MemoryStore::new(Dialect::Postgres);
        store.inject(MemoryFault::BuildBreaks);
        store.inject(MemoryFault::BuildBreaks);
        let (result, _) = run(&store, &migrations(SCRIPT), Options::default());
        result.unwrap();
        assert_eq!(store.tables(), ["a", "b", "index i"]);
        assert!(finished(&store));
    }

    #[test]
    fn a_statement_in_doubt_is_decided_by_the_catalog() {
        for done in [true, false] {
            let store = MemoryStore::new(Dialect::Postgres);
            store.inject(MemoryFault::StatementLost { done });
            let (result, _) = run(&store, &migrations(SCRIPT), Options::default());
            let error = result.unwrap_err();
            assert!(error.is_outcome_unknown(), "{error}");
            let status =
                block_on(status(&store, &migrations(SCRIPT), &Options::default())).unwrap();
            assert!(!status.is_refused());
            let finding = &status.findings()[0];
            assert_eq!(finding.rule, "interrupted");
            assert!(finding.message.contains("statement 2 of 3"), "{}", finding.message);
            let (result, events) = run(&store, &migrations(SCRIPT), Options::default());
            result.unwrap();
            assert_eq!(events.iter().filter(|event| **event == "other").count(), 2);
            assert_eq!(store.tables(), ["a", "b", "index i"]);
            assert!(finished(&store));
        }
    }

    #[test]
    fn a_failed_statement_stops_until_it_is_mended() {
        let broken = "-- migsafe: no-transaction because of the index\n\
            CREATE TABLE a (id int);\nFAIL;\nCREATE TABLE b (id int);\n";
        let mended = "-- migsafe: no-transaction because of the index\n\
            CREATE TABLE a (id int);\nCREATE TABLE c (id int);\nCREATE TABLE b (id int);\n";
        let store = MemoryStore::new(Dialect::Postgres);
        let (result, _) = run(&store, &migrations(broken), Options::default());
        let error = result.unwrap_err();
        assert_eq!(error.code(), "statement-failed");
        let failure = error.failure().unwrap();
        assert_eq!((failure.location.statement, failure.location.line), (Some(2), Some(3)));
        assert!(run(&store, &migrations(broken), Options::default()).0.unwrap_err().is_refusal());
        // It failed, which is a definite answer: it may be tried again as it is, or changed.
        let resume = Options::default().resume_failed(true);
        let error = run(&store, &migrations(broken), resume.clone()).0.unwrap_err();
        assert_eq!(error.code(), "statement-failed");
        let (result, _) = run(&store, &migrations(mended), resume);
        let report = result.unwrap();
        assert_eq!(store.tables(), ["a", "b", "c"]);
        assert!(report.status().is_up_to_date(), "{:?}", report.status().findings());
        assert!(finished(&store));
    }

    /// The index is there and valid, and is not the statement's.
    #[test]
    fn an_index_that_was_there_before_is_never_taken_for_the_statements() {
        let first = ("20240101000000_first", "CREATE INDEX CONCURRENTLY i ON a (id);");
        let migrations = Migrations::from_scripts([first, (NAME, SCRIPT)]).unwrap();
        let store = MemoryStore::new(Dialect::Postgres);
        run(&store, &Migrations::from_scripts([first]).unwrap(), Options::default()).0.unwrap();
        store.inject(MemoryFault::StatementLost { done: false });
        assert!(run(&store, &migrations, Options::default()).0.unwrap_err().is_outcome_unknown());
        for options in [Options::default(), Options::default().resume_failed(true)] {
            let error = run(&store, &migrations, options).0.unwrap_err();
            assert_eq!(error.code(), "statement-failed", "{error}");
            assert!(error.to_string().contains("index i already exists"), "{error}");
        }
        assert!(!store.rows().unwrap()[1].is_finished());
    }

    #[test]
    fn resolve_says_how_many_statements_are_done() {
        let store = MemoryStore::new(Dialect::Postgres);
        store.inject(MemoryFault::StatementLost { done: false });
        run(&store, &migrations(SCRIPT), Options::default()).0.unwrap_err();
        for (resolution, what) in [
            (Resolution::RolledBack(NAME.into()), "will run again"),
            (Resolution::Applied(NAME.into()), "nothing is recorded of what comes after"),
        ] {
            let plan = block_on(plan_resolution(&store, &migrations(SCRIPT), &resolution)).unwrap();
            assert_eq!(plan.done_statements, 1);
            let text = text::resolution_plan(&plan, Style::plain());
            assert!(text.contains("Its first statement is recorded as done"), "{text}");
            assert!(text.contains(what), "{text}");
        }
    }

    #[test]
    fn while_the_lease_lives_it_is_running_for_others() {
        let store = MemoryStore::new(Dialect::Postgres);
        let other = store.clone();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let states = Arc::clone(&seen);
        let options = Options::default().on_event(move |event| {
            if matches!(event, Event::StatementStarted { .. }) {
                let reading = block_on(other.read()).unwrap();
                let diagnosis =
                    migsafe_core::diagnose(&migrations(SCRIPT), &reading.history, &reading.lock);
                states.lock().unwrap().push(diagnosis.entries()[0].state());
            }
        });
        block_on(ensure_up_to_date(&store, &migrations(SCRIPT), options)).unwrap();
        assert_eq!(*seen.lock().unwrap(), [migsafe_core::diagnosis::State::Running; 3]);
    }
}

mod alive {
    use migsafe_core::engine::{Heartbeat, Phase, StopToken};

    use super::*;

    #[test]
    fn a_stop_ends_between_two_migrations_and_the_next_run_goes_on() {
        let store = MemoryStore::new(Dialect::Sqlite);
        let token = StopToken::new();
        let stopper = token.clone();
        let options = Options::default().with_stop(token).on_event(move |event| {
            if matches!(event, Event::StepApplied { .. }) {
                stopper.stop();
            }
        });
        let error = block_on(ensure_up_to_date(&store, &folder(), options)).unwrap_err();
        assert_eq!((error.code(), error.exit_code()), ("stopped", ExitCode::Failure));
        assert_eq!(error.report().unwrap().applied().len(), 1);
        assert_eq!(store.tables(), ["a"]);
        let report = block_on(ensure_up_to_date(&store, &folder(), Options::default())).unwrap();
        assert_eq!(report.applied().len(), 2);
    }

    #[test]
    fn a_stop_ends_between_two_statements_and_the_next_run_goes_on() {
        let migrations = Migrations::from_scripts([(
            "20250101000000_index",
            "-- migsafe: no-transaction because of the index\n\
             CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);\n",
        )])
        .unwrap();
        let store = MemoryStore::new(Dialect::Postgres);
        let token = StopToken::new();
        let stopper = token.clone();
        let options = Options::default().with_stop(token).on_event(move |event| {
            if matches!(event, Event::StatementStarted { statement: 1, .. }) {
                stopper.stop();
            }
        });
        let error = block_on(ensure_up_to_date(&store, &migrations, options)).unwrap_err();
        assert_eq!(error.code(), "stopped");
        assert_eq!(store.tables(), ["a"]);
        let report = block_on(ensure_up_to_date(&store, &migrations, Options::default())).unwrap();
        assert_eq!(report.applied().len(), 1);
        assert_eq!(store.tables(), ["a", "index i"]);
    }

    #[test]
    fn the_pulse_says_what_is_under_way() {
        let store = MemoryStore::new(Dialect::Sqlite);
        let heartbeat = Heartbeat::new();
        let (inside, pulses) = (heartbeat.clone(), Arc::new(Mutex::new(Vec::new())));
        let seen = Arc::clone(&pulses);
        let options = Options::default().with_heartbeat(heartbeat.clone()).on_event(move |event| {
            if matches!(event, Event::StepStarted { .. }) {
                let mut pulse = inside.pulse();
                pulse.elapsed_ms = 41_000;
                seen.lock().unwrap().push(pulse.to_string());
                assert!(pulse.is_alive() && !pulse.is_ready());
            }
        });
        assert_eq!(heartbeat.pulse().phase, Phase::Idle);
        block_on(ensure_up_to_date(&store, &folder(), options)).unwrap();
        assert_eq!(pulses.lock().unwrap()[1], "alive, migration 2 of 3 (20250102000000_b), 41 s");
        assert!(heartbeat.pulse().is_ready());
        store.inject(MemoryFault::ReadFails);
        let options = Options::default().with_heartbeat(heartbeat.clone());
        block_on(ensure_up_to_date(&store, &folder(), options)).unwrap_err();
        assert!(!heartbeat.pulse().is_alive());
    }
}

#[test]
fn what_a_backend_cannot_do_leaves_expectations_unknown() {
    let file = r#"{"main": {"criticalTables": ["a"],
        "rows": [{"name": "one", "query": "SELECT 1", "expect": {"rows": 1}}]}}"#;
    let expectations = Expectations::from_json(file).unwrap();
    let store = MemoryStore::new(Dialect::Sqlite);
    let verification = block_on(verify(&store, &expectations)).unwrap();
    assert_eq!(verification.counts(), (0, 0, 2));
    assert_eq!(verification.exit_code(), ExitCode::Failure);
    let options = Options::default().with_expectations(expectations);
    let (result, _) = run(&store, &folder(), options);
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("not-verified", ExitCode::Failure));
    assert_eq!(error.report().unwrap().applied().len(), 3);
    let verification = error.report().unwrap().verification().unwrap();
    let whys: Vec<String> =
        verification.checks().iter().map(|check| format!("{:?}", check.outcome())).collect();
    assert!(whys.iter().any(|why| why.contains("this backend cannot read schemas")), "{whys:?}");
    assert!(whys.iter().any(|why| why.contains("this backend cannot ask queries")), "{whys:?}");
}

#[test]
fn a_run_without_expectations_verifies_nothing() {
    let store = MemoryStore::new(Dialect::Sqlite);
    let (result, _) = run(&store, &folder(), Options::default());
    assert!(result.unwrap().verification().is_none());
    let empty = Options::default().with_expectations(Expectations::default());
    let (result, _) = run(&store, &folder(), empty);
    assert_eq!(result.unwrap_err().code(), "expectations-empty");
}
