//! Reading and linting SQL, beside squawk's linter on the same texts in the same process.

use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use migsafe_core::engine::{LintOptions, lint};
use migsafe_core::sql::analyse_all;
use migsafe_core::{Dialect, Migrations};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use squawk_linter::Linter;
use squawk_syntax::SourceFile;

use crate::Result;
use crate::args::Args;
use crate::children::peak;
use crate::lint_corpus as corpus;
use crate::measure::{Series, interleave};
use crate::table::{Output, Table, number};

/// Who reads the SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The texts are made, and nobody reads them.
    Texts,
    /// squawk: parser and the rules that are on by default, one file after the other.
    Squawk,
    /// squawk's parser alone.
    Parser,
    /// migsafe: statements and what they do.
    Analyse,
    /// migsafe: all rules on all files.
    Lint,
}

/// The first is what the others are compared with.
const TIMED: [Subject; 4] = [Subject::Squawk, Subject::Parser, Subject::Analyse, Subject::Lint];

impl Subject {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Texts => "the texts alone",
            Self::Squawk => "squawk-linter",
            Self::Parser => "squawk's parser alone",
            Self::Analyse => "migsafe, analysis",
            Self::Lint => "migsafe, lint",
        }
    }

    pub(crate) fn parse(name: &str) -> Result<Self> {
        let all = [Self::Texts, Self::Squawk, Self::Parser, Self::Analyse, Self::Lint];
        let known = all.into_iter().find(|subject| subject.name() == name);
        known.ok_or_else(|| format!("nobody who lints is named {name:?}").into())
    }

    /// How much was found or read, so that nothing is left out.
    fn run(self, texts: &[&str], migrations: &Migrations) -> usize {
        match self {
            Self::Texts => texts.len(),
            Self::Squawk => texts.iter().map(|text| squawk(text)).sum(),
            Self::Parser => texts.iter().map(|text| SourceFile::parse(text).errors().len()).sum(),
            Self::Analyse => {
                let scripts = analyse_all(Dialect::Postgres, texts);
                scripts.iter().map(|script| script.statements().len()).sum()
            }
            Self::Lint => lint(migrations, &LintOptions::new(Dialect::Postgres)).findings().len(),
        }
    }
}

/// What squawk's command does with a file before it prints.
fn squawk(text: &str) -> usize {
    let parse = SourceFile::parse(text);
    parse.errors().len() + Linter::with_default_rules().lint(&parse, text).len()
}

pub(crate) async fn measure(args: &Args, output: &mut Output) -> Result<()> {
    let counts =
        args.pick(&[100, 200][..], &[1_000, 2_000, 3_000, 4_000], &[1_000, 2_000, 3_000, 4_000]);
    let mut table = Table::new("Linting files: × against squawk-linter");
    let sets = counts.iter().map(|count| (count.to_string(), *count, corpus::migrations(*count)));
    columns(args, &mut table, sets.collect()).await?;
    output.add(table);

    let sizes = args.pick(&[1][..], &[1, 2, 4, 8], &[1, 2, 4, 8]);
    for (title, script) in [
        (
            "Linting one file of schema changes: × against squawk-linter",
            corpus::changes as fn(_) -> _,
        ),
        ("Linting one file of INSERT statements: × against squawk-linter", corpus::rows),
    ] {
        let mut table = Table::new(title);
        let file = |size: &usize| {
            let text = script(size * 1_000_000);
            (format!("{size} MB"), *size, vec![("20250101000000_one".to_owned(), text)])
        };
        columns(args, &mut table, sizes.iter().map(file).collect()).await?;
        output.add(table);
    }
    memory(args, output)
}

type Set = (String, usize, Vec<(String, String)>);

/// One column for each set, and one that says how the time of the largest compares with that of the smallest.
async fn columns(args: &Args, table: &mut Table, sets: Vec<Set>) -> Result<()> {
    let mut all: Vec<(&Set, Vec<Series>)> = Vec::new();
    for set in &sets {
        let series = time(&set.2, args.pick(3, 7, 15)).await?;
        table.column(&*set.0, &series);
        all.push((set, series));
    }
    if let [(small, before), .., (large, after)] = &all[..] {
        // 1 is linear.
        let more = f64::from(u32::try_from(large.1)?) / f64::from(u32::try_from(small.1)?);
        let column = format!("{} ÷ {}, for each", large.0, small.0);
        for (before, after) in before.iter().zip(after) {
            let growth = after.median() / before.median() / more;
            table.text(&column, before.name, number(growth));
            table.figure(json!({ "column": column, "subject": before.name, "growth": growth }));
        }
    }
    Ok(())
}

async fn time(scripts: &[(String, String)], rounds: usize) -> Result<Vec<Series>> {
    let texts: Vec<&str> = scripts.iter().map(|(_, text)| &**text).collect();
    let migrations = Migrations::from_scripts(scripts.iter().cloned())?;
    for subject in TIMED {
        black_box(subject.run(&texts, &migrations));
    }
    let names = TIMED.map(Subject::name);
    interleave(&names, rounds, async |index| {
        let start = processor_time()?;
        black_box(TIMED[index].run(&texts, &migrations));
        Ok(processor_time()? - start)
    })
    .await
}

/// Of all threads of this process: nobody waits here, so what others do on the machine need not be measured.
fn processor_time() -> Result<Duration> {
    Ok(Duration::try_from(clock_gettime(ClockId::ProcessCPUTime))?)
}

/// The whole life of a process of each that lints once.
fn memory(args: &Args, output: &mut Output) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let mut table = Table::new("Peak memory of linting files: MiB above the texts");
    for &count in args.pick(&[100][..], &[1_000, 3_000], &[1_000, 3_000]) {
        let column = count.to_string();
        let mut least = 0.0;
        for subject in [Subject::Texts, Subject::Squawk, Subject::Analyse, Subject::Lint] {
            let mut peaks = Vec::new();
            for _ in 0..args.pick(1, 3, 5) {
                peaks.push(peak_of_child(subject, count)?);
            }
            peaks.sort_by(f64::total_cmp);
            let peak = peaks[peaks.len() / 2];
            if subject == Subject::Texts {
                least = peak;
                table.text(&column, subject.name(), format!("{peak:.1} MiB"));
            } else {
                table.text(&column, subject.name(), format!("{:+.1}", peak - least));
            }
            table.figure(json!({ "column": column, "subject": subject.name(), "mebibytes": peak }));
        }
    }
    output.add(table);
    Ok(())
}

/// In MiB.
fn peak_of_child(subject: Subject, count: usize) -> Result<f64> {
    let output = Command::new(std::env::current_exe()?)
        .args(["--lint-child", subject.name(), &count.to_string()])
        .output()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} failed: {text}", subject.name()).into());
    }
    let kib: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
    Ok(kib / 1024.0)
}

/// Lints once, and says the peak memory in KiB on standard output.
pub(crate) fn child(subject: Subject, count: usize) -> Result<()> {
    let migrations = Migrations::from_scripts(corpus::migrations(count))?;
    let texts: Vec<&str> = migrations.iter().filter_map(|migration| migration.script()).collect();
    black_box(subject.run(&texts, &migrations));
    println!("{}", peak()?);
    Ok(())
}
