//! `schema`: what is in the database beside the history.

use super::Error;
use crate::schema::{Snapshot, SnapshotOptions};
use crate::store::{HistoryStore, StoreError, StoreErrorCode};

/// Reads the schema of a database; writes nothing.
///
/// # Errors
///
/// The connection or the query fails, or the backend cannot read schemas.
pub async fn read_schema(
    store: &dyn HistoryStore,
    options: &SnapshotOptions,
) -> Result<Snapshot, Error> {
    let Some(reader) = store.schema_reader() else {
        let text = format!("the schema of {} cannot be read", store.describe());
        return Err(StoreError::new(StoreErrorCode::UnsafeSetting, text)
            .with_help("use a backend that reads schemas: migsafe-postgres, migsafe-sqlite")
            .into());
    };
    Ok(reader.read_schema(options).await?)
}
