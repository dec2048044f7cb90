//! How the folder and the history stand to each other as a whole.

use serde::Serialize;

use super::{Entry, State};
use crate::migrations::MigrationName;

/// Folder against history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Relation {
    /// Every file has a live row and every live row has a file.
    InSync,
    /// Files wait to be applied.
    DatabaseBehind,
    /// Live rows have no file.
    FolderBehind,
    /// Both.
    Diverged {
        /// The last migration before the first pending one that is really applied, if there is one.
        /// (Prisma names the file before the first pending one, applied or not.)
        last_common: Option<MigrationName>,
    },
}

/// The relation shown by entries in order of name.
pub(super) fn relate(entries: &[Entry]) -> Relation {
    let pending = entries.iter().any(|e| e.state.is_pending());
    let orphans = entries.iter().any(|e| !e.has_file && e.has_live_row);
    match (pending, orphans) {
        (false, false) => Relation::InSync,
        (true, false) => Relation::DatabaseBehind,
        (false, true) => Relation::FolderBehind,
        (true, true) => Relation::Diverged {
            last_common: entries
                .iter()
                .take_while(|e| !e.state.is_pending())
                .filter(|e| e.has_file && e.state == State::Applied)
                .last()
                .map(|e| e.name.clone()),
        },
    }
}
