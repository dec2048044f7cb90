//! `migsafe resolve`.

use std::io::{IsTerminal as _, stderr, stdin};
use std::time::Duration;

use migsafe_core::engine::{self, Resolution};
use migsafe_core::report::{ExitCode, json, text};
use migsafe_core::{HistoryStore, Migrations};

use crate::args::{Decision, Global, Resolve};
use crate::connect;
use crate::failure::Failure;
use crate::output::{Output, standard_error};

pub(crate) async fn run(
    global: &Global,
    args: Resolve,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let resolution = resolution(args.decision)?;
    let migrations = connect::migrations(global)?;
    let store = connect::store(global)?;
    let plan = engine::plan_resolution(&*store, &migrations, &resolution).await?;
    if args.dry_run {
        output
            .report(|style| text::resolution_plan(&plan, style), || json::resolution_plan(&plan))?;
        return Ok(ExitCode::Ok);
    }
    output.remark(|style| text::resolution_plan(&plan, style));
    consent(args.yes).await?;
    let written = engine::resolve(&*store, &migrations, &plan, actor(), args.lock_wait).await?;
    output.report(|style| text::resolution(&written, style), || json::resolution(&written))?;
    Ok(ExitCode::Ok)
}

/// Records a decision that another command has led to; what it says is a remark beside that command's report.
pub(super) async fn record(
    store: &dyn HistoryStore,
    migrations: &Migrations,
    resolution: &Resolution,
    yes: bool,
    output: &Output,
) -> Result<(), Failure> {
    const LOCK_WAIT: Duration = Duration::from_secs(10);
    let plan = engine::plan_resolution(store, migrations, resolution).await?;
    output.remark(|style| text::resolution_plan(&plan, style));
    consent(yes).await?;
    let written = engine::resolve(store, migrations, &plan, actor(), LOCK_WAIT).await?;
    output.remark(|style| text::resolution(&written, style));
    Ok(())
}

/// A person at a terminal is asked; a program that runs the command has decided.
async fn consent(yes: bool) -> Result<(), Failure> {
    if !yes && stdin().is_terminal() && stderr().is_terminal() && !confirmed().await {
        let help = "answer y to write, or give --yes";
        return Err(Failure::stopped("declined", "declined, and nothing was recorded", help));
    }
    Ok(())
}

fn resolution(decision: Decision) -> Result<Resolution, Failure> {
    match (decision.applied, decision.rolled_back) {
        (Some(name), None) => Ok(Resolution::Applied(name.into())),
        (None, Some(name)) => Ok(Resolution::RolledBack(name.into())),
        // The parser asks for exactly one.
        _ => Err(Failure::usage("one of --applied and --rolled-back is needed", "")),
    }
}

/// Asks; only a clear yes is one. Reads on another thread, so that a signal is heard meanwhile.
async fn confirmed() -> bool {
    standard_error("Write this? [y/N] ");
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        stdin().read_line(&mut line).map(|_| line)
    });
    match answer.await {
        Ok(Ok(line)) => matches!(&*line.trim().to_lowercase(), "y" | "yes"),
        _ => false,
    }
}

/// Who is asking, for the audit entry.
fn actor() -> Option<String> {
    ["USER", "LOGNAME"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|name| !name.is_empty())
}
