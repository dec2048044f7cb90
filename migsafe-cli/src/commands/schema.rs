//! `migsafe schema`.

use migsafe_core::engine;
use migsafe_core::report::{ExitCode, text};
use migsafe_core::schema::SnapshotOptions;

use crate::args::{Global, Schema};
use crate::connect;
use crate::failure::Failure;
use crate::file;
use crate::output::Output;
use crate::schemas;

pub(crate) async fn run(
    global: &Global,
    args: Schema,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let scope = connect::scope(connect::url(global), &args.schemas)?;
    let store = connect::store(global)?;
    let options = SnapshotOptions::default().with_scope(scope).with_privileges(args.privileges);
    let snapshot = engine::read_schema(&*store, &options).await?;
    schemas::are_there(&args.schemas, &[&snapshot])?;
    if let Some(path) = &args.export {
        file::replace(path, &snapshot.to_json())?;
    }
    output
        .report(|style| text::schema(&snapshot, &store.describe(), style), || snapshot.to_json())?;
    Ok(ExitCode::Ok)
}
