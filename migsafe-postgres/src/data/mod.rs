//! What the rows that are there mean for statements that are about to run.
//!
//! All questions of a deploy are asked in one read-only transaction on a connection of its own, as the role and with
//! the `search_path` that migrations have. Each is a savepoint that is gone back to, which gives its locks back, and has
//! limits for itself and for a lock that it would wait for. Row-level security is off: a table of which it would hide
//! rows is an error to the server, and no answer for us.

mod cast;
mod dependents;
mod questions;
mod scan;
mod session;
mod table;

use async_trait::async_trait;
use migsafe_core::data::{DataAnswer, DataLimits, DataQuestion};
use migsafe_core::store::{DataInspector, StoreError};

use crate::PostgresStore;
use session::{Asking, Trouble};

#[async_trait]
impl DataInspector for PostgresStore {
    async fn answer(
        &self,
        questions: &[DataQuestion],
        limits: &DataLimits,
    ) -> Result<Vec<DataAnswer>, StoreError> {
        let mut asking = Asking::begin(&self.options().for_writing(), limits.clone()).await?;
        let mut answers = Vec::with_capacity(questions.len());
        for question in questions {
            let answer = match questions::answer(&mut asking, question).await {
                Ok(answer) => answer,
                Err(trouble) => trouble.into_answer(question.object()),
            };
            answers.push(answer);
        }
        asking.end().await;
        Ok(answers)
    }
}

/// A result, or why there is no answer.
type Asked<T> = Result<T, Trouble>;
