//! Columns, but for their types.

use super::context::Context;
use super::part::{Choice, Part};
use crate::lint::{ConstraintState, TypeState};
use crate::lock::measured::Role;
use crate::sql::{
    ActionKind as A, Column, ConstraintKind, ObjectKind as K, ObjectName, TypeName, Volatility,
};

const DEFAULT: &str = "a default that differs from row to row has to be written to each; whether this one does is not known";
const DOMAIN: &str = "a domain with a constraint has to be written to each row; whether the type is one is not known";
const PROVEN: &str = "a valid CHECK (column IS NOT NULL) spares it";

pub(super) fn choose(kind: &A, context: &Context<'_>) -> Option<Choice> {
    Some(match kind {
        A::AddColumn { table, column, .. } => add(table, column, context),
        A::DropColumn { table, column, cascade, .. } => drop(table, column, *cascade, context),
        A::Rename { kind: K::Column, on: Some(table), .. } => Choice::table("rename-column", table),
        A::SetDefault { table, .. } => Choice::table("set-default", table),
        A::DropDefault { table, .. } => Choice::table("drop-default", table),
        A::SetNotNull { table, column } => {
            let part = match is_proven(table, column, context) {
                Some(true) => Part::new("set-not-null-proven"),
                Some(false) => Part::new("set-not-null"),
                None => Part::new("set-not-null").or(&["set-not-null-proven"], PROVEN),
            };
            part.on(Role::Table, table).into()
        }
        A::DropNotNull { table, .. } => Choice::table("drop-not-null", table),
        A::AddIdentity { table, .. } => Choice::table("add-identity", table),
        A::DropIdentity { table, .. } => Choice::table("drop-identity", table),
        A::SetExpression { table, .. } => Choice::table("set-expression", table),
        A::DropExpression { table, .. } => Choice::table("drop-expression", table),
        _ => return None,
    })
}

fn add(table: &ObjectName, column: &Column, context: &Context<'_>) -> Choice {
    let mut choice = Choice::from(value(column, context).on(Role::Table, table));
    let default = column.default.as_ref().is_some_and(|default| !default.is_null);
    for constraint in &column.constraints {
        let part = match &constraint.kind {
            ConstraintKind::Unique { .. } => Part::new("add-column-unique"),
            // What the value of the column takes is a part of its own; the index is what is left.
            ConstraintKind::PrimaryKey { .. } => Part::new("add-column-unique"),
            ConstraintKind::Check(_) if default => Part::new("add-column-check-default"),
            ConstraintKind::Check(_) => Part::new("add-column-check"),
            ConstraintKind::ForeignKey(key) => {
                let form =
                    if default { "add-column-references-default" } else { "add-column-references" };
                let part = Part::new(form);
                if key.table == *table { part } else { part.on(Role::Referenced, &key.table) }
            }
            _ => continue,
        };
        choice = choice.and(part.on(Role::Table, table));
    }
    choice
}

/// What it takes to give every row its value.
fn value(column: &Column, context: &Context<'_>) -> Part {
    if column.identity.is_some() {
        return Part::new("add-column-identity");
    }
    if let Some(generated) = &column.generated {
        let stored = generated.stored;
        return Part::new(if stored {
            "add-column-generated-stored"
        } else {
            "add-column-generated-virtual"
        });
    }
    if column.ty.as_ref().is_some_and(|ty| ty.name.name.ends_with("serial")) {
        return Part::new("add-column-serial");
    }
    let domain = column.ty.as_ref().map(|ty| may_check(ty, context));
    let default = column.default.as_ref().filter(|default| !default.is_null);
    let part = match default.map(|default| default.volatility) {
        None if column.not_null => Part::new("add-column-constant-default"),
        None => Part::new("add-column"),
        Some(Volatility::Constant) => Part::new("add-column-constant-default"),
        Some(Volatility::Stable) => Part::new("add-column-stable-default"),
        Some(Volatility::Volatile) => return Part::new("add-column-volatile-default"),
        Some(_) => {
            return Part::new("add-column-constant-default")
                .or(&["add-column-volatile-default"], DEFAULT);
        }
    };
    match domain {
        Some(Some(true)) => Part::new("add-column-domain"),
        Some(None) => part.or(&["add-column-domain"], DOMAIN),
        _ => part,
    }
}

/// Whether the type is a domain that checks values; `None` when that is not known.
fn may_check(ty: &TypeName, context: &Context<'_>) -> Option<bool> {
    if ty.dimensions > 0 || ty.is_of_system() {
        return Some(false);
    }
    match context.site()?.ty(&ty.name)? {
        TypeState::Domain { constraints, not_null, .. } => {
            Some(*not_null || !constraints.is_empty())
        }
        _ => Some(false),
    }
}

fn drop(table: &ObjectName, column: &str, cascade: bool, context: &Context<'_>) -> Choice {
    let is_of = |constraint: &ConstraintState| constraint.columns().contains(&column);
    let part = if context.whole_table(table).is_some() {
        let referenced = context.referenced(table, is_of);
        if referenced.is_empty() {
            Part::new("drop-column")
        } else {
            Part::new("drop-column-foreign-key").on_all(Role::Referenced, referenced)
        }
    } else {
        Part::new("drop-column").or(&["drop-column-foreign-key"], "")
    };
    let part = part.or(&["drop-column-indexed"], "");
    let part = if cascade { part.or(&["drop-column-cascade"], "") } else { part };
    Choice::from(part.on(Role::Table, table)).reaches_more_if(cascade)
}

/// Whether a valid CHECK says that the column has no NULL.
fn is_proven(table: &ObjectName, column: &str, context: &Context<'_>) -> Option<bool> {
    let state = context.table(table)?;
    let proves = |constraint: &ConstraintState| match &constraint.kind {
        ConstraintKind::Check(check) => {
            let text = check.text.replace(['"', '(', ')'], " ").to_lowercase();
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            text == format!("{} is not null", column.to_lowercase())
        }
        ConstraintKind::NotNull { column: of } => of == column,
        ConstraintKind::PrimaryKey { columns, .. } => columns.iter().any(|of| of == column),
        _ => false,
    };
    if state.constraints().any(|constraint| constraint.validated && proves(constraint)) {
        return Some(true);
    }
    let others = state.constraints().any(|constraint| {
        matches!(&constraint.kind, ConstraintKind::Check(check) if check.columns.iter().any(|of| of == column))
    });
    (state.is_complete() && !others).then_some(false)
}
