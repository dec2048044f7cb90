//! What the pages of the rules say of PostgreSQL, on a real server.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use migsafe_core::testkit::fixtures::{Run, trials};
use migsafe_postgres::Dialect;
use migsafe_testing::Postgres;

use crate::common::{block_on, database, store};

#[test]
fn examples_and_suggestions_run_as_their_pages_say() {
    let trials = trials(Dialect::Postgres, Postgres::shared().version());
    assert!(trials.iter().any(|trial| trial.run == Run::Succeeds));
    assert!(trials.iter().any(|trial| matches!(trial.run, Run::Fails(_))));
    let next = AtomicUsize::new(0);
    let complaints: Vec<String> = thread::scope(|scope| {
        // Each has a database of its own, and most of the time is spent on making it.
        let worker = || {
            let mut complaints = Vec::new();
            while let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
                let database = database();
                let complaint = block_on(async { trial.on(&store(&database.url()).await).await });
                complaints.extend(complaint);
            }
            complaints
        };
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n\n"));
}
