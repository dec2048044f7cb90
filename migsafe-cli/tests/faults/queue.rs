//! Deployers that wait for the migration lock inside a statement, as Prisma's engine does.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use migsafe_testing::{Postgres, Proxy};

use crate::common::{LIMIT, until};
use crate::on_postgres::{OnPostgres, SCRIPTS};

const LOCK: &str = "SELECT pg_advisory_lock(72707369)";
const TRY_LOCK: &str = "SELECT pg_try_advisory_lock(72707369)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(72707369)";

/// Nobody of ours holds the lock while the index is built. A third session gets it when the statement is on its way to
/// the server, and a deploy of Prisma's stands in the queue behind that session. It waits in a statement, with a snapshot,
/// which the build has to wait for: with the lock in our hands, each would wait for the other.
#[test]
fn a_blocking_deploy_in_the_queue_while_the_index_is_built() {
    let on = OnPostgres::new(Postgres::shared(), SCRIPTS);
    let proxy = Proxy::start(Postgres::shared().port());
    proxy.stall_on("CREATE INDEX CONCURRENTLY");
    let url = on.database.url_through(proxy.port());
    let deploy = on.project.spawn_through(&url, &["deploy", "--lock-wait", "30"]);
    until("the build is on its way", || proxy.fired() == 1);
    let mut holder = on.database.client();
    assert_eq!(holder.value(TRY_LOCK).unwrap().as_deref(), Some("t"), "somebody has the lock");
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
    // Long before the build: whoever came first is not a question of milliseconds.
    thread::sleep(Duration::from_secs(2));
    proxy.heal();
    let behind = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
         AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND {pid} = ANY (pg_blocking_pids(pid))"
    );
    until("the build waits for it", || holder.value(&behind).unwrap().as_deref() == Some("1"));
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
