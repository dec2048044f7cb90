//! Constraints of tables and domains.

use super::context::Context;
use super::part::{Choice, Part};
use crate::lint::TypeState;
use crate::lock::measured::Role;
use crate::sql::{ActionKind as A, Constraint, ConstraintKind as C, ObjectKind as K, ObjectName};

const NULLS: &str = "a column that is not NOT NULL is searched for NULLs";
const KIND: &str = "what kind of constraint it is is not known here";

pub(super) fn choose(kind: &A, context: &Context<'_>) -> Option<Choice> {
    Some(match kind {
        A::AddConstraint { table, constraint } => add(table, constraint, context),
        A::DropConstraint { table, constraint, cascade, .. } => {
            drop(table, constraint, *cascade, context)
        }
        A::ValidateConstraint { table, constraint } => validate(table, constraint, context),
        A::AlterConstraint { table, .. } => Choice::table("alter-constraint", table),
        A::Rename { kind: K::Constraint, on: Some(table), .. } => {
            Choice::table("rename-constraint", table)
        }
        A::CreateDomain { .. } => Part::new("create-domain").into(),
        A::AlterDomainConstraint { name, constraint } => {
            let form = match constraint.kind {
                C::NotNull { .. } => "domain-set-not-null",
                _ if constraint.not_valid => "domain-add-check-not-valid",
                _ => "domain-add-check",
            };
            let unused = context.is_new(name);
            if unused { Choice::none() } else { Part::new(form).into() }
        }
        _ => return None,
    })
}

fn add(table: &ObjectName, constraint: &Constraint, context: &Context<'_>) -> Choice {
    let part = match &constraint.kind {
        C::Check(_) if constraint.not_valid => Part::new("add-check-not-valid"),
        C::Check(_) => Part::new("add-check"),
        C::NotNull { .. } if constraint.not_valid => Part::new("add-not-null-not-valid"),
        C::NotNull { .. } => Part::new("add-not-null"),
        C::ForeignKey(key) => {
            let form =
                if constraint.not_valid { "add-foreign-key-not-valid" } else { "add-foreign-key" };
            let part = Part::new(form);
            if key.table == *table {
                return part.on(Role::Table, table).on(Role::Referenced, table).into();
            }
            part.on(Role::Referenced, &key.table)
        }
        C::Unique { using_index: Some(index), .. } => {
            Part::new("add-unique-using-index").on(Role::Index, &ObjectName::unqualified(index))
        }
        C::Unique { .. } => Part::new("add-unique"),
        C::PrimaryKey { using_index: Some(index), .. } => Part::new("add-primary-key-using-index")
            .or(&["add-primary-key-using-index-nullable"], NULLS)
            .on(Role::Index, &ObjectName::unqualified(index)),
        C::PrimaryKey { columns, .. } => {
            let known = |column: &String| context.table(table)?.column(column)?.not_null;
            match columns.iter().map(known).collect::<Option<Vec<bool>>>() {
                Some(known) if known.iter().all(|not_null| *not_null) => {
                    Part::new("add-primary-key")
                }
                _ => Part::new("add-primary-key").or(&["add-primary-key-nullable"], NULLS),
            }
        }
        C::Exclude => Part::new("add-exclude"),
    };
    part.on(Role::Table, table).into()
}

fn drop(table: &ObjectName, name: &str, cascade: bool, context: &Context<'_>) -> Choice {
    let known = context.table(table).and_then(|state| state.constraint(name));
    let part = match known.map(|constraint| &constraint.kind) {
        Some(C::Check(_) | C::NotNull { .. }) => Part::new("drop-check"),
        Some(C::ForeignKey(key)) => Part::new("drop-foreign-key").on(Role::Referenced, &key.table),
        Some(C::Unique { .. } | C::Exclude) => Part::new("drop-unique"),
        Some(C::PrimaryKey { .. }) => Part::new("drop-primary-key"),
        None => {
            Part::new("drop-check").or(&["drop-foreign-key", "drop-unique", "drop-primary-key"], "")
        }
    };
    let part = if cascade { part.or(&["drop-primary-key-cascade"], "") } else { part };
    Choice::from(part.on(Role::Table, table)).reaches_more_if(cascade)
}

fn validate(table: &ObjectName, name: &str, context: &Context<'_>) -> Choice {
    let known = context.table(table).and_then(|state| state.constraint(name));
    let part = match known.map(|constraint| &constraint.kind) {
        Some(C::ForeignKey(key)) => {
            Part::new("validate-foreign-key").on(Role::Referenced, &key.table)
        }
        Some(C::NotNull { .. }) => Part::new("validate-not-null"),
        Some(_) => Part::new("validate-check"),
        None => Part::new("validate-check").or(&["validate-foreign-key"], KIND),
    };
    part.on(Role::Table, table).into()
}

/// `ALTER DOMAIN` and `ALTER TYPE` in words.
pub(super) fn alter_type(name: Option<&ObjectName>, text: &str, context: &Context<'_>) -> Choice {
    let words: Vec<String> = text.split_whitespace().map(str::to_uppercase).collect();
    let has = |wanted: [&str; 2]| words.windows(2).any(|found| found == wanted);
    let is_domain = words.get(1).is_some_and(|word| word == "DOMAIN");
    if name.is_some_and(|name| context.is_new(name)) {
        return Choice::none();
    }
    if is_domain && has(["VALIDATE", "CONSTRAINT"]) {
        return Part::new("domain-validate").into();
    }
    if is_domain && (has(["SET", "DEFAULT"]) || has(["DROP", "DEFAULT"])) {
        return Part::new("domain-set-default").into();
    }
    if is_domain && (has(["DROP", "CONSTRAINT"]) || has(["DROP", "NOT"])) {
        return Part::new("domain-drop-constraint").into();
    }
    let enumeration = name.and_then(|name| context.site()?.ty(name));
    if matches!(enumeration, Some(TypeState::Enum { .. })) {
        return Part::new("rename-type").into();
    }
    Choice::unmeasured("a change of a type may reach the tables that use it")
}
