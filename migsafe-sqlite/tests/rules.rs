//! What the pages of the rules say of SQLite, on a real file.

mod common;

use migsafe_core::testkit::fixtures::{Run, trials};
use migsafe_sqlite::{Dialect, HistoryStore as _};

use crate::common::Db;

#[tokio::test]
async fn examples_and_suggestions_run_as_their_pages_say() {
    let read = Db::with_history().await.store().read().await.unwrap();
    let trials = trials(Dialect::Sqlite, read.database.server_version().unwrap());
    assert!(trials.iter().any(|trial| trial.run == Run::Succeeds));
    assert!(trials.iter().any(|trial| matches!(trial.run, Run::Fails(_))));
    let mut complaints = Vec::new();
    for trial in trials {
        let db = Db::none();
        complaints.extend(trial.on(&db.store()).await);
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n\n"));
}
