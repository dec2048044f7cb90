//! The names that an action gives.

use crate::sql::{ActionKind, Column, Constraint, ObjectKind};

/// The names that an action gives to something of a database, without their schemas.
pub(super) fn given(action: &ActionKind) -> impl Iterator<Item = &str> {
    use ActionKind as A;
    let mut names: Vec<&str> = Vec::new();
    match action {
        A::CreateTable(table) if !table.temporary => {
            names.push(&table.name.name);
            table.columns.iter().for_each(|column| of_column(column, &mut names));
            of_constraints(&table.constraints, &mut names);
        }
        A::AddColumn { column, .. } => of_column(column, &mut names),
        A::AddConstraint { constraint, .. } => {
            of_constraints(std::slice::from_ref(constraint), &mut names);
        }
        A::CreateIndex(index) => names.extend(index.name.iter().map(|name| name.name.as_str())),
        A::CreateView(view) if !view.temporary => names.push(&view.name.name),
        A::CreateEnum { name, .. } | A::CreateDomain { name, .. } => names.push(&name.name),
        A::CreateOther {
            kind: ObjectKind::Type | ObjectKind::Sequence | ObjectKind::Schema,
            name: Some(name),
            ..
        } => names.push(&name.name),
        A::CreateRoutine(routine) => names.push(&routine.name.name),
        A::CreateTrigger(trigger) => names.push(&trigger.name.name),
        A::Rename { to, .. } => names.push(to),
        _ => {}
    }
    names.into_iter()
}

fn of_column<'a>(column: &'a Column, names: &mut Vec<&'a str>) {
    names.push(&column.name);
    of_constraints(&column.constraints, names);
}

fn of_constraints<'a>(constraints: &'a [Constraint], names: &mut Vec<&'a str>) {
    names.extend(constraints.iter().filter_map(|constraint| constraint.name.as_deref()));
}
