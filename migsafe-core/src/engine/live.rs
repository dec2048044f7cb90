//! Asking the database about the rows that pending statements are about.

use super::assess::Run;
use super::{Error, Options};
use crate::data::{
    DataAnswer, DataCheck, DataLimits, DataQuestion, DataReport, PlannedScript, checks,
};
use crate::migrations::Migrations;
use crate::store::HistoryStore;

/// What the pending statements would do to the rows that are there, whatever any policy thinks of them. Changes nothing.
///
/// The limits are those of [`Options::with_data_checks`], the defaults if it has none. Empty where nothing that is
/// pending raises a question; `None` for a backend that cannot be asked.
///
/// # Errors
///
/// The history cannot be read, or the target names no migration. A question that cannot be answered is an outcome,
/// not an error.
pub async fn inspect_data(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    options: &Options,
) -> Result<Option<DataReport>, Error> {
    let reading = store.read().await?;
    Run::new(store, migrations, options).inspect(reading).await
}

/// Finds out what every check of these scripts comes to; `None` for a backend that cannot be asked.
pub(super) async fn ask(
    store: &dyn HistoryStore,
    planned: &[PlannedScript<'_>],
    limits: &DataLimits,
) -> Option<DataReport> {
    let inspector = store.data_inspector()?;
    let dialect = store.dialect();
    let checks = checks(dialect, planned);
    let mut questions: Vec<DataQuestion> = Vec::new();
    for question in checks.iter().flat_map(DataCheck::questions) {
        if !questions.contains(question) {
            questions.push(question.clone());
        }
    }
    let answers = if questions.is_empty() {
        Vec::new()
    } else {
        inspector.answer(&questions, limits).await.unwrap_or_else(|error| {
            let why = format!("the database could not be asked: {error}");
            questions.iter().map(|_| DataAnswer::Unanswered(why.clone())).collect()
        })
    };
    let missing = DataAnswer::Unanswered("the backend gave no answer".to_owned());
    let answer = |asked: &DataQuestion| {
        let at = questions.iter().position(|question| question == asked);
        at.and_then(|at| answers.get(at)).unwrap_or(&missing)
    };
    let judged = checks.into_iter().map(|check| {
        let outcome = check.outcome(dialect, answer);
        (check, outcome)
    });
    Some(DataReport::new(judged))
}
