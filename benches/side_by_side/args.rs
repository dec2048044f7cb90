//! The command line.

use std::path::PathBuf;

use crate::lint::Subject;
use crate::runner::Runner;
use crate::{Error, Result};

/// One part of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Nothing to do, on an open connection, scripts in memory.
    Check,
    /// Connect, load, check.
    StartUp,
    /// A round trip of one millisecond.
    Latency,
    /// From an empty database.
    Deploy,
    /// Many at once.
    Replicas,
    /// Peak memory of a process.
    Memory,
    /// Functions without a database.
    Core,
    /// Reading SQL, beside another linter.
    Lint,
    /// Reading the schema, beside another reader and `pg_dump`.
    Schema,
}

/// What to measure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Args {
    parts: Vec<Part>,
    postgres: bool,
    sqlite: bool,
    /// Only few migrations and few rounds.
    pub(crate) quick: bool,
    /// Only this runner and the limit, for a profiler.
    pub(crate) only: Option<String>,
    /// More rounds, and the slowest runners also at 5,000 migrations.
    pub(crate) full: bool,
}

/// What a child process does.
#[derive(Clone, Debug)]
pub(crate) struct Child {
    pub(crate) runner: Runner,
    pub(crate) count: usize,
    /// The connection string, or the file of SQLite.
    pub(crate) database: String,
    /// The folder with the migrations.
    pub(crate) folder: PathBuf,
    /// Whether to wait for standard input to end before the database is touched.
    pub(crate) waits: bool,
}

pub(crate) enum Command {
    Measure(Args),
    Child(Child),
    /// One that lints so many migrations.
    LintChild(Subject, usize),
}

impl Args {
    pub(crate) fn wants(&self, part: Part) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }

    pub(crate) fn postgres(&self) -> bool {
        self.postgres || !self.sqlite
    }

    pub(crate) fn sqlite(&self) -> bool {
        self.sqlite || !self.postgres
    }

    /// One of three, by how thorough the run is.
    pub(crate) fn pick<T>(&self, quick: T, usual: T, full: T) -> T {
        match (self.quick, self.full) {
            (true, _) => quick,
            (false, true) => full,
            (false, false) => usual,
        }
    }

    /// Whether a runner takes part in a check.
    pub(crate) fn includes(&self, runner: Runner) -> bool {
        self.only.as_deref().is_none_or(|only| only == runner.name())
    }

    /// The numbers of migrations.
    pub(crate) fn counts(&self) -> &'static [usize] {
        if self.quick { &[10, 100] } else { &[10, 100, 1_000, 5_000] }
    }
}

const HELP: &str = "\
side_by_side [PART]... [postgres|sqlite] [--quick|--full] [--only RUNNER]

PART is one of: check, start-up, latency, deploy, replicas, memory, core, lint, schema. Without any: all.
";

/// `None` when there is nothing to do.
pub(crate) fn parse() -> Result<Option<Command>> {
    let mut args = Args::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match &*word {
            "--child" => return Ok(Some(Command::Child(child(words)?))),
            "--lint-child" => {
                let mut next = || words.next().ok_or("an argument of the child is missing");
                let subject = Subject::parse(&next()?)?;
                return Ok(Some(Command::LintChild(subject, next()?.parse()?)));
            }
            "check" => args.parts.push(Part::Check),
            "start-up" => args.parts.push(Part::StartUp),
            "latency" => args.parts.push(Part::Latency),
            "deploy" => args.parts.push(Part::Deploy),
            "replicas" => args.parts.push(Part::Replicas),
            "memory" => args.parts.push(Part::Memory),
            "core" => args.parts.push(Part::Core),
            "lint" => args.parts.push(Part::Lint),
            "schema" => args.parts.push(Part::Schema),
            "postgres" => args.postgres = true,
            "sqlite" => args.sqlite = true,
            "--quick" => args.quick = true,
            "--full" => args.full = true,
            "--only" => args.only = words.next(),
            // `cargo bench` says it is one; `cargo test --benches` must not take minutes.
            "--bench" => {}
            "--test" | "--list" => return Ok(None),
            "--help" | "-h" => {
                print!("{HELP}");
                return Ok(None);
            }
            other => return Err(format!("unknown argument {other:?}\n\n{HELP}").into()),
        }
    }
    Ok(Some(Command::Measure(args)))
}

fn child(mut words: impl Iterator<Item = String>) -> Result<Child> {
    let mut next =
        || words.next().ok_or_else(|| Error::from("an argument of the child is missing"));
    Ok(Child {
        runner: Runner::parse(&next()?)?,
        count: next()?.parse()?,
        database: next()?,
        folder: next()?.into(),
        waits: next()? == "wait",
    })
}
