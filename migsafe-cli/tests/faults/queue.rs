//! Deployers that wait for the migration lock inside a statement, as Prisma's engine does.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use migsafe_testing::Postgres;

use crate::common::{LIMIT, until};
use crate::on_postgres::{OnPostgres, SCRIPTS};

const LOCK: &str = "SELECT pg_advisory_lock(72707369)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(72707369)";

/// A deploy of Prisma's stands in the queue two seconds before our CREATE INDEX CONCURRENTLY begins. It waits in a
/// statement, with a snapshot, which the build would wait for while it waits for us.
#[test]
fn a_blocking_deploy_two_seconds_before_the_index() {
    let on = OnPostgres::new(Postgres::shared(), SCRIPTS);
    let mut holder = on.database.client();
    holder.query(LOCK).unwrap();
    let mut prisma = on.database.client();
    prisma.set_timeout(Some(LIMIT)).unwrap();
    let pid = prisma.process_id();
    let queued = thread::spawn(move || {
        prisma.query(LOCK).unwrap();
        // It works for a while with the lock, and ends.
        thread::sleep(Duration::from_millis(500));
    });
    let waits = format!("SELECT count(*) FROM pg_locks WHERE pid = {pid} AND NOT granted");
    until("it stands in the queue", || holder.value(&waits).unwrap().as_deref() == Some("1"));
    let deploy = on.project.spawn(&["deploy", "--lock-wait", "30"]);
    thread::sleep(Duration::from_secs(2));
    holder.query(UNLOCK).unwrap();
    deploy.wait(LIMIT).exits(0);
    queued.join().unwrap();
    on.check_finished("one in the queue");
}

/// Four sessions stand in the queue for the lock again and again, during the whole deploy.
#[test]
fn a_queue_that_is_never_empty() {
    let on = OnPostgres::new(Postgres::shared(), SCRIPTS);
    let (done, turns) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut session = on.database.client();
                while !done.load(Ordering::Relaxed) {
                    session.query(LOCK).unwrap();
                    thread::sleep(Duration::from_millis(20));
                    session.query(UNLOCK).unwrap();
                    turns.fetch_add(1, Ordering::Relaxed);
                    // Without any pause nobody who only tries would ever get it.
                    thread::sleep(Duration::from_millis(100));
                }
            });
        }
        let ran = on.project.spawn(&["deploy", "--lock-wait", "50"]).try_wait(LIMIT);
        done.store(true, Ordering::Relaxed);
        ran.unwrap_or_else(|ran| panic!("{ran}")).exits(0);
    });
    assert!(turns.load(Ordering::Relaxed) > 4);
    on.check_finished("a queue");
}
