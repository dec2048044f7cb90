//! The statements of one database.

use super::ChangeScript;
use crate::schema::Snapshot;
use crate::schema::diff::Change;

/// Carries out the changes that lead from one snapshot to the other.
pub(super) fn write(from: &Snapshot, _to: &Snapshot, changes: &[Change]) -> ChangeScript {
    let mut script = ChangeScript::new(from.dialect());
    for change in changes {
        script.leave(change, "carry it out by hand");
    }
    script
}
