//! `migsafe schema`.

use std::io::Write as _;
use std::path::Path;

use migsafe_core::engine;
use migsafe_core::report::{ExitCode, text};
use migsafe_core::schema::{Snapshot, SnapshotOptions};

use crate::args::{Global, Schema};
use crate::connect;
use crate::failure::Failure;
use crate::output::Output;

pub(crate) async fn run(
    global: &Global,
    args: Schema,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let scope = connect::scope(connect::url(global), &args.schemas)?;
    let store = connect::store(global)?;
    let options = SnapshotOptions::default().with_scope(scope).with_privileges(args.privileges);
    let snapshot = engine::read_schema(&*store, &options).await?;
    if let Some(path) = &args.export {
        write(&snapshot, path)?;
    }
    output
        .report(|style| text::schema(&snapshot, &store.describe(), style), || snapshot.to_json())?;
    Ok(ExitCode::Ok)
}

/// Writes beside the file and renames: whoever reads the file finds the old or the new one whole.
fn write(snapshot: &Snapshot, path: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let message = format!("{} cannot be written: {error}", path.display());
        Failure::stopped("not-written", message, "check path, rights, free space")
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let written = std::fs::File::create(&beside).and_then(|mut file| {
        file.write_all(snapshot.to_json().as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    if written.is_err() {
        // What is half there is of no use; the error is the one to tell.
        let _ = std::fs::remove_file(&beside);
    }
    written.map_err(failed)
}
