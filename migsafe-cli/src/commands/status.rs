//! `migsafe status`.

use migsafe_core::report::{ExitCode, json, text};
use migsafe_core::{Options, engine};

use crate::args::{Global, Status};
use crate::connect;
use crate::failure::Failure;
use crate::output::Output;

pub(crate) async fn run(
    global: &Global,
    args: Status,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let options = Options::default().with_policy(connect::policy(global)?);
    let migrations = connect::migrations(global)?;
    let store = connect::store(global)?;
    let status = engine::status(&*store, &migrations, &options).await?;
    output.report(
        |style| text::status(&status, style.showing_all(args.all)),
        || json::status(&status),
    )?;
    Ok(status.exit_code())
}
