//! The names that PostgreSQL chooses for constraints and indexes without one (`ChooseConstraintName`,
//! `ChooseIndexName` in its sources): table, columns and a word for the kind. Where the name would be longer than a
//! name may be, or taken already, the server changes it; then it is not known here.

use crate::sql::{Constraint, ConstraintKind, IndexDefinition, IndexPart};

/// The longest name that PostgreSQL stores, in bytes.
const LONGEST: usize = 63;

pub(super) fn of_constraint(table: &str, constraint: &Constraint) -> Option<String> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey { using_index: Some(index), .. }
        | ConstraintKind::Unique { using_index: Some(index), .. } => Some(index.clone()),
        ConstraintKind::PrimaryKey { .. } => join(table, &[], "pkey"),
        ConstraintKind::Unique { columns, .. } => join(table, columns, "key"),
        ConstraintKind::ForeignKey(key) => join(table, &key.columns, "fkey"),
        ConstraintKind::NotNull { column } => join(table, std::slice::from_ref(column), "not_null"),
        ConstraintKind::Check(check) => {
            let mut columns = check.columns.clone();
            columns.sort_unstable();
            columns.dedup();
            // One column gives its name; several or none do not.
            join(table, if columns.len() == 1 { &columns } else { &[] }, "check")
        }
        ConstraintKind::Exclude => None,
    }
}

pub(super) fn of_index(index: &IndexDefinition) -> Option<String> {
    let columns: Vec<String> = index
        .parts
        .iter()
        .map(|part| match part {
            IndexPart::Column(column) => Some(column.clone()),
            IndexPart::Expression(_) => None,
        })
        .chain(index.include.iter().cloned().map(Some))
        .collect::<Option<_>>()?;
    join(&index.table.name, &columns, "idx")
}

fn join(table: &str, columns: &[String], word: &str) -> Option<String> {
    let mut name = table.to_owned();
    for part in columns.iter().map(String::as_str).chain([word]) {
        name.push('_');
        name.push_str(part);
    }
    (name.len() <= LONGEST).then_some(name)
}
