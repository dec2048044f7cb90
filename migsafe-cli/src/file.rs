//! Files that are written whole.

use std::io::Write as _;
use std::path::Path;

use crate::failure::Failure;

/// Writes beside the file and renames: whoever reads the file finds the old or the new one whole.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let message = format!("{} cannot be written: {error}", path.display());
        Failure::stopped("not-written", message, "check path, rights, free space")
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let written = std::fs::File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    if written.is_err() {
        // What is half there is of no use; the error is the one to tell.
        let _ = std::fs::remove_file(&beside);
    }
    written.map_err(failed)
}
