//! Names as the statements write them.

use std::collections::BTreeSet;

use crate::Dialect;
use crate::lint::quote;
use crate::schema::{Kind, Snapshot};

/// A name, in quotation marks unless it may be written without.
pub(super) fn quoted(name: &str) -> String {
    quote::identifier(Dialect::Sqlite, name)
}

/// A text as a literal.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Names that nothing has, for tables in the making.
pub(super) struct FreeNames {
    taken: BTreeSet<String>,
    virtual_tables: Vec<String>,
}

impl FreeNames {
    /// Names that neither schema has.
    pub(super) fn beside(snapshots: [&Snapshot; 2]) -> Self {
        let objects = || snapshots.into_iter().flat_map(Snapshot::objects).map(|o| o.key());
        let is_in_the_way =
            |kind| matches!(kind, Kind::Table | Kind::VirtualTable | Kind::View | Kind::Index);
        let taken = objects()
            .filter(|key| is_in_the_way(key.kind()))
            .map(|key| key.name().to_lowercase())
            .collect();
        // The tables that hold their content are named after them, and in no snapshot.
        let virtual_tables = objects()
            .filter(|key| key.kind() == Kind::VirtualTable)
            .map(|key| format!("{}_", key.name().to_lowercase()))
            .collect();
        Self { taken, virtual_tables }
    }

    /// A name for the new form of a table: Prisma's, if it is free.
    pub(super) fn for_new(&mut self, table: &str) -> String {
        let mut name = format!("new_{table}");
        let mut number = 2;
        while !self.take(&name) {
            name = format!("new{number}_{table}");
            number += 1;
        }
        name
    }

    fn take(&mut self, name: &str) -> bool {
        let name = name.to_lowercase();
        let is_inside = self.virtual_tables.iter().any(|prefix| name.starts_with(prefix));
        !is_inside && self.taken.insert(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Object, ObjectKey, ServerVersion};

    #[test]
    fn a_name_in_the_making_meets_nothing() {
        let empty = Snapshot::new(Dialect::Sqlite, ServerVersion::new(3, "3"));
        let from = empty
            .clone()
            .with(Object::new(ObjectKey::new(Kind::Table, None, "NEW_a")))
            .with(Object::new(ObjectKey::new(Kind::VirtualTable, None, "new")));
        let to =
            empty.clone().with(Object::new(ObjectKey::within(Kind::Index, None, "t", "new2_A")));
        let mut names = FreeNames::beside([&from, &to]);
        assert_eq!(names.for_new("a"), "new3_a");
        assert_eq!(names.for_new("a"), "new4_a");
        assert_eq!(names.for_new("b"), "new2_b");
        assert_eq!(FreeNames::beside([&empty, &empty]).for_new("User"), "new_User");
    }

    #[test]
    fn names_cannot_be_left() {
        assert_eq!(quoted("id"), "id");
        assert_eq!(quoted("a\"; DROP TABLE b; --\n"), "\"a\"\"; DROP TABLE b; --\n\"");
        assert_eq!(quoted("order"), "\"order\"");
        assert_eq!(literal("it's"), "'it''s'");
    }
}
