//! The `migsafe` binary: parses arguments, calls the engine, prints what it reports.

mod args;
mod commands;
mod connect;
mod expectations;
mod failure;
mod file;
mod git;
mod interrupt;
mod linted;
mod metrics;
mod notes;
mod output;
mod progress;
mod schemas;
mod shadow;
mod side;
mod template;
mod usage;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let code = match args::Args::try_parse() {
        Ok(args) => commands::run(args),
        Err(error) => usage::report(&error),
    };
    ExitCode::from(code.code())
}
