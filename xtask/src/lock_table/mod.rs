//! `cargo xtask lock-table`: measures what statements lock, on every version, and writes it down.

mod book;
mod merge;
mod source;

use std::path::Path;

use migsafe_testing::{Postgres, lock_table, tools};

use crate::command::{Failure, say};
use crate::setup::postgres;

/// The versions that are measured: every one that migsafe works on.
const VERSIONS: [&str; 5] = ["14", "15", "16", "17", "18"];

pub(crate) const SOURCE: &str = "migsafe-core/src/lock/measured/table.rs";
pub(crate) const BOOK: &str = "docs/src/lock-table.md";

/// Measures and writes the data of the core and the page of the book.
pub(crate) fn run() -> Result<(), Failure> {
    let mut runs = Vec::new();
    for version in VERSIONS {
        postgres::from_npm(version)?;
        let server = Postgres::start(lock_table::options().bin_dir(postgres::bin_of(version)?));
        let found = lock_table::measure(&server);
        say(&format!("PostgreSQL {}: {} forms", number(server.version()), found.len()));
        runs.push((server.version(), found));
    }
    let versions: Vec<String> = runs.iter().map(|(version, _)| number(*version)).collect();
    let forms = lock_table::forms();
    let rows = merge::rows(&forms, runs);
    write(SOURCE, &source::render(&rows, &versions))?;
    write(BOOK, &book::render(&rows, &versions))
}

/// As people write it: 15.20.
fn number(version: u32) -> String {
    format!("{}.{}", version / 10_000, version % 10_000)
}

fn write(file: &str, text: &str) -> Result<(), Failure> {
    let path = tools::workspace().join(Path::new(file));
    std::fs::write(&path, text)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
    say(&format!("written: {file}"));
    Ok(())
}
