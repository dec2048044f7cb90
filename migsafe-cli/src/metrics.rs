//! The file for Prometheus.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use migsafe_core::Report;
use migsafe_core::report::{FinishedRun, prometheus};

use crate::args::Global;
use crate::failure::Failure;
use crate::output::Output;

/// Writes the file that was asked for once a run has ended.
pub(crate) struct MetricsFile {
    path: PathBuf,
    started: Instant,
}

impl MetricsFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, started: Instant::now() }
    }

    /// What the run did to the database is done, so a file that cannot be written does not change its
    /// exit code; it is said.
    pub(crate) fn write(
        &self,
        global: &Global,
        result: Result<&Report, &Failure>,
        output: &Output,
    ) {
        let text = prometheus(&FinishedRun {
            environment: global.environment.name(),
            report: result.map_or_else(|failure| failure.report(), Some),
            error: result.err().map(Failure::code),
            elapsed: self.started.elapsed(),
            at: SystemTime::now().into(),
        });
        if let Err(error) = replace(&self.path, &text) {
            output.note(&format!("the metrics file could not be written: {error}"));
        }
    }
}

/// A reader sees the old file or the new one, never half of either.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy();
    // Collectors read `*.prom` only; a name of its own for each process, so that two do not share it.
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_new(&temporary, text).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // It may not even exist.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_replaced_and_nothing_is_left_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("migsafe.prom");
        for text in ["one", "two"] {
            replace(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert!(replace(&dir.path().join("no/such"), "x").is_err());
        assert!(replace(dir.path(), "x").is_err(), "a folder is not replaced");
        assert!(replace(Path::new("/"), "x").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
