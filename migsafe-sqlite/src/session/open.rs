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
        let watch = connection.watch().await.map_err(|fault| fault.store_error(DOING))?;
        let link = Link::Own {
            connection: Box::new(connection),
            watch,
            path: path.to_owned(),
            knows: true,
        };
        Ok(Self::new(link, busy_wait))
    }

    /// A session on a database in memory.
    pub(crate) fn in_memory(memory: Arc<Memory>, busy_wait: Duration) -> Self {
        let session = memory.session();
        Self::new(Link::Shared { memory, session }, busy_wait)
    }

    /// Puts a new connection in the place of one that a script left settings on. In memory there is
    /// only the one.
    pub(super) async fn reopen(&mut self) -> Result<(), Fault> {
        let Link::Own { connection, watch, path, .. } = &mut self.link else {
            return Ok(());
        };
        let mut fresh = Connection::open(path, Access::Write, self.busy_wait).await?;
        *watch = fresh.watch().await?;
        let old = std::mem::replace(&mut **connection, fresh);
        old.close().await;
        // Data versions of two connections mean nothing to each other.
        self.known = None;
        Ok(())
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
