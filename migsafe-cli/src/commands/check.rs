//! `migsafe check`.

use std::sync::Arc;

use migsafe_core::Options;
use migsafe_core::engine::{self, CheckOptions};
use migsafe_core::report::{ExitCode, Part, json, markdown, text};

use crate::args::{Check, Global};
use crate::commands::drift;
use crate::connect;
use crate::expectations;
use crate::failure::Failure;
use crate::output::Output;
use crate::shadow::drift_options;

pub(crate) async fn run(
    global: &Global,
    args: Check,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let migrations = connect::migrations(global)?;
    let store = connect::store(global)?;
    let looked_for = match args.no_drift {
        true => None,
        false => Some(drift_options(global, &args.compared, &args.shadow)?),
    };
    let expected = match &args.expectations {
        Some(file) => Some(expectations::read(file)?),
        None => Some(expectations::usual(global))
            .filter(|file| file.is_file())
            .map(|file| expectations::read(&file))
            .transpose()?,
    };
    let deploy = Options::default()
        .with_policy(connect::policy(global)?)
        .with_data_checks(args.data.limits());
    let options = CheckOptions::default()
        .with_options(deploy)
        .with_drift(looked_for)
        .with_expectations(expected.map(Arc::new));
    let report = engine::check(&*store, &migrations, &options).await;
    if let Part::Looked(drift) = &report.drift {
        drift::compared(&args.compared.schemas, drift)?;
    }
    output.report_or_markdown(
        |style| text::check(&report, style.showing_all(args.compared.all)),
        || json::check(&report),
        || markdown::check(&report),
    )?;
    Ok(report.exit_code())
}
