//! `status`: one read, no lock, nothing written.

use super::assess::Run;
use super::{Error, Options};
use crate::migrations::Migrations;
use crate::report::Status;
use crate::store::HistoryStore;

/// Reads and judges; the same facts and the same judgement that a deploy would start from.
///
/// # Errors
///
/// The history cannot be read, or the target names no migration.
pub async fn status(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    options: &Options,
) -> Result<Status, Error> {
    let mut run = Run::new(store, migrations, options);
    run.asks_for_support = true;
    let reading = store.read().await?;
    Ok(run.assess(reading).await?.status)
}
