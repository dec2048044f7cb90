//! Creating the history table, in a transaction of its own.

use migsafe_core::store::{StoreError, StoreErrorCode};

use super::PostgresSession;
use crate::sql;

impl PostgresSession {
    /// Creates Prisma's table, and its schema if the URL names one that is not there, and commits. A
    /// statement that fails keeps COMMIT from being reached.
    ///
    /// Where the table is what deployers lock, they are not kept apart before there is one. Then only one of them can
    /// create it; the others hear that it, or a name that comes with it, is there already.
    pub(super) async fn create_table(&mut self) -> Result<(), StoreError> {
        let transaction = self.take_transaction()?;
        self.expected = None;
        let create = sql::create_table(&transaction.schema, transaction.lacks_schema);
        let answer = self.ask(&[create, "COMMIT".to_owned()]).await;
        if answer.failure.is_some() {
            self.abandon().await;
        }
        if self.exclusion.is_of_table()
            && matches!(answer.code(), Some("23505" | "42710" | "42P06" | "42P07" | "40P01"))
        {
            let text = "another deployer has created the history table at the same moment";
            return Err(StoreError::new(StoreErrorCode::Conflict, text).with_help("try again"));
        }
        answer.ok("creating the history table").map(drop)
    }
}
