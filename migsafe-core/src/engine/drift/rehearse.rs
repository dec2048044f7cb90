//! Trying scripts on a throw-away database before anybody runs them.

use super::elsewhere::loss_elsewhere;
use super::find::provider;
use super::{DriftOptions, DriftReport};
use crate::engine::Error;
use crate::migrations::MigrationName;
use crate::report::Failure;
use crate::schema::diff::Change;
use crate::schema::{ChangeScript, ObjectKey, Snapshot, diff};
use crate::shadow::{ReplayError, replay_on};
use crate::sql;
use crate::store::{HistoryStore, ShadowDatabase, ShadowError, StoreError};

/// What became of a script on a throw-away database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rehearsed {
    /// It leads where it should, but for what it leaves to a person.
    Right,
    /// A statement of it fails.
    Failed(Box<Failure>),
    /// It runs, and these differences are left.
    Differs(Vec<Change>),
    /// It runs, and would throw away what this object holds where nothing drifted.
    Loses(ObjectKey),
    /// It was not tried: the other script, after which it would have run, does not lead to the state that it begins with.
    NotTried,
}

impl Rehearsed {
    /// Whether the script may be used.
    #[must_use]
    pub fn is_right(&self) -> bool {
        *self == Self::Right
    }
}

/// What became of both scripts of a drift.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rehearsal {
    /// Of the script that adopts.
    pub adopt: Rehearsed,
    /// Of the script that reverts, in the form for all databases ([`DriftReport::revert_for_all`]), after the one that adopts.
    pub revert: Rehearsed,
    /// Of the same script where nothing drifted: as a migration it runs in every database, and on every replay.
    pub revert_elsewhere: Rehearsed,
}

/// Tries both scripts of a drift: the migrations are replayed, then the script that adopts must lead to the schema of the
/// live database, and then the script that reverts back to that of the migrations. That one is run once more then: it must
/// change nothing where nothing drifted.
///
/// There are no rows on a throw-away database: what would fail on data, or lose it, is not seen here.
///
/// # Errors
///
/// A throw-away database cannot be had, or the migrations do not replay.
pub async fn rehearse(
    store: &dyn HistoryStore,
    report: &DriftReport,
    options: &DriftOptions,
) -> Result<Rehearsal, Error> {
    let provider = provider(store, options)?;
    let mut database = provider.open().await?;
    let result = async {
        replay_on(&*provider, &mut *database, &report.replayed).await?;
        try_both(&mut *database, report, options).await
    }
    .await;
    let closed = database.close().await;
    let rehearsal = result?;
    closed?;
    Ok(rehearsal)
}

async fn try_both(
    database: &mut dyn ShadowDatabase,
    report: &DriftReport,
    options: &DriftOptions,
) -> Result<Rehearsal, ReplayError> {
    let adopt = report.adopt();
    let adopted = run(database, "adopt", adopt, &report.live, options).await?;
    let (mut revert, mut revert_elsewhere) = (Rehearsed::NotTried, Rehearsed::NotTried);
    if adopted.is_right() && adopt.is_complete() {
        let tolerant = report.revert_for_all();
        revert = run(database, "revert", &tolerant, &report.expected, options).await?;
        if revert.is_right() && tolerant.is_complete() {
            revert_elsewhere =
                run(database, "revert", &tolerant, &report.expected, options).await?;
            // There are no rows here to show it.
            if revert_elsewhere.is_right()
                && let Some(key) = loss_elsewhere(&tolerant, &report.live, &report.expected)
            {
                revert_elsewhere = Rehearsed::Loses(key);
            }
        }
    }
    Ok(Rehearsal { adopt: adopted, revert, revert_elsewhere })
}

async fn run(
    database: &mut dyn ShadowDatabase,
    name: &'static str,
    script: &ChangeScript,
    wanted: &Snapshot,
    options: &DriftOptions,
) -> Result<Rehearsed, StoreError> {
    let text = script.to_sql();
    let statements = sql::analyse(script.dialect(), &text);
    match database.run(&text, &statements).await {
        Ok(()) => {}
        Err(ShadowError::Store(error)) => return Err(error),
        Err(ShadowError::Script(failure)) => {
            let name = MigrationName::new(name);
            let help =
                "carry the changes out by hand, and report the script as a mistake of migsafe";
            let failure = Failure::new("rehearsal-failed", &name, failure, help);
            return Ok(Rehearsed::Failed(Box::new(failure)));
        }
    }
    let found = database.read_schema(&options.snapshot).await?;
    let Ok(left) = diff(&found, wanted, &options.diff) else {
        return Ok(Rehearsed::Differs(Vec::new()));
    };
    let is_manual = |change: &Change| {
        script.manual().iter().any(|manual| manual.change().object() == change.object())
    };
    let left: Vec<Change> =
        left.changes().iter().filter(|change| !is_manual(change)).cloned().collect();
    Ok(if left.is_empty() { Rehearsed::Right } else { Rehearsed::Differs(left) })
}
