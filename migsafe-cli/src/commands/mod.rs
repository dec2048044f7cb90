//! One file per command: call the engine, print the report.

mod check;
mod deploy;
mod diff;
mod drift;
mod explain;
mod lint;
mod locks;
mod new;
mod resolve;
mod schema;
mod status;
mod verify;

use clap::ValueEnum as _;
use migsafe_core::report::ExitCode;
use tokio::runtime::Builder;

use crate::args::{Args, Command, Format, Lint};
use crate::failure::Failure;
use crate::interrupt::{Interrupted, unless_interrupted};
use crate::notes::notes;
use crate::output::Output;

/// Runs a command; what it says is the exit code.
pub(crate) fn run(args: Args) -> ExitCode {
    let notes = match args.command {
        // Nothing is connected to.
        Command::New(_)
        | Command::Explain(_)
        | Command::Diff(_)
        | Command::Lint(Lint { pending: false, .. }) => Vec::new(),
        Command::Verify(ref verify) if verify.generate.is_some() => Vec::new(),
        _ => notes(&args.global),
    };
    let output = Output::new(&args.global, notes);
    if let Err(failure) = check_format(&args) {
        output.failure(&failure);
        return failure.exit_code();
    }
    let result = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let result = runtime.block_on(dispatch(args, &output));
            // A thread that waits for an answer to a question must not hold up the end.
            runtime.shutdown_background();
            result
        }
        Err(error) => {
            let message = format!("cannot start: {error}");
            Err(Failure::stopped("internal", message, "check the limits of this system"))
        }
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            output.failure(&failure);
            failure.exit_code()
        }
    }
}

/// Some forms are of one command only.
fn check_format(args: &Args) -> Result<(), Failure> {
    let format = args.global.format;
    let (is_offered, by) = match format {
        Format::Text | Format::Json => (true, ""),
        Format::Github | Format::Sarif => (matches!(args.command, Command::Lint(_)), "lint"),
        Format::Markdown => {
            let offered = matches!(
                args.command,
                Command::Check(_) | Command::Diff(_) | Command::Drift(_) | Command::Verify(_)
            );
            (offered, "check, diff, drift or verify")
        }
    };
    if is_offered {
        return Ok(());
    }
    let name = format.to_possible_value();
    let name = name.as_ref().map_or("", |value| value.get_name());
    Err(Failure::usage(
        format!("only `migsafe {by}` has the format {name}"),
        "give --format text or --format json",
    ))
}

async fn dispatch(args: Args, output: &Output) -> Result<ExitCode, Failure> {
    let global = &args.global;
    match args.command {
        // Hears signals itself.
        Command::Deploy(args) => deploy::run(global, args, output).await,
        Command::Status(args) => {
            unless_interrupted(status::run(global, args, output)).await.map_err(reading)?
        }
        Command::Check(args) => {
            unless_interrupted(check::run(global, *args, output)).await.map_err(reading)?
        }
        Command::Resolve(args) => unless_interrupted(resolve::run(global, args, output)).await?,
        Command::Locks(args) => {
            unless_interrupted(locks::run(global, args, output)).await.map_err(reading)?
        }
        Command::Lint(args) => {
            unless_interrupted(lint::run(global, args, output)).await.map_err(reading)?
        }
        Command::Schema(args) => {
            unless_interrupted(schema::run(global, args, output)).await.map_err(reading)?
        }
        Command::Diff(args) => {
            unless_interrupted(diff::run(global, *args, output)).await.map_err(reading)?
        }
        Command::Drift(args) => unless_interrupted(drift::run(global, *args, output)).await?,
        Command::Verify(args) => {
            unless_interrupted(verify::run(global, *args, output)).await.map_err(reading)?
        }
        Command::Explain(args) => explain::run(&args, output),
        Command::New(args) => new::run(global, &args, output),
    }
}

/// The signal came to a command that changes nothing.
fn reading(_: Interrupted) -> Failure {
    Failure::stopped("interrupted", "interrupted", "nothing was changed; run it again")
}
