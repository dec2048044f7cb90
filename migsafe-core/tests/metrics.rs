//! The feature `metrics`: what a run tells the `metrics` facade.
#![cfg(feature = "metrics")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit, with_local_recorder,
};
use migsafe_core::lock::LockHolder;
use migsafe_core::store::{MemoryFault, MemoryStore};
use migsafe_core::testkit::block_on;
use migsafe_core::{Dialect, Error, Migrations, Options, Report, ensure_up_to_date};

/// Every value that was recorded, by name and labels; counters as their steps.
#[derive(Clone, Default)]
struct Recording(Arc<Mutex<BTreeMap<String, Vec<f64>>>>);

struct Series(Recording, String);

impl Series {
    fn push(&self, value: f64) {
        self.0.0.lock().unwrap().entry(self.1.clone()).or_default().push(value);
    }
}

impl CounterFn for Series {
    fn increment(&self, value: u64) {
        self.push(f64::from(u32::try_from(value).unwrap()));
    }

    fn absolute(&self, _value: u64) {
        panic!("no counter of migsafe is set");
    }
}

impl HistogramFn for Series {
    fn record(&self, value: f64) {
        self.push(value);
    }
}

impl Recording {
    fn series(&self, key: &Key) -> Series {
        let labels: String =
            key.labels().map(|label| format!(" {}={}", label.key(), label.value())).collect();
        Series(self.clone(), format!("{}{labels}", key.name()))
    }

    fn values(&self, name: &str) -> Vec<f64> {
        self.0.lock().unwrap().get(name).cloned().unwrap_or_default()
    }

    fn total(&self, name: &str) -> f64 {
        self.values(name).iter().sum()
    }
}

impl Recorder for Recording {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::new(self.series(key)))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(self.series(key)))
    }
}

fn recorded(store: &MemoryStore, scripts: &[(&str, &str)]) -> (Recording, Result<Report, Error>) {
    let recording = Recording::default();
    let named = scripts.iter().map(|(name, sql)| ((*name).to_owned(), (*sql).to_owned()));
    let migrations = Migrations::from_scripts(named).unwrap();
    let options = Options::default().with_lock_wait(Duration::from_secs(2));
    let result = with_local_recorder(&recording, || {
        block_on(ensure_up_to_date(store, &migrations, options))
    });
    (recording, result)
}

#[test]
fn applied_and_failed_migrations_are_counted() {
    let store = MemoryStore::new(Dialect::Postgres);
    let scripts = [("1_a", "CREATE TABLE a"), ("2_b", "CREATE TABLE b"), ("3_c", "FAIL")];
    let (recording, result) = recorded(&store, &scripts);
    assert_eq!(result.unwrap_err().code(), "migration-failed");
    assert_eq!(recording.total("migsafe_migrations_applied_total"), 2.0);
    assert_eq!(recording.total("migsafe_migrations_failed_total"), 1.0);
    assert_eq!(recording.values("migsafe_migration_duration_seconds").len(), 2);
    assert_eq!(recording.total("migsafe_errors_total code=migration-failed"), 1.0);
    assert_eq!(recording.total("migsafe_connection_failures_total"), 0.0);
}

#[test]
fn a_wait_is_recorded_once_with_its_whole_length() {
    let store = MemoryStore::new(Dialect::Postgres);
    store.hold_lock(Some(LockHolder::of_pid(7)));
    let (recording, result) = recorded(&store, &[("1_a", "CREATE TABLE a")]);
    let error = result.unwrap_err();
    assert!(error.is_lock_timeout());
    assert_eq!(recording.values("migsafe_lock_wait_seconds"), [2.0]);
    assert_eq!(error.report().unwrap().waited(), Duration::from_secs(2));
    assert_eq!(recording.total("migsafe_errors_total code=lock-not-obtained"), 1.0);
}

#[test]
fn retries_are_counted() {
    let store = MemoryStore::new(Dialect::Postgres);
    store.inject(MemoryFault::RelationLocked);
    let (recording, result) = recorded(&store, &[("1_a", "CREATE TABLE a")]);
    assert_eq!(result.unwrap().applied().len(), 1);
    assert_eq!(recording.total("migsafe_migration_retries_total"), 1.0);
    assert_eq!(recording.total("migsafe_migrations_applied_total"), 1.0);
}
