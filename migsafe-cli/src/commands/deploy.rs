//! `migsafe deploy`.

use migsafe_core::engine::{DriftOptions, Heartbeat, StopToken};
use migsafe_core::report::{ExitCode, json, text};
use migsafe_core::{Options, Report, Target, ensure_up_to_date};

use crate::args::{Compared, Deploy, Global};
use crate::connect;
use crate::expectations;
use crate::failure::Failure;
use crate::interrupt::unless_interrupted_twice;
use crate::metrics::MetricsFile;
use crate::output::Output;
use crate::progress::Progress;
use crate::shadow;

pub(crate) async fn run(
    global: &Global,
    args: Deploy,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let metrics = args.metrics_file.clone().map(MetricsFile::new);
    let result = deploy(global, &args, output).await;
    if let Some(metrics) = metrics {
        metrics.write(global, result.as_ref(), output);
    }
    let report = result?;
    output.report(|style| text::deploy(&report, style), || json::deploy(&report))?;
    Ok(report.exit_code())
}

async fn deploy(global: &Global, args: &Deploy, output: &Output) -> Result<Report, Failure> {
    let progress = Progress::new(output);
    let listener = progress.clone();
    let stop = StopToken::new();
    let options = Options::default()
        .with_policy(connect::policy(global)?)
        .with_mode(args.mode.into())
        .with_target(target(args))
        .dry_run(args.dry_run)
        .resume_failed(args.resume)
        .with_lock_wait(args.lock_wait)
        .with_lock_timeout(Some(args.lock_timeout))
        .with_statement_timeout(args.statement_timeout)
        .with_retries(args.retries)
        .with_data_checks(args.data.limits())
        .with_drift_options(drift_options(global, args)?)
        .with_stop(stop.clone())
        .with_heartbeat(Heartbeat::new())
        .with_tick(Some(progress.tick()))
        .on_event(move |event| listener.note(event));
    let options = match &args.verify {
        Some(file) => options.with_expectations(expectations::read(file)?),
        None => options,
    };
    let migrations = connect::migrations(global)?;
    let store = connect::store(global)?;
    let deploy = ensure_up_to_date(&*store, &migrations, options);
    let told = || progress.say("stopping after what is under way; a second signal ends it at once");
    let result = unless_interrupted_twice(deploy, args.stop_grace, || stop.stop(), told).await;
    let step = progress.stop();
    match result {
        Ok(result) => Ok(result?),
        Err(_) => Err(interrupted(step)),
    }
}

/// For the rule on drift; nothing is looked at unless it has a severity.
fn drift_options(global: &Global, args: &Deploy) -> Result<DriftOptions, Failure> {
    let compared = Compared { ignore: args.ignore.clone(), ..Compared::default() };
    shadow::drift_options(global, &compared, &args.shadow)
}

fn target(args: &Deploy) -> Target {
    match (&args.to, args.count) {
        (Some(name), _) => Target::Through(name.clone().into()),
        (None, Some(count)) => Target::Count(usize::try_from(count).unwrap_or(usize::MAX)),
        (None, None) => Target::All,
    }
}

fn interrupted(step: Option<String>) -> Failure {
    let message = step.map_or_else(
        || "interrupted between two migrations".to_owned(),
        |name| format!("interrupted while {name} was being applied"),
    );
    let help = "see what is applied with `migsafe status`, then deploy again";
    Failure::stopped("interrupted", message, help)
}
