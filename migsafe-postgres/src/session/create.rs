//! Creating the history table, in a transaction of its own.

use migsafe_core::store::StoreError;

use super::PostgresSession;
use crate::sql;

impl PostgresSession {
    /// Creates Prisma's table, and its schema if the URL names one that is not there, and commits. A
    /// statement that fails keeps COMMIT from being reached.
    pub(super) async fn create_table(&mut self) -> Result<(), StoreError> {
        let transaction = self.take_transaction()?;
        self.expected = None;
        let create = sql::create_table(&transaction.schema, transaction.lacks_schema);
        let answer = self.ask(&[create, "COMMIT".to_owned()]).await;
        if answer.failure.is_some() {
            self.abandon().await;
        }
        answer.ok("creating the history table").map(drop)
    }
}
