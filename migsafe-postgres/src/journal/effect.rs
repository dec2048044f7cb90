//! What the catalog says about a statement, and mending what it left half done.

use std::time::Duration;

use migsafe_core::store::{EffectState, StoreError, StoreErrorCode};

use super::lease_lost;
use crate::connection::text;
use crate::session::PostgresSession;
use crate::sql::{self, Before};

/// The id of nothing: of a table that was not there nothing can have come about.
const NO_TABLE: u32 = 0;

/// What was found: its state, its quoted name, and what else the question gives.
struct Found {
    state: String,
    name: String,
    more: Option<String>,
}

impl PostgresSession {
    pub(super) async fn look_for(
        &mut self,
        row_id: &str,
        statement: usize,
    ) -> Result<EffectState, StoreError> {
        let Some(before) = self.recorded(row_id, statement).await? else {
            let why = "the catalog does not tell what the statement does";
            return Ok(EffectState::Unknown(why.to_owned()));
        };
        let found = self.found(&before, row_id, statement).await?;
        Ok(judge(&before, &found))
    }

    pub(super) async fn mend_half(
        &mut self,
        row_id: &str,
        statement: usize,
    ) -> Result<(), StoreError> {
        // Looked for once more: only what is half done at this moment is touched.
        let statements = match self.recorded(row_id, statement).await? {
            Some(before) => mending(&before, &self.found(&before, row_id, statement).await?),
            None => Vec::new(),
        };
        if statements.is_empty() {
            return Err(StoreError::new(StoreErrorCode::Conflict, "nothing is half done"));
        }
        // It waits for older transactions and blocks nobody, as the statement itself: a limit that the role or the
        // database has for that wait would leave half of it for ever.
        let settings = sql::session_settings(Some(Duration::ZERO), None, None);
        self.ask(&[settings]).await.ok("preparing the mending")?;
        let mut mended = Ok(());
        for text in statements {
            let answer = self.tell(text, 0, self.worker.clone()).await;
            mended = answer.ok("mending what a statement left half done").map(drop);
            if mended.is_err() {
                break;
            }
        }
        self.ask(&["RESET ALL".to_owned()]).await.ok("ending the mending")?;
        mended
    }

    /// What stood before the statement. Only the holder of the lease may act on it.
    async fn recorded(
        &mut self,
        row_id: &str,
        statement: usize,
    ) -> Result<Option<Before>, StoreError> {
        let lease = self.lease.as_ref().ok_or_else(lease_lost)?;
        let question = sql::recorded(row_id, lease.token(), statement);
        let answer = self.ask(&[question]).await.ok("reading the journal")?;
        if answer.value(0, 0).as_deref() != Some("t") {
            return Err(lease_lost());
        }
        let number = |column| answer.value(0, column).and_then(|id| id.parse().ok());
        let text = |column| answer.value(0, column).map(|value| value.into_owned());
        Ok(match answer.value(0, 1).as_deref() {
            Some("index") => {
                Some(Before::Index { table: number(2).unwrap_or(NO_TABLE), name: text(4) })
            }
            Some("reindex") => match (number(2), answer.value(0, 6).as_deref()) {
                (None, Some("true")) => Some(Before::Reindex { table: None }),
                (table, _) => Some(Before::Reindex { table: table.or(Some(NO_TABLE)) }),
            },
            Some("drop") => {
                Some(Before::Drop { object: number(3), name: text(4).unwrap_or_default() })
            }
            Some("detach") => Some(Before::Detach {
                parent: number(2),
                partition: number(3),
                attached: answer.value(0, 5).as_deref() == Some("true"),
            }),
            _ => None,
        })
    }

    async fn found(
        &mut self,
        before: &Before,
        row_id: &str,
        statement: usize,
    ) -> Result<Vec<Found>, StoreError> {
        let question = sql::now(before, row_id, statement);
        let answer = self.ask(&[question]).await.ok("looking into the catalog")?;
        let value = |row, column| text(row, column).map(|value| value.into_owned());
        Ok(answer
            .rows(0)
            .iter()
            .map(|row| Found {
                state: value(row, 0).unwrap_or_default(),
                name: value(row, 1).unwrap_or_default(),
                more: value(row, 2),
            })
            .collect())
    }
}

fn judge(before: &Before, found: &[Found]) -> EffectState {
    let of = |state: &'static str| found.iter().filter(move |found| found.state == state);
    let names = |state| of(state).map(|found| &*found.name).collect::<Vec<_>>().join(", ");
    if let Some(building) = of("under way").next() {
        let process = building.more.as_deref().unwrap_or_default();
        let what = format!("{} is being built by server process {process}", building.name);
        return EffectState::UnderWay(what);
    }
    if of("half").next().is_some() {
        return EffectState::Half(names("half"));
    }
    if let Some(taken) = of("taken").next() {
        return EffectState::Taken(taken.more.clone().unwrap_or_default());
    }
    if of("new").next().is_some() {
        let why = match before {
            Before::Drop { .. } => "was made meanwhile, under the name of the one to drop",
            _ => "was built meanwhile, and the statement does not name its index",
        };
        return EffectState::Unknown(format!("{} {why}", names("new")));
    }
    match found.first().map(|found| &*found.state) {
        Some("present") => EffectState::Present,
        Some("stood") => EffectState::Stood,
        None if matches!(before, Before::Reindex { .. }) => {
            EffectState::Unknown("what REINDEX has done cannot be seen".to_owned())
        }
        _ => EffectState::Absent,
    }
}

/// The statements that mend what is half done; the catalog gave the names, quoted.
fn mending(before: &Before, found: &[Found]) -> Vec<String> {
    let half = found.iter().filter(|found| found.state == "half");
    half.map(|half| match before {
        Before::Detach { .. } => format!(
            "ALTER TABLE {} DETACH PARTITION {} FINALIZE",
            half.more.as_deref().unwrap_or_default(),
            half.name
        ),
        _ => format!("DROP INDEX CONCURRENTLY IF EXISTS {}", half.name),
    })
    .collect()
}
