//! The file for Prometheus.

use super::*;
use crate::lock::LockHolder;
use crate::report::{FinishedRun, prometheus};

fn metrics(report: Option<&Report>, error: Option<&str>) -> String {
    let elapsed = std::time::Duration::from_millis(2_500);
    let at = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    prometheus(&FinishedRun { environment: "production", report, error, elapsed, at })
}

/// Each name is announced once, before its values; every line is of the form that the format allows.
fn assert_well_formed(text: &str) {
    let mut known: Vec<&str> = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            let name = head.strip_suffix(" gauge").unwrap();
            assert!(!known.contains(&name), "{name} twice");
            known.push(name);
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap();
            assert_eq!(known.last(), Some(&name), "{line}");
            assert!(labels.ends_with('}') && value.parse::<f64>().is_ok(), "{line}");
        }
    }
    assert!(text.ends_with('\n'));
}

#[test]
fn a_run_that_applied_something() {
    let scenario = two_pending();
    let report = run(&store(&scenario), &scenario.migrations(), Options::default()).unwrap();
    let text = metrics(Some(&report), None);
    assert_well_formed(&text);
    let filters = vec![(r"(migration_duration_seconds\{[^}]*\}) .*", "$1 0")];
    insta::with_settings!({ filters => filters }, { insta::assert_snapshot!("prometheus_applied", text) });
}

#[test]
fn a_run_that_failed_and_one_that_waited_in_vain() {
    let migrations = Migrations::from_scripts([("20250101000000_a", "FAIL")]).unwrap();
    let error = run(&MemoryStore::new(Dialect::Postgres), &migrations, Options::default());
    let error = error.unwrap_err();
    let text = metrics(error.report(), Some(error.code()));
    assert_well_formed(&text);
    let says = |line: &str| assert!(text.contains(line), "{line}: {text}");
    says("migsafe_run_outcome{environment=\"production\",outcome=\"failed\"} 1\n");
    says("migsafe_run_error{environment=\"production\",code=\"migration-failed\"} 1\n");
    says("migsafe_migrations_failed{environment=\"production\"} 1\n");
    let scenario = two_pending().locked_by(LockHolder::of_pid(7));
    let options = Options::default().with_lock_wait(std::time::Duration::from_secs(3));
    let error = run(&store(&scenario), &scenario.migrations(), options).unwrap_err();
    assert_eq!(error.report().unwrap().waited(), error.waited().unwrap());
    let text = metrics(error.report(), Some(error.code()));
    assert!(text.contains("migsafe_lock_wait_seconds{environment=\"production\"} 3\n"), "{text}");
}

#[test]
fn a_run_without_a_report_and_a_hostile_label() {
    assert_well_formed(&metrics(None, Some("connection")));
    let run = FinishedRun {
        environment: "a\"b\\c\nd",
        report: None,
        error: None,
        elapsed: std::time::Duration::ZERO,
        at: chrono::DateTime::UNIX_EPOCH,
    };
    let text = prometheus(&run);
    assert!(text.contains("{environment=\"a\\\"b\\\\c\\nd\"} 0\n"), "{text}");
}
