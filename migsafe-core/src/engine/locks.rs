//! `locks`: who holds the migration lock.

use serde::Serialize;

use super::Error;
use crate::lock::LockHolder;
use crate::store::HistoryStore;

/// Who holds the migration lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LocksReport {
    /// What was looked at; never a password.
    pub database: String,
    /// False where a database has no way to tell (SQLite).
    pub supported: bool,
    /// The holders; at most one holds it, and it is held per database, not per schema.
    pub holders: Vec<LockHolder>,
}

/// Looks at the migration lock; takes nothing and waits for nothing.
///
/// # Errors
///
/// The connection or the query fails.
pub async fn locks(store: &dyn HistoryStore) -> Result<LocksReport, Error> {
    let (supported, holders) = match store.lock_inspector() {
        Some(inspector) => (true, inspector.lock_holders().await?),
        None => (false, Vec::new()),
    };
    Ok(LocksReport { database: store.describe(), supported, holders })
}
