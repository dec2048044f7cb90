//! A file that another program has for itself, as Prisma has it while it deploys.

mod common;

use std::time::Duration;

use migsafe_sqlite::{HistoryStore as _, Mode, Options, ensure_up_to_date};

use common::{Db, run, scripts};

const HAVE_IT: &str =
    "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS theirs (x); COMMIT";

fn options(wait: Duration) -> Options {
    Options::default().with_lock_wait(wait)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_waits_for_it_beyond_the_patience_of_a_read() {
    let db = Db::with_history().await;
    let store = db.store().with_busy_wait(Duration::from_millis(20));
    let migrations = scripts(&["CREATE TABLE ours (x)"]);
    for mode in [Mode::Apply, Mode::Wait] {
        let mut other = db.connect().await;
        run(&mut other, HAVE_IT).await.unwrap();
        assert_eq!(store.read().await.unwrap_err().code().name(), "timeout");
        let options = options(Duration::from_secs(20)).with_mode(mode);
        let work = ensure_up_to_date(&store, &migrations, options);
        let free = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            sqlx::Connection::close(other).await.unwrap();
        };
        let (result, ()) = tokio::join!(work, free);
        let report = result.unwrap();
        assert_eq!(report.applied().len(), usize::from(mode == Mode::Apply));
        assert!(report.elapsed() >= Duration::from_millis(250), "{:?}", report.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_waited_in_vain_says_that_it_did_not_get_the_lock() {
    let db = Db::with_history().await;
    let store = db.store().with_busy_wait(Duration::from_millis(20));
    let mut other = db.connect().await;
    run(&mut other, HAVE_IT).await.unwrap();
    let options = options(Duration::from_millis(200));
    let error = ensure_up_to_date(&store, &scripts(&["SELECT 1"]), options).await.unwrap_err();
    assert_eq!(error.code(), "lock-not-obtained");
    assert!(error.waited().unwrap() >= Duration::from_millis(150), "{error:?}");
    // A look does not wait longer than it was told to.
    let verify = Options::default().with_mode(Mode::Verify);
    let error = ensure_up_to_date(&store, &scripts(&["SELECT 1"]), verify).await.unwrap_err();
    assert_eq!(error.code(), "timeout");
    if cfg!(target_os = "linux") {
        assert!(error.to_string().contains("by another connection of this process"), "{error}");
    }
    drop(other);
}

/// A reader of another program's keeps a COMMIT from its end. Creating the history table is tried again like a step.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_delays_the_creation_of_the_history_table() {
    let db = Db::none();
    let mut other = db.connect().await;
    // In this mode the lock of a read stays.
    run(&mut other, "PRAGMA locking_mode=EXCLUSIVE; SELECT count(*) FROM sqlite_schema")
        .await
        .unwrap();
    let store = db.store().with_busy_wait(Duration::from_millis(20));
    let migrations = scripts(&["CREATE TABLE ours (x)"]);
    let work = ensure_up_to_date(&store, &migrations, options(Duration::from_secs(20)));
    let free = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        sqlx::Connection::close(other).await.unwrap();
    };
    let (result, ()) = tokio::join!(work, free);
    let report = result.unwrap();
    assert_eq!(report.applied().len(), 1);
    assert!(report.created_history_table());
}
