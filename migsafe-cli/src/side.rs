//! A schema that is given as a database URL or as a file.

use std::path::Path;

use migsafe_core::engine;
use migsafe_core::schema::{Snapshot, SnapshotOptions};

use crate::connect;
use crate::failure::Failure;

/// A side with its name: the database of a URL, or a file.
pub(crate) async fn read(
    side: &str,
    schemas: &[String],
    privileges: bool,
) -> Result<(Snapshot, String), Failure> {
    if !connect::is_url(side) {
        let snapshot = Snapshot::from_json(&text(Path::new(side))?).map_err(|error| {
            let message = format!("{}: {error}", shown(Path::new(side)));
            Failure::stopped(error.code(), message, error.help())
        })?;
        return Ok((snapshot, shown(Path::new(side))));
    }
    let scope = connect::scope(Some(side), schemas)?;
    let store = connect::store_of(side)?;
    let wanted = SnapshotOptions::default().with_scope(scope).with_privileges(privileges);
    Ok((engine::read_schema(&*store, &wanted).await?, store.describe()))
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let message = format!("{} cannot be read: {error}", shown(path));
        let help =
            "give the path of a file that `migsafe schema --export` wrote, or a database URL";
        Failure::stopped("file-unreadable", message, help)
    })
}

/// A path. What could be a URL with a mistake in it is not repeated: it may hold a password.
pub(crate) fn shown(path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains('@') { "the file given".to_owned() } else { path }
}
