//! `migsafe locks`.

use migsafe_core::engine;
use migsafe_core::report::{ExitCode, json, text};

use crate::args::Global;
use crate::connect;
use crate::failure::Failure;
use crate::output::Output;

pub(crate) async fn run(global: &Global, output: Output) -> Result<ExitCode, Failure> {
    let store = connect::store(global).await?;
    let report = engine::locks(&*store).await?;
    output.report(|style| text::locks(&report, style), || json::locks(&report))?;
    Ok(ExitCode::Ok)
}
