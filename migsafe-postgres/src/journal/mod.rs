//! Migrations that run statement by statement: the journal, the lease, the look into the catalog.
//!
//! The migration lock is held only while the unfinished row and the lease are committed, and again while the
//! row is finished. In between the row keeps Prisma away (P3009) and the lease keeps other deployers of
//! ours away. The lease belongs to a token; every write of ours is made on the condition that the token is
//! still the one in the table (fencing). It runs out by the server's clock, and at once when the connection that renews
//! it is gone, which is what happens when a process is killed.

mod effect;
mod lease;
mod pooler;
mod read;
mod rights;
mod run;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use migsafe_core::history::{HistoryRow, Journal, JournalState};
use migsafe_core::migrations::Checksum;
use migsafe_core::store::{
    EffectState, JournalSession, ScriptFailure, StatementOutcome, StatementRequest, StoreError,
    StoreErrorCode,
};

pub(crate) use lease::{HeldLease, probe};
pub(crate) use read::{attach, unfinished};

use crate::StatementMode;
use crate::session::PostgresSession;
use crate::sql::{self, Table};

#[async_trait]
impl JournalSession for PostgresSession {
    async fn start(&mut self, row: &HistoryRow, is_new: bool) -> Result<(), StoreError> {
        let transaction = self.take_transaction()?;
        self.expected = None;
        // Forced through a pooler, nobody knows which process runs a statement.
        let known = self.options.statements != StatementMode::Forced;
        self.worker = known.then(|| transaction.direct_worker());
        let started = self.start_in(&transaction, row, is_new).await;
        match started {
            Ok(lease) => {
                self.lease = Some(lease);
                Ok(())
            }
            Err(error) => {
                self.abandon().await;
                Err(error)
            }
        }
    }

    async fn run(&mut self, request: StatementRequest<'_>) -> StatementOutcome {
        if request.statement.runs_outside_transaction() {
            self.run_outside(request).await
        } else {
            self.run_inside(request).await
        }
    }

    async fn inspect(&mut self, row_id: &str, statement: usize) -> Result<EffectState, StoreError> {
        self.look_for(row_id, statement).await
    }

    async fn mend(&mut self, row_id: &str, statement: usize) -> Result<(), StoreError> {
        self.mend_half(row_id, statement).await
    }

    async fn record_done(&mut self, request: StatementRequest<'_>) -> Result<(), StoreError> {
        self.record_end(&request, JournalState::Done).await
    }

    async fn record_failed(&mut self, request: StatementRequest<'_>) -> Result<(), StoreError> {
        self.record_end(&request, JournalState::Failed).await
    }

    async fn fail(&mut self, row_id: &str, failure: &ScriptFailure) -> Result<(), StoreError> {
        let Some(lease) = self.lease.take() else { return Err(lease_lost()) };
        let schema = self.schema_or_unforeseen()?;
        let logs = sql::write_logs(Table::in_schema(&schema), row_id, &failure.log());
        let fence = sql::fence(row_id, lease.token());
        let release = sql::give_back(row_id, lease.token());
        self.ask(&[fence, logs, release]).await.ok("recording the failure").map(drop)
    }

    async fn finish(
        &mut self,
        row_id: &str,
        checksum: &Checksum,
    ) -> Result<DateTime<Utc>, StoreError> {
        let transaction = self.take_transaction()?;
        self.expected = None;
        let finished = self.finish_in(&transaction.schema, row_id, checksum).await;
        if finished.is_err() {
            self.abandon().await;
        }
        finished
    }

    async fn release(&mut self, row_id: &str) -> Result<(), StoreError> {
        let Some(lease) = self.lease.take() else { return Ok(()) };
        self.ask(&[sql::give_back(row_id, lease.token())])
            .await
            .ok("giving the lease back")
            .map(drop)
    }
}

impl PostgresSession {
    async fn finish_in(
        &mut self,
        schema: &str,
        row_id: &str,
        checksum: &Checksum,
    ) -> Result<DateTime<Utc>, StoreError> {
        let Some(lease) = &self.lease else { return Err(lease_lost()) };
        let (fence, release) =
            (sql::fence(row_id, lease.token()), sql::release(row_id, lease.token()));
        let at = self.env.now();
        let table = Table::in_schema(schema);
        let finish = sql::finish_row(table, row_id, &checksum.to_string(), &sql::time(at));
        let answer = self.ask(&[fence, finish, release]).await;
        let refused = answer.code() == Some("22012") && answer.completed == 0;
        if refused {
            return Err(lease_lost());
        }
        let answer = answer.ok("finishing the row")?;
        if answer.affected(1) != Some(1) {
            return Err(StoreError::new(
                StoreErrorCode::Conflict,
                "the row is not unfinished any more: somebody has resolved it meanwhile",
            ));
        }
        self.ask(&["COMMIT".to_owned()]).await.ok("committing the row")?;
        self.lease = None;
        Ok(at)
    }

    async fn record_end(
        &mut self,
        request: &StatementRequest<'_>,
        state: JournalState,
    ) -> Result<(), StoreError> {
        let record = self.record(request, state, None)?;
        let answer = self.ask(&[record]).await.ok("recording a statement")?;
        if answer.affected(0) == Some(1) { Ok(()) } else { Err(lease_lost()) }
    }

    /// The text that records a statement.
    fn record(
        &self,
        request: &StatementRequest<'_>,
        state: JournalState,
        code: Option<&str>,
    ) -> Result<String, StoreError> {
        let lease = self.lease.as_ref().ok_or_else(lease_lost)?;
        let outside = request.statement.runs_outside_transaction();
        let effect = request.statement.effect().filter(|_| outside);
        Ok(sql::record(&sql::Record {
            row_id: request.row_id,
            token: lease.token(),
            statement: request.number,
            hash: &Journal::hash(request.sql),
            state,
            in_transaction: !outside,
            code,
            before: &sql::before(effect, self.options.schema.as_deref()),
        }))
    }

    fn schema_or_unforeseen(&self) -> Result<String, StoreError> {
        self.schema.clone().ok_or_else(|| crate::session::unforeseen("its schema is not known"))
    }
}

fn lease_lost() -> StoreError {
    StoreError::new(
        StoreErrorCode::Conflict,
        "the lease of this migration is not ours any more: another deployer has taken over",
    )
}
