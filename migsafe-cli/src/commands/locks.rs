//! `migsafe locks`.

use migsafe_core::engine;
use migsafe_core::report::{ExitCode, json, text};

use crate::args::{Global, Locks};
use crate::connect;
use crate::failure::Failure;
use crate::output::Output;
use crate::progress::Progress;

pub(crate) async fn run(
    global: &Global,
    args: Locks,
    output: &Output,
) -> Result<ExitCode, Failure> {
    // The lock can be looked at without a folder; one that was named has to be there.
    let migrations = match connect::folder(global) {
        Some(_) => Some(connect::migrations(global)?),
        None => None,
    };
    let store = connect::store(global)?;
    if let Some(limit) = args.wait {
        let progress = Progress::new(output);
        let waited = engine::wait_for_lock(&*store, limit, |event| progress.note(event)).await;
        progress.stop();
        waited?;
    }
    let report = match &migrations {
        Some(migrations) => engine::locks_in_the_way(&*store, migrations).await?,
        None => engine::locks(&*store).await?,
    };
    output.report(|style| text::locks(&report, style), || json::locks(&report))?;
    Ok(ExitCode::Ok)
}
