//! A throw-away database while it is used.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use migsafe_core::schema::{ServerVersion, Snapshot, SnapshotOptions};
use migsafe_core::sql::Script;
use migsafe_core::store::{Isolation, ShadowDatabase, ShadowError, StoreError, StoreErrorCode};
use tokio::runtime::Handle;

use super::surroundings::Surroundings;
use super::{given, made, script};
use crate::PostgresOptions;
use crate::connection::Connection;
use crate::schema;

/// A database, the connection that scripts run on, and the one that says that it is in use.
pub(super) struct PostgresShadowDatabase {
    options: Arc<PostgresOptions>,
    surroundings: Surroundings,
    isolation: Isolation,
    /// Opened with the first script.
    connection: Option<Connection>,
    /// `None` once it was removed.
    end: Option<End>,
}

/// How it ends.
pub(super) enum End {
    Drop(made::Made),
    Empty(given::Given),
}

impl End {
    async fn carry_out(self) -> Result<(), StoreError> {
        match self {
            Self::Drop(made) => made.drop_database().await,
            Self::Empty(given) => given.empty().await,
        }
    }
}

/// Does it to the end, also when the caller's future is dropped in the midst of it. What it gives is dropped then.
pub(super) async fn uncancelled<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::spawn(work).await.unwrap_or_else(|error| {
        let text = format!("the work on the throw-away database broke off: {error}");
        Err(StoreError::new(StoreErrorCode::Connection, text))
    })
}

impl PostgresShadowDatabase {
    pub(super) fn new(
        options: Arc<PostgresOptions>,
        surroundings: Surroundings,
        isolation: Isolation,
        end: End,
    ) -> Self {
        Self { options, surroundings, isolation, connection: None, end: Some(end) }
    }

    async fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        let kept = self.connection.take().filter(Connection::is_usable);
        let connection = match kept {
            Some(connection) => connection,
            None => {
                let opened = Connection::open(&self.options).await;
                let mut connection = match self.end {
                    Some(End::Drop(_)) => opened.map_err(made::not_let_in)?,
                    _ => opened?,
                };
                if let Some(create) = self.surroundings.create_schema() {
                    connection.send(create).await.ok("making the schema")?;
                }
                connection
            }
        };
        Ok(self.connection.insert(connection))
    }
}

#[async_trait]
impl ShadowDatabase for PostgresShadowDatabase {
    fn server(&self) -> &ServerVersion {
        &self.surroundings.server
    }

    fn isolation(&self) -> Isolation {
        self.isolation
    }

    async fn run(&mut self, text: &str, statements: &Script) -> Result<(), ShadowError> {
        let reset = self.surroundings.reset();
        let connection = self.connection().await?;
        connection.send(reset).await.ok("preparing the session")?;
        script::run(connection, text, statements).await
    }

    async fn read_schema(&mut self, options: &SnapshotOptions) -> Result<Snapshot, StoreError> {
        // A script may have left its transaction open, with locks.
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
        schema::read(&self.options, options).await
    }

    async fn close(mut self: Box<Self>) -> Result<(), StoreError> {
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
        match self.end.take() {
            Some(end) => uncancelled(end.carry_out()).await,
            None => Ok(()),
        }
    }
}

/// Somebody dropped the future or panicked: it is removed in the background, if there is a runtime to do it.
impl Drop for PostgresShadowDatabase {
    fn drop(&mut self) {
        if let (Some(end), Ok(runtime)) = (self.end.take(), Handle::try_current()) {
            let connection = self.connection.take();
            runtime.spawn(async move {
                drop(connection);
                // There is nobody left to tell; the next run removes what is left.
                let _ = end.carry_out().await;
            });
        }
    }
}

impl fmt::Debug for PostgresShadowDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresShadowDatabase")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
