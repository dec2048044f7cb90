//! What stands before and behind statements that drop tables.

use crate::schema::ObjectKey;
use crate::schema::script::ScriptStep;

/// The settings that a script needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// With foreign keys on, dropping a table deletes its rows, and with them those that refer to it.
    pub(super) foreign_keys_off: bool,
    /// Otherwise a table that takes another's place is renamed only if every view and trigger is sound while the old
    /// table is gone already. It works inside of a transaction.
    pub(super) legacy_alter_table: bool,
}

impl Frame {
    /// The statements before, the first about this object.
    pub(super) fn opening(self, object: &ObjectKey) -> Vec<ScriptStep> {
        let mut steps = Vec::new();
        if self.foreign_keys_off {
            steps.extend(["PRAGMA defer_foreign_keys=ON", "PRAGMA foreign_keys=OFF"]);
        }
        if self.legacy_alter_table {
            steps.push("PRAGMA legacy_alter_table=ON");
        }
        steps.into_iter().map(|sql| ScriptStep::new(object.clone(), sql)).collect()
    }

    /// The statements behind.
    pub(super) fn closing(self, object: &ObjectKey) -> Vec<ScriptStep> {
        let mut steps = Vec::new();
        if self.legacy_alter_table {
            steps.push("PRAGMA legacy_alter_table=OFF");
        }
        if self.foreign_keys_off {
            steps.extend(["PRAGMA foreign_keys=ON", "PRAGMA defer_foreign_keys=OFF"]);
        }
        steps.into_iter().map(|sql| ScriptStep::new(object.clone(), sql)).collect()
    }
}
