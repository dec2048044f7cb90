//! Many deployers at once on an empty PostgreSQL database.

use std::sync::{Mutex, OnceLock, PoisonError};

use migsafe_postgres::{Migrations, Options, PostgresStore, ensure_up_to_date};
use migsafe_testing::{Postgres, PostgresOptions};

use crate::common::{LIMIT, Process};
use crate::on_postgres::{OnPostgres, SCRIPTS};

/// One crowd at a time.
static TURN: Mutex<()> = Mutex::new(());

/// A server with room for a crowd: up to four connections for each.
fn server() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(|| {
        Postgres::start(PostgresOptions::default().setting("max_connections", "600"))
    })
}

/// Hundreds of connections at once take longer on a busy machine than the default allows.
fn patient(on: &OnPostgres) -> String {
    format!("{}?connect_timeout=60&socket_timeout=60", on.database.url())
}

#[test]
fn processes() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for count in [2, 10, 100] {
        let on = OnPostgres::new(server(), SCRIPTS);
        let args = ["deploy", "--lock-wait", "60", "--format", "json"];
        let url = patient(&on);
        let all: Vec<Process> = (0..count).map(|_| on.project.spawn_through(&url, &args)).collect();
        let applied: usize =
            all.into_iter().map(|one| one.wait(2 * LIMIT).exits(0).applied()).sum();
        assert_eq!(applied, SCRIPTS.len(), "{count} processes");
        on.check_finished(&format!("{count} processes"));
    }
}

#[test]
fn tasks() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for count in [2, 10, 100] {
        let on = OnPostgres::new(server(), SCRIPTS);
        let (url, folder) = (patient(&on), on.project.migrations());
        let tasks: Vec<_> = (0..count)
            .map(|_| {
                let (url, folder) = (url.clone(), folder.clone());
                runtime.spawn(async move {
                    let store = PostgresStore::connect(&url).await.unwrap();
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
        assert_eq!(applied, SCRIPTS.len(), "{count} tasks");
        on.check_finished(&format!("{count} tasks"));
    }
}
