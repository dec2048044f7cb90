//! A migration that was created.

use serde::Serialize;

use super::document::document;
use crate::migrations::{Created, MigrationName};

/// The document of `new`.
#[must_use]
pub fn created(created: &Created) -> String {
    let body = CreatedBody {
        migration: created.name(),
        script: created.script().display().to_string(),
        lock_file: created.lock_file().map(|path| path.display().to_string()),
    };
    document("new", body)
}

#[derive(Serialize)]
struct CreatedBody<'a> {
    migration: &'a MigrationName,
    script: String,
    /// `null` when the folder had one.
    lock_file: Option<String>,
}
