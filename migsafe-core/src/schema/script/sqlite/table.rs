//! A table of a snapshot with all of its parts.

use std::collections::BTreeSet;

use super::constraint::Constraint;
use crate::schema::{Attribute, Kind, Object, ObjectKey, Snapshot, Value};

/// A table with its parts.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    pub(super) object: &'a Object,
    /// In the order of the table.
    pub(super) columns: Vec<&'a Object>,
    pub(super) constraints: Vec<Constraint<'a>>,
    pub(super) indexes: Vec<&'a Object>,
    pub(super) triggers: Vec<&'a Object>,
}

impl<'a> Table<'a> {
    /// The tables of a snapshot.
    pub(super) fn all(snapshot: &'a Snapshot) -> Vec<Self> {
        let tables = snapshot.objects().filter(|object| object.key().kind() == Kind::Table);
        tables.map(|table| Self::of(snapshot, table)).collect()
    }

    fn of(snapshot: &'a Snapshot, object: &'a Object) -> Self {
        let parts = |kind| {
            let parts = snapshot.parts_of(object.key());
            parts.filter(move |part| part.key().kind() == kind)
        };
        let order = object.get(Attribute::ColumnOrder).and_then(Value::as_list).unwrap_or_default();
        let place = |column: &&Object| order.iter().position(|name| name == column.key().name());
        let mut columns: Vec<&Object> = parts(Kind::Column).collect();
        columns.sort_by_key(|column| place(column).unwrap_or(usize::MAX));
        let names: BTreeSet<&str> = parts(Kind::Constraint).map(|part| part.key().name()).collect();
        let mut constraints: Vec<Constraint<'_>> = parts(Kind::Constraint)
            .map(|part| Constraint::of(part, |name| names.contains(name)))
            .collect();
        constraints.sort_by(|a, b| a.rank().cmp(&b.rank()));
        let (indexes, triggers) = (parts(Kind::Index).collect(), parts(Kind::Trigger).collect());
        Self { object, columns, constraints, indexes, triggers }
    }

    pub(super) fn key(&self) -> &'a ObjectKey {
        self.object.key()
    }

    pub(super) fn name(&self) -> &'a str {
        self.object.key().name()
    }

    /// The column of a name, whatever its case.
    pub(super) fn column(&self, name: &str) -> Option<&'a Object> {
        let mut columns = self.columns.iter().copied();
        columns.find(|column| column.key().name().eq_ignore_ascii_case(name))
    }

    pub(super) fn primary_key(&self) -> Option<&Constraint<'a>> {
        self.constraints.iter().find(|constraint| constraint.is_primary_key())
    }

    /// The column that is another name for the number of the row.
    pub(super) fn row_number(&self) -> Option<&'a Object> {
        let key = self.primary_key().filter(|key| !key.is_descending_at_column())?;
        let [column] = key.columns.as_slice() else { return None };
        let column = self.column(column)?;
        let is_integer = column.get_text(Attribute::Type) == Some("INTEGER");
        (is_integer && !self.object.has(Attribute::WithoutRowid)).then_some(column)
    }

    /// Whether a column takes NULL. Those of a primary key do, against the standard, but not where tables are STRICT
    /// or WITHOUT ROWID; the number of the row is given out instead.
    pub(super) fn takes_null(&self, column: &Object) -> bool {
        let name = column.key().name();
        let is_key =
            |key: &Constraint<'_>| key.columns.iter().any(|c| c.eq_ignore_ascii_case(name));
        let is_proper = [Attribute::Strict, Attribute::WithoutRowid]
            .into_iter()
            .any(|attribute| self.object.has(attribute));
        let is_number = self.row_number() == Some(column);
        let refuses =
            column.has(Attribute::NotNull) || (is_proper && self.primary_key().is_some_and(is_key));
        is_number || !refuses
    }

    pub(super) fn is_autoincrement(&self) -> bool {
        self.primary_key().is_some_and(|key| key.object.has(Attribute::Autoincrement))
    }
}

/// Whether a table's values of a column are computed.
pub(super) fn is_generated(column: &Object) -> bool {
    column.get(Attribute::Generated).is_some()
}
