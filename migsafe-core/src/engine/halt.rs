//! Why the statements of a migration stopped, and what is said then.

use super::Event;
use super::ensure::Stopped;
use super::error::ErrorKind;
use super::execute::{Execution, explain};
use crate::plan::PlanStep;
use crate::report::Failure;
use crate::store::{Aborted, ScriptFailure, StoreError, StoreErrorCode};
use crate::text::{self, command};

/// Why the statements stopped.
pub(super) enum Halt {
    Store(StoreError),
    Failed(Box<ScriptFailure>, Left),
    Aborted(Aborted, Box<ScriptFailure>, Left),
    /// A person has to look; the text says at what.
    Undecided(Box<ScriptFailure>, String),
    Unknown(StoreError),
    LeaseLost,
    Stopped,
}

/// What the statement that stopped has left.
pub(super) enum Left {
    /// Nothing that is known.
    Nothing,
    /// What is half done and will be mended; the text names it.
    Half(String),
    /// Whether a part of it is done cannot be seen.
    Unseen,
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Halt {
    /// A failure of ours, with nothing left.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self::Failed(Box::new(ScriptFailure::new(message)), Left::Nothing)
    }

    pub(super) fn closed() -> Self {
        Self::Store(StoreError::new(StoreErrorCode::Connection, "the session is closed"))
    }
}

impl Execution<'_, '_> {
    pub(super) async fn halted(&mut self, step: &PlanStep, row_id: &str, halt: Halt) -> Stopped {
        let name = step.name().clone();
        let gives_back = matches!(
            halt,
            Halt::Failed(..) | Halt::Aborted(..) | Halt::Undecided(..) | Halt::Stopped
        );
        self.unfinished = Some((row_id.to_owned(), gives_back));
        match halt {
            Halt::Failed(failure, left) => {
                let help = format!(
                    "the statements before it are done; mend the statement or the data, then \
                     `migsafe deploy --resume` goes on there{}",
                    first(&left)
                );
                self.fail(step, row_id, *failure, help).await
            }
            Halt::Undecided(failure, help) => self.fail(step, row_id, *failure, help).await,
            Halt::Aborted(reason, failure, left) => {
                if let Ok(journal) = self.required() {
                    let _ = journal.fail(row_id, &failure).await;
                }
                let (code, _) = explain(reason);
                let help = help(step.name().as_str(), reason, &left);
                self.give_up_with(name, reason, *failure, (code, help)).await
            }
            Halt::Unknown(cause) => {
                self.session = None;
                self.run.emit(Event::OutcomeUnknown { name: name.clone() });
                self.stop(ErrorKind::OutcomeUnknown { migration: name, cause }).await
            }
            Halt::LeaseLost => {
                let error = StoreError::new(
                    StoreErrorCode::Conflict,
                    "another deployer has taken over this migration",
                );
                self.stop(ErrorKind::Store(error)).await
            }
            // The journal says where to go on.
            Halt::Stopped => {
                if let Some(journal) = self.journal() {
                    let _ = journal.release(row_id).await;
                }
                self.stop(ErrorKind::Stopped).await
            }
            Halt::Store(error) => self.stop(ErrorKind::Store(error)).await,
        }
    }

    async fn fail(
        &mut self,
        step: &PlanStep,
        row_id: &str,
        failure: ScriptFailure,
        help: String,
    ) -> Stopped {
        let name = step.name().clone();
        if let Ok(journal) = self.required() {
            // The row is unfinished whether or not its logs can still be written.
            let _ = journal.fail(row_id, &failure).await;
        }
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == row_id) {
            row.logs = Some(failure.log());
        }
        self.run.emit(Event::StepFailed { name: name.clone() });
        let failure = Failure::new("statement-failed", &name, failure, help);
        self.stop(ErrorKind::MigrationFailed(failure)).await
    }
}

/// What comes before the statement is run again.
fn first(left: &Left) -> String {
    match left {
        Left::Half(what) => format!(
            "; the statement left {} half done, which is mended first",
            text::printable(what)
        ),
        Left::Nothing | Left::Unseen => String::new(),
    }
}

/// What to do about a statement that was not carried out. Unlike a script that runs as a whole, the statements
/// before it are done, and something of it may be left.
fn help(name: &str, reason: Aborted, left: &Left) -> String {
    let cause = match reason {
        Aborted::LockTimeout => {
            "somebody holds a lock that the statement needs, see `migsafe locks`"
        }
        Aborted::Conflict => "it collided with other sessions",
        Aborted::Cancelled => "it was cancelled or ran over statement_timeout",
        Aborted::Server => "the server's log says more",
        Aborted::ConnectionLost => "the connection was lost",
        Aborted::NotRecorded => {
            "the role needs INSERT and UPDATE on _prisma_migrations and on the tables of the schema migsafe"
        }
        Aborted::NeedsNoTransaction | Aborted::HistoryTouched | Aborted::TransactionTaken => {
            return explain(reason).1.to_owned();
        }
    };
    if let Left::Unseen = left {
        return format!(
            "{cause}; whether a part of it is done cannot be seen in the catalog: look, finish the rest by \
             hand, then {}; the statements before it are done",
            command("resolve --applied", name)
        );
    }
    format!(
        "{cause}; the statements before it are done and stay, and `migsafe deploy` goes on at this one{}",
        first(left)
    )
}
