//! The conformance suite of the core, over a file and in memory.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod common;

use std::sync::Arc;

use async_trait::async_trait;
use migsafe_sqlite::HistoryStore;
use migsafe_sqlite::SqliteStore;
use migsafe_sqlite::core::history::HistoryRow;
use migsafe_sqlite::core::store::WriteSession;
use migsafe_sqlite::core::testkit::conformance::{Harness, TestDatabase};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};
use tokio::sync::Mutex;

use common::{Db, HISTORY, insert, run};

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

async fn exists(connection: &mut SqliteConnection, name: &str) -> bool {
    let sql = format!("SELECT count(*) FROM sqlite_schema WHERE name = '{name}'");
    let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(connection).await.unwrap();
    row.get::<i64, _>(0) > 0
}

async fn add_rows(connection: &mut SqliteConnection, rows: &[HistoryRow]) {
    let mut sql = String::from("BEGIN IMMEDIATE;");
    if !exists(connection, "_prisma_migrations").await {
        sql.push_str(HISTORY);
        sql.push(';');
    }
    for row in rows {
        sql.push_str(&insert(row));
        sql.push(';');
    }
    sql.push_str("COMMIT");
    run(connection, &sql).await.unwrap();
}

async fn audits(connection: &mut SqliteConnection) -> usize {
    if !exists(connection, "_migsafe_audit").await {
        return 0;
    }
    let row =
        sqlx::raw_sql("SELECT count(*) FROM _migsafe_audit").fetch_one(connection).await.unwrap();
    usize::try_from(row.get::<i64, _>(0)).unwrap()
}

mod file {
    use super::*;

    struct Files {
        wal: bool,
    }

    struct File {
        db: Db,
    }

    #[async_trait]
    impl Harness for Files {
        async fn database(&self) -> Box<dyn TestDatabase> {
            let db = Db::none();
            if self.wal {
                db.run("PRAGMA journal_mode = wal").await;
            }
            Box::new(File { db })
        }
    }

    #[async_trait]
    impl TestDatabase for File {
        async fn store(&self) -> Box<dyn HistoryStore> {
            Box::new(self.db.store())
        }

        async fn has_table(&self, name: &str) -> bool {
            exists(&mut self.db.connect().await, name).await
        }

        async fn execute(&self, sql: &str) {
            self.db.run(sql).await;
        }

        async fn insert_rows(&self, rows: &[HistoryRow]) {
            add_rows(&mut self.db.connect().await, rows).await;
        }

        async fn audit_count(&self) -> usize {
            audits(&mut self.db.connect().await).await
        }

        async fn hold_lock(&self) -> Box<dyn Send + Sync> {
            let mut connection = self.db.connect().await;
            run(&mut connection, "BEGIN IMMEDIATE").await.unwrap();
            Box::new(std::sync::Mutex::new(connection))
        }
    }

    migsafe_sqlite::core::conformance!(Files { wal: false }, block_on);

    mod wal {
        use super::*;

        migsafe_sqlite::core::conformance!(Files { wal: true }, block_on);
    }
}

mod memory {
    use super::*;

    type Session = Arc<Mutex<Option<Box<dyn WriteSession>>>>;

    struct Stores;

    struct Memory {
        store: SqliteStore,
        /// The session that holds the lock.
        holder: Session,
    }

    struct Held(Session);

    impl Drop for Held {
        fn drop(&mut self) {
            drop(self.0.try_lock().unwrap().take());
        }
    }

    impl Memory {
        /// The connection is lent only while no session is in its transaction.
        async fn aside<T>(&self, work: impl AsyncFnOnce(&mut SqliteConnection) -> T) -> T {
            let mut holder = self.holder.lock().await;
            if let Some(session) = &mut *holder {
                session.rollback().await.unwrap();
            }
            let mut connection = self.store.connection().await.unwrap();
            let result = work(&mut connection).await;
            drop(connection);
            if let Some(session) = &mut *holder {
                session.begin().await.unwrap();
            }
            result
        }
    }

    #[async_trait]
    impl Harness for Stores {
        async fn database(&self) -> Box<dyn TestDatabase> {
            Box::new(Memory { store: SqliteStore::in_memory(), holder: Session::default() })
        }
    }

    #[async_trait]
    impl TestDatabase for Memory {
        async fn store(&self) -> Box<dyn HistoryStore> {
            Box::new(self.store.clone())
        }

        async fn has_table(&self, name: &str) -> bool {
            self.aside(async |connection| exists(connection, name).await).await
        }

        async fn execute(&self, sql: &str) {
            self.aside(async |connection| run(connection, sql).await.unwrap()).await;
        }

        async fn insert_rows(&self, rows: &[HistoryRow]) {
            self.aside(async |connection| add_rows(connection, rows).await).await;
        }

        async fn audit_count(&self) -> usize {
            self.aside(async |connection| audits(connection).await).await
        }

        async fn hold_lock(&self) -> Box<dyn Send + Sync> {
            let mut session = self.store.open_session().await.unwrap();
            session.begin().await.unwrap();
            *self.holder.lock().await = Some(session);
            Box::new(Held(self.holder.clone()))
        }
    }

    migsafe_sqlite::core::conformance!(Stores, block_on);
}
