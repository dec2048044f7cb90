//! What a script that undoes a drift would do to rows where nothing drifted.

use std::collections::BTreeSet;

use crate::Dialect;
use crate::schema::{ChangeScript, Kind, ObjectKey, Snapshot};

/// The first object whose rows or values the script would throw away in a database that holds what the migrations give.
///
/// There the script finds every object as it should be. To drop what should not be there does no harm: it is not there.
/// But an object that is dropped to be made again, or a table that is made anew from the columns that it has in the
/// database that drifted, would lose what it holds.
pub(super) fn loss_elsewhere(
    script: &ChangeScript,
    live: &Snapshot,
    expected: &Snapshot,
) -> Option<ObjectKey> {
    script.steps().iter().find_map(|step| {
        let key = step.object();
        let is_drop = step.sql().starts_with("DROP TABLE ")
            || step.sql().starts_with("DROP SEQUENCE ")
            || step.sql().starts_with("DROP MATERIALIZED VIEW ")
            || step.sql().starts_with("DROP SCHEMA ")
            || step.sql().contains(" DROP COLUMN ");
        if !is_drop {
            return None;
        }
        let dropped = expected.get(key)?;
        let is_rebuild = script.dialect() == Dialect::Sqlite && key.kind() == Kind::Table;
        if is_rebuild && keeps_all_columns(key, live, expected) {
            return None;
        }
        // What it shows can be computed again.
        (dropped.key().kind() != Kind::MaterializedView).then(|| key.clone())
    })
}

/// Whether every column that the table should have is there in the database that drifted, so that a copy takes it along.
fn keeps_all_columns(table: &ObjectKey, live: &Snapshot, expected: &Snapshot) -> bool {
    let columns = |snapshot: &Snapshot| -> BTreeSet<String> {
        snapshot
            .parts_of(table)
            .filter(|part| part.key().kind() == Kind::Column)
            .map(|part| part.key().name().to_ascii_lowercase())
            .collect()
    };
    columns(expected).is_subset(&columns(live))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::script::script_for_all;
    use crate::schema::{Attribute, DiffOptions, Object, ServerVersion, diff};

    fn table(columns: &[(&str, &str)]) -> Snapshot {
        let empty = Snapshot::new(Dialect::Sqlite, ServerVersion::new(3, "3.51"));
        let key = ObjectKey::new(Kind::Table, None, "t");
        let names = columns.iter().map(|(name, _)| *name);
        let table = Object::new(key).list(Attribute::ColumnOrder, names);
        columns.iter().fold(empty.with(table), |snapshot, (name, ty)| {
            let key = ObjectKey::within(Kind::Column, None, "t", *name);
            snapshot.with(Object::new(key).text(Attribute::Type, *ty))
        })
    }

    fn loss(live: &Snapshot, expected: &Snapshot) -> Option<String> {
        let found = diff(live, expected, &DiffOptions::default()).unwrap();
        let script = script_for_all(live, expected, &found);
        assert!(!script.steps().is_empty());
        loss_elsewhere(&script, live, expected).map(|key| key.to_string())
    }

    #[test]
    fn what_should_not_be_there_can_go() {
        let expected = table(&[("a", "INT")]);
        assert_eq!(loss(&table(&[("a", "INT"), ("b", "INT")]), &expected), None);
        let extra =
            Object::new(ObjectKey::new(Kind::Table, None, "u")).list(Attribute::ColumnOrder, ["x"]);
        let column = Object::new(ObjectKey::within(Kind::Column, None, "u", "x"));
        assert_eq!(loss(&expected.clone().with(extra).with(column), &expected), None);
    }

    #[test]
    fn a_copy_without_a_column_would_lose_it_elsewhere() {
        // The type of one column changed, and another is missing: the table is made anew.
        let (live, expected) = (table(&[("a", "TEXT")]), table(&[("a", "INT"), ("b", "INT")]));
        assert_eq!(loss(&live, &expected).as_deref(), Some("table t"));
        // Only the type changed: all columns are copied.
        assert_eq!(loss(&table(&[("a", "TEXT"), ("b", "INT")]), &expected), None);
    }
}
