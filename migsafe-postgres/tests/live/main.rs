//! What the rows that are there mean for pending statements, on a real server.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod carried_out;
#[path = "../common/mod.rs"]
mod common;
mod deploys;
mod generated;
mod goes_along;
mod limits;
mod plans;
mod plans_of_names;
mod plans_of_writes;
mod truth;

use migsafe_postgres::core::data::{DataLimits, DataOutcome, DataReport};
use migsafe_postgres::core::engine;
use migsafe_postgres::{Options, PostgresStore};
use migsafe_testing::Database;

use crate::common::{folder, store};

/// What is said of one script, with these limits.
async fn report(store: &PostgresStore, script: &str, limits: DataLimits) -> DataReport {
    let migrations = folder(&[("20250101000000_m", script)]);
    let options = Options::default().with_data_checks(Some(limits));
    engine::inspect_data(store, &migrations, &options).await.unwrap().expect("PostgreSQL is asked")
}

/// The outcomes of all checks of a script, in order.
async fn outcomes(database: &Database, script: &str) -> Vec<DataOutcome> {
    let store = store(&database.url()).await;
    let report = report(&store, script, DataLimits::default()).await;
    report.judged().iter().map(|judged| judged.outcome.clone()).collect()
}

/// The gravest of them, in short: `fine`, `loss 3`, `fails 23505 2`, `unknown`.
fn short(outcomes: &[DataOutcome]) -> String {
    let words = |outcome: &DataOutcome| match outcome {
        DataOutcome::Fine => (0, "fine".to_owned()),
        DataOutcome::Unknown { why } => (1, format!("unknown: {why}")),
        DataOutcome::DataLoss { rows, exact: true, .. } => (2, format!("loss {rows}")),
        DataOutcome::DataLoss { rows, .. } => (2, format!("loss of about {rows}")),
        DataOutcome::WillFail { sqlstate, rows, exact: true, .. } => {
            (3, format!("fails {sqlstate} {rows}"))
        }
        DataOutcome::WillFail { sqlstate, rows, .. } => {
            (3, format!("fails {sqlstate} about {rows}"))
        }
        other => (4, format!("{other:?}")),
    };
    // The first of the gravest, as the server meets them.
    let mut gravest = (-1, "nothing".to_owned());
    for found in outcomes.iter().map(words) {
        if found.0 > gravest.0 {
            gravest = found;
        }
    }
    gravest.1
}
