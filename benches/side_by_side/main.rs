//! migsafe beside raw queries and other migration runners, in one run and as ratios.
//!
//! ```sh
//! cargo bench -p migsafe-benches --bench side_by_side            # everything
//! cargo bench -p migsafe-benches --bench side_by_side -- --quick # 10 and 100 migrations, few rounds
//! cargo bench -p migsafe-benches --bench side_by_side -- check sqlite
//! ```
//!
//! What is measured how, and why, is in the book's page on performance.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its tables and says what it is doing"
)]

mod args;
mod check;
mod children;
mod core_functions;
mod deploy;
mod fixture;
mod latency;
mod lint;
mod lint_corpus;
mod measure;
mod memory;
mod memory_source;
mod on_postgres;
mod on_sqlite;
mod replicas;
mod runner;
mod schema;
mod start_up;
mod table;

use std::time::Instant;

use args::{Args, Part};
use table::Output;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Error> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let Some(args) = args::parse()? else {
        return Ok(());
    };
    let args = match args {
        args::Command::Measure(args) => args,
        args::Command::Child(child) => return children::run(child),
        args::Command::LintChild(subject, count) => return lint::child(subject, count),
    };
    let started = Instant::now();
    let mut output = Output::new();
    for part in [
        Part::Core,
        Part::Lint,
        Part::Schema,
        Part::Check,
        Part::StartUp,
        Part::Latency,
        Part::Deploy,
        Part::Replicas,
        Part::Memory,
    ] {
        if args.wants(part) {
            run_part(part, &args, &mut output)?;
        }
    }
    let path = output.write(&args)?;
    println!("\n{} s; figures: {}", started.elapsed().as_secs(), path.display());
    Ok(())
}

fn run_part(part: Part, args: &Args, output: &mut Output) -> Result<()> {
    // One thread, so that the driver's I/O wakes nobody else up; the same for every subject.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match part {
        Part::Core => core_functions::measure(args, output),
        Part::Lint => runtime.block_on(lint::measure(args, output)),
        Part::Schema => runtime.block_on(schema::measure(args, output)),
        Part::Check => runtime.block_on(check::measure(args, output)),
        Part::StartUp => runtime.block_on(start_up::measure(args, output)),
        Part::Latency => runtime.block_on(latency::measure(args, output)),
        Part::Deploy => runtime.block_on(deploy::measure(args, output)),
        Part::Replicas => replicas::measure(args, output),
        Part::Memory => runtime.block_on(memory::measure(args, output)),
    }
}
