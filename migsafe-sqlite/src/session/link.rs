//! The connection of a session: its own to a file, or its turn at the shared one in memory.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::connection::Connection;
use crate::error::Fault;
use crate::memory::{Lease, Memory};
use crate::watch::Watch;

/// Where a session's statements go.
#[derive(Debug)]
pub(super) enum Link {
    Own { connection: Box<Connection>, watch: Arc<Watch>, path: PathBuf, knows: bool },
    Shared { memory: Arc<Memory>, session: u64 },
}

/// The connection during one call.
#[derive(Debug)]
pub(super) enum Grip<'a> {
    Own { connection: &'a mut Connection, watch: &'a Watch, knows: &'a mut bool },
    Shared { lease: Lease, session: u64 },
}

impl Link {
    /// Takes the connection for one call; `None` when another session has it.
    pub(super) async fn grip(
        &mut self,
        wait: Duration,
        in_transaction: bool,
    ) -> Result<Option<Grip<'_>>, Fault> {
        match self {
            Self::Own { connection, watch, knows, .. } => {
                Ok(Some(Grip::Own { connection, watch, knows }))
            }
            Self::Shared { memory, session } => {
                let session = *session;
                let Some(mut lease) = memory.lock(wait).await? else {
                    return Ok(None);
                };
                let owner = lease.slot.owner;
                if in_transaction && owner != session {
                    return Err(Fault::of(None, "the transaction is gone"));
                }
                if !in_transaction && owner != 0 {
                    return Ok(None);
                }
                lease.slot.dirty = true;
                Ok(Some(Grip::Shared { lease, session }))
            }
        }
    }

    /// The session is dropped.
    pub(super) fn abandon(&self, in_transaction: bool) {
        match self {
            Self::Own { watch, .. } => watch.cancel(),
            Self::Shared { memory, session } if in_transaction => memory.abandon(*session),
            Self::Shared { .. } => {}
        }
    }
}

impl Grip<'_> {
    pub(super) fn parts(&mut self) -> Result<(&mut Connection, &Watch), Fault> {
        match self {
            Self::Own { connection, watch, .. } => Ok((connection, watch)),
            Self::Shared { lease, .. } => lease.parts(),
        }
    }

    /// Whether the session still knows the history, as far as this connection can say; other
    /// connections show by the data version.
    pub(super) fn knows(&self) -> bool {
        match self {
            Self::Own { knows, .. } => **knows,
            Self::Shared { lease, session } => lease.slot.knowing == *session,
        }
    }

    /// Ends the call in good order.
    pub(super) fn release(self, in_transaction: bool, knows: bool) {
        match self {
            Self::Own { knows: known, .. } => *known = knows,
            Self::Shared { mut lease, session } => {
                lease.slot.owner = if in_transaction { session } else { 0 };
                lease.slot.knowing = if knows { session } else { 0 };
                lease.slot.dirty = false;
            }
        }
    }
}
