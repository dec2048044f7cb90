//! A database in memory: one connection, shared by all readers and sessions of a store.
//!
//! Closing the connection would destroy the database, so it is never given to a session. A session
//! locks it for the length of one call. Between two calls its transaction may be open, but then it
//! holds no change yet (`begin` only reads, and every other call ends the transaction), so a reader
//! sees what is committed.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use migsafe_core::store::{StoreError, StoreErrorCode};
use sqlx::SqliteConnection;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
use tokio::time::{Instant, sleep, timeout};

use crate::connection::Connection;
use crate::error::Fault;
use crate::reader::Question;
use crate::watch::Watch;

/// The database that all clones of a store share.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    slot: Arc<Mutex<Slot>>,
    sessions: AtomicU64,
    /// The session that was dropped inside its transaction; 0 for none.
    abandoned: AtomicU64,
}

/// The connection, and who has what of it.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    ready: Option<(Connection, Arc<Watch>)>,
    adopted: Option<Connection>,
    /// The connection was taken out for good.
    gone: bool,
    /// The session whose transaction is open; 0 for none.
    pub(crate) owner: u64,
    /// The session that knows what is in the database; 0 for none.
    pub(crate) knowing: u64,
    /// Somebody is in the middle of something. Still set when the next one comes, it means that a
    /// future was dropped there, or that the connection was lent.
    pub(crate) dirty: bool,
}

impl Memory {
    pub(crate) fn adopting(connection: SqliteConnection) -> Self {
        let slot = Slot { adopted: Some(Connection::adopt(connection)), ..Slot::default() };
        Self { slot: Arc::new(Mutex::new(slot)), ..Self::default() }
    }

    /// A number for a new session.
    pub(crate) fn session(&self) -> u64 {
        self.sessions.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A session was dropped inside its transaction; the next user ends it.
    pub(crate) fn abandon(&self, session: u64) {
        self.abandoned.store(session, Ordering::Release);
    }

    /// Locks the connection; `None` when it is not to be had in time.
    pub(crate) async fn lock(&self, wait: Duration) -> Result<Option<Lease>, Fault> {
        let Ok(mut slot) = timeout(wait, Arc::clone(&self.slot).lock_owned()).await else {
            return Ok(None);
        };
        slot.prepare(self.abandoned.load(Ordering::Acquire)).await?;
        Ok(Some(Lease { slot }))
    }

    /// Asks the database.
    pub(crate) async fn read<Q: Question>(&self, wait: Duration) -> Result<Q::Answer, StoreError> {
        let failed = |fault: Fault| fault.store_error(Q::DOING);
        let mut lease = self.lock(wait).await.map_err(failed)?.ok_or_else(in_use)?;
        let (connection, _) = lease.parts().map_err(failed)?;
        Q::ask(connection).await.map_err(failed)
    }

    /// Locks the connection while no session is in its transaction.
    async fn lock_alone(&self, wait: Duration) -> Result<Lease, StoreError> {
        let deadline = Instant::now() + wait;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let lease = self.lock(left).await.map_err(|fault| fault.store_error("connect"))?;
            match lease {
                Some(lease) if lease.slot.owner == 0 => return Ok(lease),
                _ if left.is_zero() => return Err(in_use()),
                _ => sleep(Duration::from_millis(2).min(left)).await,
            }
        }
    }

    /// Locks the connection as the application expects it.
    async fn lock_for_user(&self, wait: Duration) -> Result<Lease, StoreError> {
        let mut lease = self.lock_alone(wait).await?;
        lease.slot.dirty = true;
        let failed = |fault: Fault| fault.store_error("connect");
        let (connection, _) = lease.parts().map_err(failed)?;
        connection.run("PRAGMA foreign_keys = ON").await.map_err(failed)?;
        Ok(lease)
    }

    /// Lends the connection to the user.
    pub(crate) async fn lend(&self, wait: Duration) -> Result<MemoryConnection, StoreError> {
        let slot = self.lock_for_user(wait).await?.slot;
        if let Some((_, watch)) = &slot.ready {
            watch.let_commit(true);
        }
        let driver = OwnedMutexGuard::try_map(slot, |slot| {
            slot.ready.as_mut().map(|(connection, _)| connection.driver())
        });
        driver.map(|driver| MemoryConnection { driver }).map_err(|_| in_use())
    }

    /// Takes the connection out for good.
    pub(crate) async fn take(&self, wait: Duration) -> Result<SqliteConnection, StoreError> {
        let mut lease = self.lock_for_user(wait).await?;
        let Some((mut connection, _)) = lease.slot.ready.take() else {
            return Err(in_use());
        };
        lease.slot.gone = true;
        Watch::remove(connection.driver()).await.map_err(|fault| fault.store_error("connect"))?;
        Ok(connection.into_driver())
    }
}

fn in_use() -> StoreError {
    StoreError::new(StoreErrorCode::Timeout, "the database in memory is in use by a session")
        .with_help("let the session finish first")
}

impl Slot {
    /// Opens the connection the first time, and cleans up after whoever left it in the middle.
    async fn prepare(&mut self, abandoned: u64) -> Result<(), Fault> {
        if self.gone {
            return Err(Fault::of(None, "the connection was taken out of the store"));
        }
        if self.ready.is_none() {
            let mut connection = match self.adopted.take() {
                Some(connection) => connection,
                None => Connection::memory(Duration::ZERO).await?,
            };
            connection.run("PRAGMA foreign_keys = ON").await?;
            let watch = connection.watch().await?;
            self.ready = Some((connection, watch));
        }
        let abandoned = self.owner != 0 && self.owner == abandoned;
        if !self.dirty && !abandoned {
            return Ok(());
        }
        if let Some((connection, watch)) = &mut self.ready {
            // Whatever still runs is interrupted, so that the rollback gets its turn soon. Without
            // a transaction there is nothing to roll back, and SQLite says so: fine.
            watch.cancel();
            let _ = connection.run("ROLLBACK").await;
            watch.revive();
            // Whoever asked about rows had it on, so that nothing was written meanwhile.
            connection.run("PRAGMA query_only = OFF; PRAGMA foreign_keys = ON").await?;
        }
        self.owner = 0;
        self.knowing = 0;
        self.dirty = false;
        Ok(())
    }
}

/// The locked connection.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) slot: OwnedMutexGuard<Slot>,
}

impl Lease {
    /// The connection and its watch.
    pub(crate) fn parts(&mut self) -> Result<(&mut Connection, &Watch), Fault> {
        match &mut self.slot.ready {
            Some((connection, watch)) => Ok((connection, watch)),
            None => Err(Fault::of(None, "the connection was taken out of the store")),
        }
    }
}

/// The connection of a database in memory, lent by
/// [`SqliteStore::connection`](crate::SqliteStore::connection).
///
/// It goes back when this is dropped; a transaction left open is rolled back then.
#[derive(Debug)]
pub struct MemoryConnection {
    driver: OwnedMappedMutexGuard<Slot, SqliteConnection>,
}

impl Deref for MemoryConnection {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.driver
    }
}

impl DerefMut for MemoryConnection {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.driver
    }
}
