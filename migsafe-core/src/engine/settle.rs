//! What became of a statement that runs outside a transaction, and mending what it left half done.

use std::time::Duration;

use super::execute::Execution;
use super::halt::{Halt, Left};
use super::wait::jittered;
use crate::store::{EffectState, ScriptFailure, StatementRequest, StoreErrorCode};

/// How often a half-done effect is mended and its statement run again.
pub(super) const MENDS: u32 = 3;

/// What a look into the catalog has shown in the end.
pub(super) struct Settled {
    /// Never half done.
    pub(super) state: EffectState,
    /// Whether something was half done. What is there then was completed by the mending.
    pub(super) mended: bool,
}

impl Execution<'_, '_> {
    /// Looks what became of a statement and mends what is half done.
    pub(super) async fn settle(&mut self, row_id: &str, number: usize) -> Result<Settled, Halt> {
        let mut mended = false;
        for attempt in 1..=MENDS {
            match self.required()?.inspect(row_id, number).await? {
                EffectState::Half(_) => {}
                EffectState::UnderWay(what) => {
                    let mut failure = ScriptFailure::new(what);
                    failure.location.statement = Some(number);
                    let help = "wait until that session has ended, then deploy again as before";
                    return Err(Halt::Undecided(Box::new(failure), help.to_owned()));
                }
                state => return Ok(Settled { state, mended }),
            }
            match self.required()?.mend(row_id, number).await {
                Ok(()) => mended = true,
                // A deadlock, somebody in the way, or somebody who was faster: it is looked for once more.
                Err(error) if is_passing(error.code()) && attempt < MENDS => {
                    let env = self.run.env.clone();
                    let pause = jittered(&*env, Duration::from_millis(200) * attempt);
                    env.sleep(pause).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        match self.required()?.inspect(row_id, number).await? {
            EffectState::Half(what) => {
                let text = format!("what the statement left half done could not be mended: {what}");
                Err(Halt::Failed(Box::new(ScriptFailure::new(text)), Left::Half(what)))
            }
            state => Ok(Settled { state, mended }),
        }
    }

    /// What a statement that did not end well has left, as far as that can still be asked.
    pub(super) async fn left_by(&mut self, request: StatementRequest<'_>) -> Left {
        if !request.statement.runs_outside_transaction() {
            return Left::Nothing;
        }
        let Some(effect) = request.statement.effect() else { return Left::Unseen };
        let Ok(journal) = self.required() else { return Left::Nothing };
        match journal.inspect(request.row_id, request.number).await {
            Ok(EffectState::Half(what)) => Left::Half(what),
            Ok(EffectState::Unknown(_)) if !effect.is_repeatable() => Left::Unseen,
            _ => Left::Nothing,
        }
    }
}

/// Whether trying once more may help.
fn is_passing(code: StoreErrorCode) -> bool {
    matches!(code, StoreErrorCode::Timeout | StoreErrorCode::Sql | StoreErrorCode::Conflict)
}
