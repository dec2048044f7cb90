//! Opening and closing a session.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use migsafe_core::store::{StoreError, StoreErrorCode};

use super::SqliteSession;
use super::link::Link;
use crate::connection::{Access, Connection};
use crate::error::{Fault, code};
use crate::memory::Memory;

const DOING: &str = "open the database for writing";

impl SqliteSession {
    /// Opens the file, creating it if need be, but not its folder.
    pub(crate) async fn on_file(path: &Path, busy_wait: Duration) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path, Access::Create, busy_wait)
            .await
            .map_err(|fault| cannot_open(&fault, path))?;
        check_journal(&mut connection).await?;
        let watch = connection.watch().await.map_err(|fault| fault.store_error(DOING))?;
        let link = Link::Own { connection: Box::new(connection), watch, knows: true };
        Ok(Self::new(link, busy_wait))
    }

    /// A session on a database in memory.
    pub(crate) fn in_memory(memory: Arc<Memory>, busy_wait: Duration) -> Self {
        let session = memory.session();
        Self::new(Link::Shared { memory, session }, busy_wait)
    }

    /// Closes the connection, and waits until it is closed.
    pub(super) async fn close(mut self: Box<Self>) {
        let nothing = Link::Shared { memory: Arc::default(), session: 0 };
        if let Link::Own { connection, .. } = std::mem::replace(&mut self.link, nothing) {
            connection.close().await;
        }
    }
}

fn cannot_open(fault: &Fault, path: &Path) -> StoreError {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if fault.primary() == Some(code::CANTOPEN) && folder.is_some_and(|folder| !folder.exists()) {
        return StoreError::new(
            StoreErrorCode::DatabaseMissing,
            format!("there is no folder for the database file {}", path.display()),
        )
        .with_help("create the folder, or check the path in the database URL");
    }
    fault.store_error(DOING)
}

/// Without a journal on disk a process that is killed can leave a corrupt file.
async fn check_journal(connection: &mut Connection) -> Result<(), StoreError> {
    let mode =
        connection.bytes("PRAGMA journal_mode").await.map_err(|fault| fault.store_error(DOING))?;
    let mode = String::from_utf8_lossy(&mode).to_ascii_lowercase();
    if matches!(mode.as_str(), "off" | "memory") {
        return Err(StoreError::new(
            StoreErrorCode::UnsafeSetting,
            format!("the journal mode is `{mode}`: a killed process could leave a corrupt file"),
        )
        .with_help("use a journal mode with a journal on disk, such as `delete` or `wal`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_journal_that_is_not_on_disk_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let wait = Duration::from_secs(1);
        for (mode, fits) in [("off", false), ("memory", false), ("delete", true), ("wal", true)] {
            let mut connection = Connection::open(&path, Access::Create, wait).await.unwrap();
            connection.run(format!("PRAGMA journal_mode = {mode}")).await.unwrap();
            let result = check_journal(&mut connection).await;
            assert_eq!(result.is_ok(), fits, "{mode}");
            if let Err(error) = result {
                assert_eq!(error.code(), StoreErrorCode::UnsafeSetting);
            }
        }
    }
}
