//! The core's conformance suite over the PostgreSQL store.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use async_trait::async_trait;
use migsafe_postgres::PostgresStore;
use migsafe_postgres::core::conformance;
use migsafe_postgres::core::history::{HistoryRow, StoredTime};
use migsafe_postgres::core::store::HistoryStore;
use migsafe_postgres::core::testkit::conformance::{Harness, TestDatabase};
use migsafe_testing::{Database, Postgres};

use common::{PRISMA_TABLE, block_on, quoted};

struct PostgresHarness;

#[async_trait]
impl Harness for PostgresHarness {
    async fn database(&self) -> Box<dyn TestDatabase> {
        Box::new(Real(Postgres::shared().create_database()))
    }
}

struct Real(Database);

#[async_trait]
impl TestDatabase for Real {
    async fn store(&self) -> Box<dyn HistoryStore> {
        Box::new(PostgresStore::connect(&self.0.url()).await.unwrap())
    }

    async fn has_table(&self, name: &str) -> bool {
        common::has_table(&self.0, name)
    }

    async fn execute(&self, sql: &str) {
        self.0.query(sql).unwrap();
    }

    async fn insert_rows(&self, rows: &[HistoryRow]) {
        let mut sql = format!("CREATE TABLE IF NOT EXISTS _prisma_migrations {PRISMA_TABLE};");
        for row in rows {
            let values = [
                quoted(&row.id),
                quoted(&row.checksum),
                time(row.finished_at.as_ref()),
                quoted(&row.migration_name),
                row.logs.as_deref().map_or("NULL".to_owned(), quoted),
                time(row.rolled_back_at.as_ref()),
                time(row.started_at.as_ref()),
                row.applied_steps_count.map_or("NULL".to_owned(), |n| n.to_string()),
            ];
            let insert = format!("INSERT INTO _prisma_migrations VALUES ({});", values.join(", "));
            sql.push_str(&insert);
        }
        self.0.query(&sql).unwrap();
    }

    async fn audit_count(&self) -> usize {
        if !common::has_table(&self.0, "migsafe.audit") {
            return 0;
        }
        common::value(&self.0, "SELECT count(*) FROM migsafe.audit").parse().unwrap()
    }

    async fn hold_lock(&self) -> Box<dyn Send + Sync> {
        let mut client = self.0.client();
        client.query("SELECT pg_advisory_lock(72707369)").unwrap();
        Box::new(client)
    }
}

fn time(time: Option<&StoredTime>) -> String {
    time.map_or("NULL".to_owned(), |time| quoted(&time.to_string()))
}

conformance!(PostgresHarness, block_on);
