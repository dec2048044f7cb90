//! The table of locks in the core is what the server at hand does.

use std::collections::BTreeMap;

use migsafe_core::lock::TableLock;
use migsafe_core::lock::measured::{Rewrite, Role, measured, measured_forms};
use migsafe_testing::{Postgres, lock_table};

/// What is compared: locks by role, rewrite, scans, refused in a transaction, waits for snapshots.
type Done = (BTreeMap<&'static str, TableLock>, &'static str, Vec<&'static str>, bool, bool);

#[test]
fn the_server_locks_what_the_table_says() {
    let server = Postgres::start(lock_table::options());
    let major = server.major_version();
    let mut differences = Vec::new();
    let found = lock_table::measure(&server);
    for measurement in &found {
        let is = seen(measurement);
        match measured(measurement.form, major).map(written) {
            Some(says) if says == is => {}
            says => {
                differences.push(format!("{}: {is:?}, the table says {says:?}", measurement.form))
            }
        }
    }
    let known = measured_forms().iter().filter(|form| {
        let (first, last) = form.versions();
        (first..=last).contains(&major)
    });
    let missing: Vec<&str> = known
        .map(|form| form.id())
        .filter(|id| !found.iter().any(|measurement| measurement.form == *id))
        .collect();
    assert!(
        differences.is_empty() && missing.is_empty(),
        "run `cargo xtask lock-table`; PostgreSQL {major} differs:\n{}\nnot measured: {missing:?}",
        differences.join("\n"),
    );
}

fn seen(measurement: &lock_table::Measurement) -> Done {
    let mode = |mode: &String| TableLock::from_name(mode).expect("a mode of a table");
    (
        measurement.locks.iter().map(|(role, name)| (*role, mode(name))).collect(),
        match measurement.rewrite {
            lock_table::Rewrite::No => "no",
            lock_table::Rewrite::Indexes => "indexes",
            lock_table::Rewrite::Table => "table",
        },
        measurement.scans.iter().copied().collect(),
        measurement.alone,
        measurement.waits_for_snapshots,
    )
}

fn written(form: &migsafe_core::lock::measured::MeasuredForm) -> Done {
    (
        form.locks().iter().map(|(role, mode)| (role.name(), *mode)).collect(),
        match form.rewrite() {
            Rewrite::No => "no",
            Rewrite::Indexes => "indexes",
            Rewrite::Table => "table",
        },
        form.scans().iter().map(|role: &Role| role.name()).collect(),
        form.is_refused_in_transaction(),
        form.waits_for_snapshots(),
    )
}
