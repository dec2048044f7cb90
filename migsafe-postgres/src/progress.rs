//! How far a statement has come, for signs of life.

use async_trait::async_trait;
use migsafe_core::store::{ProgressInspector, StatementProgress, StoreError};

use crate::{PostgresStore, sql};

#[async_trait]
impl ProgressInspector for PostgresStore {
    async fn progress(&self, row_id: &str) -> Result<Option<StatementProgress>, StoreError> {
        let answer = self.reader().await.send(sql::progress(row_id)).await?;
        let answer = answer.ok("asking how far a statement has come")?;
        let number = |column| answer.value(0, column).and_then(|number| number.parse().ok());
        let phase = answer.value(0, 0);
        Ok(phase
            .zip(number(1))
            .zip(number(2))
            .map(|((phase, done), total)| StatementProgress::new(phase.into_owned(), done, total)))
    }
}
