//! `deploy` that ended well.

use super::*;
use crate::plan::Target;

fn assert_run(name: &str, report: &Report) {
    let text = text::deploy(report, Style::plain());
    let json = json::deploy(report);
    assert_report(name, &text, &json);
}

#[test]
fn applied() {
    let scenario = two_pending();
    let report = run(&store(&scenario), &scenario.migrations(), Options::default()).unwrap();
    assert_run("deploy_applied", &report);
}

#[test]
fn applied_to_an_empty_database_in_part() {
    let scenario = two_pending();
    let store = MemoryStore::new(Dialect::Postgres);
    let options = Options::default().with_target(Target::Count(2));
    let report = run(&store, &scenario.migrations(), options).unwrap();
    let text = text::deploy(&report, Style::plain());
    assert_rendering("deploy_in_part", &text);
    assert!(json::deploy(&report).contains("\"created_history_table\": true"));
}

#[test]
fn nothing_to_do() {
    let scenario = Scenario::new().file("20250101000000_init").applied();
    let report = run(&store(&scenario), &scenario.migrations(), Options::default()).unwrap();
    let text = text::deploy(&report, Style::plain());
    assert_rendering("deploy_nothing_to_do", &text);
}

#[test]
fn dry_run() {
    let scenario = two_pending().file("20250104000000_Odd name");
    let options = Options::default().dry_run(true);
    let report = run(&store(&scenario), &scenario.migrations(), options).unwrap();
    assert_run("deploy_dry_run", &report);
}

#[test]
fn colours() {
    let scenario = two_pending();
    let report = run(&store(&scenario), &scenario.migrations(), Options::default()).unwrap();
    let text = text::deploy(&report, Style::coloured()).replace('\u{1b}', "␛");
    assert_rendering("deploy_coloured", &text);
}
