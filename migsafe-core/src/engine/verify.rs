//! `verify`: whether what has to be in the database is there.

use super::assess::Run;
use super::ensure::Stopped;
use super::error::ErrorKind;
use super::{Error, Options};
use crate::report::Report;
use crate::schema::SnapshotOptions;
use crate::store::HistoryStore;
use crate::verify::{
    Expectations, RowAnswer, RowAnswers, RowQuery, Verification, verify as compare,
    verify_without_schema,
};

/// Finds out whether what is expected is there; writes nothing.
///
/// Reads the schemas that the expectations name, and asks their queries. A backend that cannot do one of the two
/// leaves the expectations that need it unknown.
///
/// # Errors
///
/// The expectations cannot be used with this database; the connection or the query of the schema fails. What is
/// missed, and a query that fails, are outcomes and not errors.
pub async fn verify(
    store: &dyn HistoryStore,
    expectations: &Expectations,
) -> Result<Verification, Error> {
    let queries = expectations.queries(store.dialect())?;
    let answers = ask(store, expectations, &queries).await?;
    let verification = match store.schema_reader() {
        Some(reader) if expectations.expects_objects() => {
            // Whoever names the history table wants it to be there.
            let options =
                SnapshotOptions::default().with_scope(expectations.scope()).with_bookkeeping(true);
            compare(expectations, &reader.read_schema(&options).await?, &answers)
        }
        _ => {
            let why = "this backend cannot read schemas";
            verify_without_schema(expectations, store.dialect(), why, &answers)
        }
    };
    Ok(verification.of_database(store.describe()))
}

async fn ask(
    store: &dyn HistoryStore,
    expectations: &Expectations,
    queries: &[RowQuery],
) -> Result<RowAnswers, Error> {
    let given = match store.row_reader() {
        _ if queries.is_empty() => Vec::new(),
        Some(reader) => reader.ask_rows(queries).await?,
        None => {
            let why = "this backend cannot ask queries";
            queries.iter().map(|_| RowAnswer::Unanswered(why.to_owned())).collect()
        }
    };
    let names = expectations
        .sections
        .iter()
        .flat_map(|(schema, section)| section.rows.keys().map(move |name| (schema, name)));
    Ok(names.zip(given).fold(RowAnswers::default(), |answers, ((schema, name), answer)| {
        answers.with(schema, name, answer)
    }))
}

/// What can be known to be wrong with the expectations of a run before anything is read.
pub(super) fn prepare(store: &dyn HistoryStore, options: &Options) -> Result<(), Error> {
    if let Some(expectations) = &options.expectations {
        expectations.queries(store.dialect())?;
    }
    Ok(())
}

/// The end of a run that left the database up to date: the expectations, if it has any.
pub(super) async fn verified(run: &Run<'_>, report: Report) -> Result<Report, Stopped> {
    let Some(expectations) = run.options.expectations.as_ref().filter(|_| !run.options.dry_run)
    else {
        return Ok(report);
    };
    let verification = match verify(run.store, expectations).await {
        Ok(verification) => verification,
        Err(error) => return Err(Stopped { error, report: Some(Box::new(report)) }),
    };
    let (_, missed, unknown) = verification.counts();
    let is_met = verification.is_met();
    let report = Report { verification: Some(Box::new(verification)), ..report };
    match is_met {
        true => Ok(report),
        false => Err(Stopped::with(ErrorKind::NotVerified { missed, unknown }, report)),
    }
}
