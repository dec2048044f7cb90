//! Errors, with and without a report.

use std::time::Duration;

use super::*;
use crate::engine::Mode;
use crate::lock::LockHolder;
use crate::plan::Target;
use crate::policy::Location;
use crate::report::Problem;
use crate::store::MemoryFault;

fn assert_error(name: &str, error: &Error) {
    let text = text::error(error, Style::plain());
    let json = json::error(error);
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(read["error"]["code"], error.code());
    assert_report(name, &text, &json);
}

fn failing(scenario: &Scenario, options: Options) -> Error {
    run(&store(scenario), &scenario.migrations(), options).unwrap_err()
}

#[test]
fn failed_half_way() {
    let scenario = Scenario::new()
        .file("20250101000000_init")
        .applied()
        .file("20250102000000_posts")
        .file_with("20250103000000_bad", "CREATE TABLE a (x int);\nFAIL now;")
        .file("20250104000000_after");
    assert_error("error_failed_half_way", &failing(&scenario, Options::default()));
}

#[test]
fn a_failure_with_everything_a_server_says() {
    let scenario = Scenario::new().file_with("20250103000000_bad", "FAIL");
    let store = store(&scenario);
    let mut report = run(&store, &scenario.migrations(), Options::default())
        .unwrap_err()
        .report()
        .unwrap()
        .clone();
    let failure = report.failure.as_mut().unwrap();
    failure.message = "duplicate key value\nviolates \"k\"".to_owned();
    failure.sql_code = Some("23505".to_owned());
    failure.detail = Some("Key (id)=(1) already exists.\nReally.".to_owned());
    failure.hint = Some("Remove it.".to_owned());
    failure.location = Location { statement: Some(3), line: Some(12), column: Some(5), span: None };
    let error = Error::of_failure(failure.clone(), report.clone());
    assert_error("error_with_detail", &error);
}

#[test]
fn refused() {
    let scenario = two_pending().file("20250101120000_late").file("20250104000000_x").ghost();
    assert_error("error_refused", &failing(&scenario, Options::default()));
}

#[test]
fn outcome_unknown() {
    let scenario = two_pending();
    let store = store(&scenario);
    store.inject(MemoryFault::AnswerLost { committed: true });
    // The server is gone for good: somebody else has its lock from then on.
    let options = Options::default().with_lock_wait(Duration::from_secs(1));
    let held = store.clone();
    let options = options.on_event(move |event| {
        if matches!(event, engine::Event::OutcomeUnknown { .. }) {
            held.hold_lock(Some(LockHolder::of_pid(1)));
        }
    });
    let error = run(&store, &scenario.migrations(), options).unwrap_err();
    assert_eq!(error.code(), "outcome-unknown");
    assert_error("error_outcome_unknown", &error);
}

#[test]
fn lock_not_obtained() {
    let mut holder = LockHolder::of_pid(4711);
    holder.user = Some("deploy".to_owned());
    holder.application = Some("prisma\u{1b}[31m".to_owned());
    holder.state = Some("idle in transaction".to_owned());
    holder.query = Some("SELECT 1".to_owned());
    holder.transaction_age_ms = Some(3_600_000);
    let scenario = two_pending().locked_by(holder);
    let options = Options::default().with_lock_wait(Duration::from_secs(2));
    assert_error("error_lock_not_obtained", &failing(&scenario, options));
}

#[test]
fn not_up_to_date() {
    let options = Options::default().with_mode(Mode::Verify);
    assert_error("error_not_up_to_date", &failing(&two_pending(), options));
}

#[test]
fn errors_without_a_report() {
    let options = Options::default().with_target(Target::Through("nope\u{1b}[2J".into()));
    assert_error("error_unknown_migration", &failing(&two_pending(), options));
    let store = store(&two_pending());
    store.inject(MemoryFault::ReadFails);
    let error = run(&store, &two_pending().migrations(), Options::default()).unwrap_err();
    assert_error("error_connection", &error);
    let error = Migrations::from_directory("/no/such/folder").unwrap_err();
    assert_error("error_no_folder", &error.into());
}

#[test]
fn a_problem() {
    let problem = Problem::new("usage", "two\nlines\u{1b}[2J").with_help("read the manual");
    assert_report("problem", &text::problem(&problem, Style::plain()), &json::problem(&problem));
}
