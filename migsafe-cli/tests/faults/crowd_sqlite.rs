//! Many deployers at once on an SQLite database that is not there yet.

use migsafe_sqlite::{Migrations, Options, SqliteStore, ensure_up_to_date};

use crate::common::{LIMIT, Process};
use crate::on_sqlite::{OnSqlite, SMALL};

#[test]
fn processes() {
    for wal in [false, true] {
        for count in [2, 10, 100] {
            let on = OnSqlite::new(SMALL, wal);
            let args = ["deploy", "--lock-wait", "60", "--format", "json"];
            let all: Vec<Process> = (0..count).map(|_| on.project.spawn(&args)).collect();
            let applied: usize =
                all.into_iter().map(|one| one.wait(2 * LIMIT).exits(0).applied()).sum();
            assert_eq!(applied, SMALL.len(), "{count} processes");
            on.check_finished(&format!("{count} processes"));
        }
    }
}

#[test]
fn tasks() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for wal in [false, true] {
        for count in [2, 10, 100] {
            let on = OnSqlite::new(SMALL, wal);
            let (file, folder) = (on.file(), on.project.migrations());
            let tasks: Vec<_> = (0..count)
                .map(|_| {
                    let (file, folder) = (file.clone(), folder.clone());
                    runtime.spawn(async move {
                        let store = SqliteStore::from_path(file).unwrap();
                        let migrations = Migrations::from_directory(folder).unwrap();
                        let options = Options::default().with_lock_wait(LIMIT);
                        let report = ensure_up_to_date(&store, &migrations, options).await.unwrap();
                        assert!(report.status().is_up_to_date());
                        report.applied().len()
                    })
                })
                .collect();
            let applied: usize = runtime.block_on(async {
                let mut applied = 0;
                for task in tasks {
                    applied += task.await.unwrap();
                }
                applied
            });
            assert_eq!(applied, SMALL.len(), "{count} tasks");
            on.check_finished(&format!("{count} tasks"));
        }
    }
}
