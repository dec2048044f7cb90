//! The in-memory store as a backend under test.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Harness, TestDatabase};
use crate::Dialect;
use crate::history::HistoryRow;
use crate::lock::LockHolder;
use crate::store::{HistoryStore, MemoryStore};

/// Harness over [`MemoryStore`]; also a model for one of your own.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct MemoryHarness {}

#[async_trait]
impl Harness for MemoryHarness {
    async fn database(&self) -> Box<dyn TestDatabase> {
        Box::new(MemoryDatabase { store: MemoryStore::new(Dialect::Sqlite) })
    }
}

struct MemoryDatabase {
    store: MemoryStore,
}

#[async_trait]
impl TestDatabase for MemoryDatabase {
    async fn store(&self) -> Box<dyn HistoryStore> {
        Box::new(self.store.clone())
    }

    async fn has_table(&self, name: &str) -> bool {
        self.store.tables().iter().any(|table| table == name)
    }

    async fn execute(&self, sql: &str) {
        let words: Vec<&str> = sql.split_whitespace().collect();
        self.store.tamper(|_, tables| match words.as_slice() {
            ["CREATE", "TABLE", name, ..] => drop(tables.insert((*name).to_owned())),
            ["DROP", "TABLE", name, ..] => drop(tables.remove(*name)),
            _ => {}
        });
    }

    async fn insert_rows(&self, rows: &[HistoryRow]) {
        self.store.tamper(|stored, _| stored.get_or_insert_default().extend_from_slice(rows));
    }

    async fn audit_count(&self) -> usize {
        self.store.audit().len()
    }

    async fn hold_lock(&self) -> Box<dyn Send + Sync> {
        self.store.hold_lock(Some(LockHolder::of_pid(4711)));
        Box::new(Held(Arc::new(self.store.clone())))
    }
}

struct Held(Arc<MemoryStore>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.hold_lock(None);
    }
}

#[cfg(test)]
mod tests {
    use super::MemoryHarness;
    use crate::testkit::block_on;

    crate::conformance!(MemoryHarness::default(), block_on);
}
