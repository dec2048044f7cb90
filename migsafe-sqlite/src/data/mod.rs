//! What the rows that are there mean for statements that are about to run.
//!
//! Questions about a file are asked on a read-only connection of their own; a database in memory has only the one
//! connection, which may write nothing meanwhile. SQLite's progress handler keeps the limits.

mod queries;
mod questions;
mod stored;

use std::time::{Duration, Instant};

use async_trait::async_trait;
use migsafe_core::data::{DataAnswer, DataLimits, DataQuestion};
use migsafe_core::store::{DataInspector, StoreError};

use crate::connection::{Access, Connection};
use crate::error::{Fault, code};
use crate::store::{SqliteStore, Target};
use crate::watch::Watch;

const DOING: &str = "ask about rows";

#[async_trait]
impl DataInspector for SqliteStore {
    async fn answer(
        &self,
        questions: &[DataQuestion],
        limits: &DataLimits,
    ) -> Result<Vec<DataAnswer>, StoreError> {
        let failed = |fault: Fault| fault.store_error(DOING);
        match self.target() {
            Target::File { reader, .. } => {
                if matches!(std::fs::metadata(reader.path()), Err(error)
                    if error.kind() == std::io::ErrorKind::NotFound)
                {
                    return Ok(questions.iter().map(|_| DataAnswer::NotThere).collect());
                }
                let opened = Connection::open(reader.path(), Access::Read, limits.per_question);
                let mut connection = opened.await.map_err(failed)?;
                let watch = connection.watch().await.map_err(failed)?;
                let answers = answer_all(&mut connection, &watch, questions, limits).await;
                connection.close().await;
                Ok(answers)
            }
            Target::Memory(memory) => {
                let lease = memory.lock(limits.per_question).await.map_err(failed)?;
                let Some(mut lease) = lease else {
                    return Err(Fault::of(Some(code::BUSY), "a session uses it").store_error(DOING));
                };
                lease.slot.dirty = true;
                let (connection, watch) = lease.parts().map_err(failed)?;
                connection.run("PRAGMA query_only = ON").await.map_err(failed)?;
                let answers = answer_all(connection, watch, questions, limits).await;
                watch.limit(None);
                connection.run("PRAGMA query_only = OFF").await.map_err(failed)?;
                lease.slot.dirty = false;
                Ok(answers)
            }
        }
    }
}

async fn answer_all(
    connection: &mut Connection,
    watch: &Watch,
    questions: &[DataQuestion],
    limits: &DataLimits,
) -> Vec<DataAnswer> {
    let mut asking = Asking { connection, watch, limits, started: Instant::now() };
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        let answer = questions::answer(&mut asking, question).await;
        answers.push(answer.unwrap_or_else(|fault| asking.unanswered(&fault)));
    }
    answers
}

/// The connection while questions are asked.
struct Asking<'a> {
    connection: &'a mut Connection,
    watch: &'a Watch,
    limits: &'a DataLimits,
    started: Instant,
}

impl Asking<'_> {
    /// The rows of a query, as text; NULL is the empty one.
    async fn ask(&mut self, query: String) -> Result<Vec<Vec<String>>, Fault> {
        let left = self.left();
        if left.is_zero() {
            return Err(Fault::of(Some(code::INTERRUPT), "the time for all questions was over"));
        }
        self.watch.limit(Some(left.min(self.limits.per_question)));
        let rows = self.connection.rows(query).await?;
        rows.iter()
            .map(|row| {
                (0..sqlx::Row::len(row))
                    .map(|at| {
                        let bytes = crate::connection::bytes(row, at)?;
                        Ok(String::from_utf8_lossy(&bytes).into_owned())
                    })
                    .collect()
            })
            .collect()
    }

    fn left(&self) -> Duration {
        self.limits.total.saturating_sub(self.started.elapsed())
    }

    fn unanswered(&self, fault: &Fault) -> DataAnswer {
        if fault.message.starts_with("no such table") || fault.message.starts_with("no such column")
        {
            return DataAnswer::NotThere;
        }
        DataAnswer::Unanswered(match fault.primary() {
            Some(code::INTERRUPT) if self.left().is_zero() => {
                "the time for all questions was over".to_owned()
            }
            Some(code::INTERRUPT) => {
                let limit = self.limits.per_question.as_millis();
                format!("looking at the rows took longer than {limit} ms")
            }
            Some(code::BUSY | code::LOCKED) => {
                "another connection keeps the database locked".to_owned()
            }
            _ => format!("SQLite refused the question: {}", fault.message),
        })
    }
}
